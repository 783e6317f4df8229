import Synchronization

/// How many connections are open, in all and from each address.
final class ConnectionCount: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let limits: EdgeLimits

    init(_ limits: EdgeLimits) { self.limits = limits }

    /// Counts a connection in, unless there are too many.
    func enter(_ address: String) -> Bool {
        state.withLock { state in
            guard state.total < limits.connectionsMax else { return false }
            let count = state.byAddress[address, default: 0]
            guard count < limits.connectionsPerAddressMax || Self.isOwn(address) else { return false }
            state.total += 1
            state.byAddress[address] = count + 1
            return true
        }
    }

    /// Counts a connection out that was counted in.
    func leave(_ address: String) {
        state.withLock { state in
            state.total -= 1
            let count = state.byAddress[address, default: 1] - 1
            state.byAddress[address] = count > 0 ? count : nil
        }
    }

    /// Whether an address is the box itself.
    static func isOwn(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address == "local"
    }
}
