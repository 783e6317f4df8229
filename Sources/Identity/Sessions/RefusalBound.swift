import Kernel
import Synchronization

/// Keeps somebody who sends bad credentials without end from filling the audit log.
final class RefusalBound: Sendable {
    private static let windowMs: Int64 = 60_000
    /// Entries of one address within a minute.
    static let addressCountMax = 10
    /// Entries of all addresses within a minute.
    static let countMax = 120

    private struct State {
        var sinceMs: Int64 = .min
        var count = 0
        var countByAddress: [String: Int] = [:]
    }

    private let clock: Clock
    private let state = Mutex(State())

    init(clock: Clock) { self.clock = clock }

    /// Whether one more refusal of an address is put on record.
    func admits(_ address: String) -> Bool {
        let nowMs = clock.steadyMs()
        return state.withLock { state in
            if nowMs - Self.windowMs >= state.sinceMs { state = State(sinceMs: nowMs) }
            guard state.count < Self.countMax,
                state.countByAddress[address, default: 0] < Self.addressCountMax
            else { return false }
            state.count += 1
            state.countByAddress[address, default: 0] += 1
            return true
        }
    }
}
