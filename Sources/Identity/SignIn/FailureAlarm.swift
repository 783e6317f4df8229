import Kernel
import Synchronization

/// Notices when sign-ins fail more often than people mistype.
final class FailureAlarm: Sendable {
    /// More failures than this within a minute are a flood.
    static let countMax = 10
    private static let windowMs: Int64 = 60_000
    /// After an alarm there is no other for this long, in milliseconds.
    private static let quietMs: Int64 = 900_000

    private struct State {
        var recent: [Int64] = []
        var quietUntilMs: Int64 = .min
    }

    private let clock: Clock
    private let state = Mutex(State())

    init(clock: Clock) { self.clock = clock }

    /// Counts a failure; true if somebody should be told now.
    func count() -> Bool {
        let nowMs = clock.steadyMs()
        return state.withLock { state in
            state.recent.removeAll { nowMs - $0 >= Self.windowMs }
            state.recent.append(nowMs)
            if state.recent.count > Self.countMax + 1 { state.recent.removeFirst() }
            guard state.recent.count > Self.countMax, nowMs >= state.quietUntilMs else {
                return false
            }
            state.quietUntilMs = nowMs + Self.quietMs
            return true
        }
    }
}
