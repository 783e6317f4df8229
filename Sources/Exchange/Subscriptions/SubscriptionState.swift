import AccessControl

/// For whom a subscription is delivered: a person, with no more rights than they had then.
package struct SubscriptionOwner: Sendable, Hashable {
    /// Opaque id of the user.
    package let userID: String
    /// The name at that time.
    package let name: String
    /// The scopes of the token that it was made with; nil for a person at a screen.
    package let scopes: String?
}

/// How far the delivery of one subscription is.
struct SubscriptionState: Sendable {
    /// What is done with a subscription.
    enum Phase: String, Sendable {
        /// Waits for its first answer.
        case requested
        case active
        /// Given up until an administrator or its owner switches it on again; nothing is lost.
        case error
        case off
    }

    let id: String
    var phase: Phase
    let revision: Int64
    /// Everything up to this place in the order of changes is delivered.
    var seq: Int64
    /// Events delivered so far.
    var eventCount: Int64
    /// Attempts that failed since the last one that did not.
    var attempts: Int
    /// Not tried before, UTC milliseconds.
    var dueMs: Int64
    /// UTC milliseconds.
    let beganMs: Int64
    /// UTC milliseconds.
    var lastOKMs: Int64?
    /// Why it waits.
    var words: String
    let owner: SubscriptionOwner
    /// What notifications are signed with.
    let secret: [UInt8]
}
