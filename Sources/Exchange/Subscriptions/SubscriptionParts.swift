package import AccessControl
import Kernel
package import RecordStore
import Synchronization

/// What the delivery of subscriptions works with.
package struct SubscriptionParts: Sendable {
    /// Attempts after which a subscription is given up until somebody switches it on again: about
    /// nineteen hours.
    package static let attemptsMax = 30
    /// Attempts for the first answer of a subscriber.
    package static let handshakesMax = 5

    let store: RecordStore
    let client: OutgoingClient
    let clock: Clock
    let ids: IDs
    /// Tells the log what went wrong; never holds patient data.
    let report: @Sendable (String) -> Void
    /// A person as they may see records now; nil for one who may not sign in any more.
    let owner: @Sendable (SubscriptionOwner) async throws -> Caller?
    /// The absolute address of the box's FHIR interface.
    let base: @Sendable () -> String
    /// A number from 0 up to but not including the given one.
    let pick: @Sendable (Int64) -> Int64
    /// Up to where each subscription has looked, for the page of administrators.
    let progress = SubscriptionProgress()

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - report: tells the log what went wrong.
    ///   - owner: a person as they may see records now; nil for one who may not sign in any more.
    ///   - base: the absolute address of the box's FHIR interface.
    ///   - pick: a number from 0 up to but not including the given one.
    package init(
        store: RecordStore, client: OutgoingClient,
        report: @escaping @Sendable (String) -> Void,
        owner: @escaping @Sendable (SubscriptionOwner) async throws -> Caller?,
        base: @escaping @Sendable () -> String, pick: @escaping @Sendable (Int64) -> Int64
    ) {
        self.store = store
        self.client = client
        clock = store.parts.clock
        ids = store.parts.ids
        self.report = report
        self.owner = owner
        self.base = base
        self.pick = pick
    }

    /// The box itself, for what it writes about subscriptions.
    func machineGrant(_ verb: Verb, id: String? = nil) throws -> Grant {
        try Policy().grant(
            Ask(verb, "Subscription", id: id),
            to: Caller(
                kind: .machine, name: SubscriptionFollower.machineName, address: "local",
                requestID: ids.next()))
    }

    /// How long to wait after so many failures, in milliseconds: 1 s to an hour, twice as long each
    /// time, and up to half of it less so that many do not come at once.
    func waitMs(after attempts: Int) -> Int64 {
        let whole = min(Int64(3_600_000), Int64(1_000) << Int64(min(max(attempts - 1, 0), 20)))
        return whole - pick(whole / 2)
    }
}

/// Up to where each subscription has looked.
final class SubscriptionProgress: Sendable {
    private let places = Mutex<[String: Int64]>([:])

    func put(_ id: String, _ seq: Int64?) { places.withLock { $0[id] = seq } }

    func seq(_ id: String) -> Int64? { places.withLock { $0[id] } }
}
