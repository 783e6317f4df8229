package import AccessControl
import Kernel
package import RecordStore
import ServerKit
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
    /// Who listens over web sockets.
    let sockets: SubscriptionSockets
    /// Up to where each subscription has looked, for the page of administrators.
    let progress = SubscriptionProgress()

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - report: tells the log what went wrong.
    ///   - owner: a person as they may see records now; nil for one who may not sign in any more.
    ///   - present: a caller as they may see records now; nil where the session or token that they
    ///     came with has ended.
    ///   - base: the absolute address of the box's FHIR interface.
    ///   - pick: a number from 0 up to but not including the given one.
    package init(
        store: RecordStore, client: OutgoingClient,
        report: @escaping @Sendable (String) -> Void,
        owner: @escaping @Sendable (SubscriptionOwner) async throws -> Caller?,
        present: @escaping @Sendable (Caller) async throws -> Caller?,
        base: @escaping @Sendable () -> String, pick: @escaping @Sendable (Int64) -> Int64
    ) {
        self.store = store
        self.client = client
        clock = store.parts.clock
        ids = store.parts.ids
        self.report = report
        self.owner = owner
        sockets = SubscriptionSockets(clock: store.parts.clock, present: present)
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

    /// The subscriptions that a caller may read.
    func ids(visibleTo caller: Caller, _ gate: Gate) async throws -> [String] {
        let grant = try await gate.grant(Ask(.search, "Subscription"), to: caller)
        let ids = try await store.rows(grant) { try SubscriptionRows.all(grant, $0).map(\.id) }
        var visible: [String] = []
        for id in ids {
            // One that may not be read is left out like in any search.
            guard let one = try? Policy().grant(Ask(.read, "Subscription", id: id), to: caller),
                (try? await store.read(one)) != nil
            else { continue }
            visible.append(id)
        }
        return visible
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
