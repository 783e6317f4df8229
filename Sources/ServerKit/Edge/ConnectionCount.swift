import NIOCore
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
            let isFull = count >= limits.connectionsPerAddressMax && !Self.isOwn(address)
            guard !isFull else { return false }
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

/// How the other end of a connection is named.
enum PeerAddress {
    /// The address without its port; `local` where there is none.
    ///
    /// An IPv4 address that came in over
    /// an IPv6 socket is written as the IPv4 address it is.
    static func text(of channel: any Channel) -> String {
        guard let address = channel.remoteAddress?.ipAddress else { return "local" }
        let mapped = "::ffff:"
        guard address.hasPrefix(mapped), address.contains(".") else { return address }
        return String(address.dropFirst(mapped.utf8.count))
    }
}
