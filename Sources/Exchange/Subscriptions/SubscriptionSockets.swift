import AccessControl
import Kernel
import Sealing
import ServerKit
import Synchronization

/// Who listens to subscriptions over web sockets, and with which rights.
final class SubscriptionSockets: Sendable {
    /// Sockets of all programs together.
    static let countMax = 64
    /// Sockets of one person's programs, or of one address that nobody is known at.
    static let perOwnerMax = 8
    /// Sockets of all addresses together that nobody is known at.
    static let unknownMax = 24
    /// A socket that listens to nothing by then is ended, in seconds.
    static let bindSecondsMax = 30
    /// Subscriptions of one socket.
    static let boundMax = 32
    /// A token that binds a socket can be used once, and for so long, in seconds.
    static let ticketSeconds = 300
    private static let ticketsMax = 1_000
    private static let ticketBytes = 32

    /// What a token that binds a socket stands for.
    struct Ticket: Sendable {
        let subscriptionIDs: [String]
        let caller: Caller
        let endSteadyMs: Int64
    }

    private struct Bound {
        let socket: WebSocket
        let caller: Caller
    }

    private struct State {
        var owners: [ObjectIdentifier: String] = [:]
        var bound: [String: [Bound]] = [:]
        var tickets: [String: Ticket] = [:]

        func hasRoom(for owner: String) -> Bool {
            guard owners.count < countMax, owners.values.count(where: { $0 == owner }) < perOwnerMax
            else { return false }
            return !SubscriptionSockets.isUnknown(owner)
                || owners.values.count(where: SubscriptionSockets.isUnknown) < unknownMax
        }
    }

    private let state = Mutex(State())
    private let clock: Clock
    private let present: @Sendable (Caller) async throws -> Caller?

    init(clock: Clock, present: @escaping @Sendable (Caller) async throws -> Caller?) {
        self.clock = clock
        self.present = present
    }

    // MARK: Sockets

    /// How those are counted who open a socket without a token.
    static func owner(atAddress address: String) -> String { "address \(address)" }

    private static func isUnknown(_ owner: String) -> Bool { owner.hasPrefix("address ") }

    /// - Throws: ``Problem`` `.throttled` where there are too many.
    func checkRoom(_ owner: String) throws(Problem) {
        guard state.withLock({ $0.hasRoom(for: owner) }) else {
            throw Problem(
                .throttled,
                "Too many web sockets are open: \(Self.perOwnerMax) of one program, "
                    + "\(Self.countMax) in all. Close those that you do not need.",
                retryAfterSeconds: 30)
        }
    }

    /// Counts a socket in, unless there are too many by now.
    func enter(_ socket: WebSocket, owner: String) -> Bool {
        state.withLock { state in
            guard state.hasRoom(for: owner) else { return false }
            state.owners[ObjectIdentifier(socket)] = owner
            return true
        }
    }

    func leave(_ socket: WebSocket) {
        state.withLock { state in
            state.owners[ObjectIdentifier(socket)] = nil
            for (id, list) in state.bound {
                let left = list.filter { $0.socket !== socket }
                state.bound[id] = left.isEmpty ? nil : left
            }
        }
    }

    /// Whether somebody listens to a subscription.
    func isBound(_ id: String) -> Bool { state.withLock { $0.bound[id] != nil } }

    /// Ends a socket that listens to nothing.
    func endIfIdle(_ socket: WebSocket) {
        let isBound = state.withLock { state in
            state.bound.values.contains { list in list.contains { $0.socket === socket } }
        }
        guard !isBound else { return }
        socket.close(
            WebSocketFault(1_008, "Bind within \(Self.bindSecondsMax) seconds."))
    }

    /// Lets a socket listen to a subscription, with the rights of a caller.
    ///
    /// - Throws: ``Problem`` `.tooCostly` where it listens to too many.
    func bind(_ id: String, to socket: WebSocket, _ caller: Caller) throws(Problem) {
        let hasRoom = state.withLock { state in
            let others = state.bound.count { name, list in
                name != id && list.contains { $0.socket === socket }
            }
            guard others < Self.boundMax else { return false }
            // A socket that has ended meanwhile is not let in any more.
            guard state.owners[ObjectIdentifier(socket)] != nil else { return true }
            state.bound[id, default: []].removeAll { $0.socket === socket }
            state.bound[id, default: []].append(Bound(socket: socket, caller: caller))
            return true
        }
        guard hasRoom else {
            throw Problem(
                .tooCostly, "One web socket listens to at most \(Self.boundMax) subscriptions.")
        }
    }

    /// Sends a text to everybody who listens to a subscription and may still do so.
    ///
    /// - Returns: whether it left for at least one of them.
    func tell(_ id: String, of owner: SubscriptionOwner, _ text: [UInt8]) async -> Bool {
        let list = state.withLock { $0.bound[id] ?? [] }
        var isTold = false
        for one in list {
            // Whose session or token cannot be looked up now is not told anything.
            guard let caller = (try? await present(one.caller)) ?? nil, owner.isMatched(by: caller)
            else {
                one.socket.close(WebSocketFault(1_008, "The rights of this program have ended."))
                leave(one.socket)
                continue
            }
            if await one.socket.send(text) { isTold = true }
        }
        return isTold
    }

    // MARK: Tokens that bind

    /// Issues a token that binds a socket to subscriptions, once.
    func issue(_ ids: [String], _ caller: Caller) throws -> String {
        let text = Hex.text(try Random.bytes(Self.ticketBytes))
        let nowMs = clock.steadyMs()
        let hasRoom = state.withLock { state in
            state.tickets = state.tickets.filter { $0.value.endSteadyMs > nowMs }
            guard state.tickets.count < Self.ticketsMax else { return false }
            state.tickets[text] = Ticket(
                subscriptionIDs: ids, caller: caller,
                endSteadyMs: nowMs + Int64(Self.ticketSeconds) * 1_000)
            return true
        }
        guard hasRoom else {
            throw Problem(
                .throttled, "Too many tokens wait to be used. Try again in some minutes.",
                retryAfterSeconds: Self.ticketSeconds)
        }
        return text
    }

    /// What a token stands for, with the rights that its caller has now; nil for one that was used,
    /// is too old, or is none.
    func redeem(_ text: String) async throws -> Ticket? {
        let nowMs = clock.steadyMs()
        guard let ticket = state.withLock({ $0.tickets.removeValue(forKey: text) }),
            ticket.endSteadyMs > nowMs, let caller = try await present(ticket.caller)
        else { return nil }
        return Ticket(
            subscriptionIDs: ticket.subscriptionIDs, caller: caller,
            endSteadyMs: ticket.endSteadyMs)
    }
}

extension SubscriptionOwner {
    /// Whether somebody is who made the subscription, with at least the scopes of then.
    func isMatched(by caller: Caller) -> Bool {
        guard caller.userID == userID else { return false }
        guard let own = caller.scopes else { return true }
        guard let scopes else { return false }
        let words = Set(own.map(\.text))
        return scopes.split(separator: " ").allSatisfy { words.contains(String($0)) }
    }
}
