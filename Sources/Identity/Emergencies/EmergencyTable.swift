import AccessControl
import Kernel
import Synchronization

/// The emergencies that run, in memory.
///
/// One ends by the wall clock, which a restart keeps, or by the steady clock, which nobody can set
/// back; whichever is first.
final class EmergencyTable: Sendable {
    private struct Live {
        let emergency: Emergency
        /// Milliseconds of the steady clock.
        let deadlineMs: Int64
    }

    private let state = Mutex<[String: Live]>([:])
    private let clock: Clock

    init(clock: Clock) { self.clock = clock }

    /// Takes one in that runs, unless its times cannot be: a wall clock that was set back over a
    /// restart would let it live on.
    func put(_ emergency: Emergency) {
        let nowMs = clock.wallMs()
        let leftMs = emergency.untilMs - nowMs
        guard emergency.endedMs == nil, leftMs > 0, nowMs >= emergency.beganMs else { return }
        let live = Live(emergency: emergency, deadlineMs: clock.steadyMs() + leftMs)
        state.withLock { $0[emergency.id] = live }
    }

    /// Takes one out.
    func end(_ id: String) {
        state.withLock { live in _ = live.removeValue(forKey: id) }
    }

    /// Those of a person that run, the one that ends first first.
    func running(userID: String) -> [Emergency] {
        running { $0.userID == userID }
    }

    /// Whether one runs.
    func isRunning(_ id: String) -> Bool { !running { $0.id == id }.isEmpty }

    private func running(_ isWanted: (Emergency) -> Bool) -> [Emergency] {
        let (wallMs, steadyMs) = (clock.wallMs(), clock.steadyMs())
        return state.withLock { live in
            guard !live.isEmpty else { return [] }
            let over = live.filter {
                $0.value.emergency.untilMs <= wallMs || $0.value.deadlineMs <= steadyMs
            }
            for id in over.keys { live[id] = nil }
            return live.values.map(\.emergency).filter(isWanted)
                .sorted { ($0.untilMs, $0.id) < ($1.untilMs, $1.id) }
        }
    }
}
