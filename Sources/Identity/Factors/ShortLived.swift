import Kernel
import Synchronization

/// Values that hold for some minutes and are gone with the process: seeds that wait for their first
/// code, challenges, sign-ins between two steps.
///
/// Beyond the limit the oldest value goes.
final class ShortLived<Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let endSteadyMs: Int64
        let number: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var number = 0
    }

    private let clock: Clock
    private let lifeMs: Int64
    private let countMax: Int
    private let state = Mutex(State())

    init(clock: Clock, lifeMs: Int64, countMax: Int) {
        self.clock = clock
        self.lifeMs = lifeMs
        self.countMax = countMax
    }

    /// Keeps a value under a key, in place of what was there.
    func put(_ value: Value, for key: String) {
        let nowMs = clock.steadyMs()
        state.withLock { state in
            if state.entries.count >= countMax {
                state.entries = state.entries.filter { $0.value.endSteadyMs > nowMs }
            }
            if state.entries.count >= countMax,
                let oldest = state.entries.min(by: { $0.value.number < $1.value.number })
            {
                state.entries[oldest.key] = nil
            }
            state.number += 1
            state.entries[key] = Entry(
                value: value, endSteadyMs: nowMs + lifeMs, number: state.number)
        }
    }

    /// The value of a key, which stays.
    func look(_ key: String) -> Value? {
        let nowMs = clock.steadyMs()
        return state.withLock { state in
            state.entries[key].flatMap { $0.endSteadyMs > nowMs ? $0.value : nil }
        }
    }

    /// The value of a key, which is gone then: of two who ask at once, one gets it.
    func take(_ key: String) -> Value? {
        let nowMs = clock.steadyMs()
        return state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: key) else { return nil }
            return entry.endSteadyMs > nowMs ? entry.value : nil
        }
    }
}
