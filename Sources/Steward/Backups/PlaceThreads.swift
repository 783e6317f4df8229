import Kernel
import RecordStore
import Synchronization

/// Runs what is done at places on threads of their own, which may hang without keeping anybody else.
///
/// A share whose machine was switched off can hold a call of the system for hours. After some time
/// without a sign of life the caller is told so; the thread is left to itself, and nothing else is
/// begun at that place until it has ended.
package final class PlaceThreads: Sendable {
    /// With what a piece of work shows that it goes on.
    package final class Pulse: Sendable {
        private let count = Atomic<Int>(0)

        /// Says that something was done.
        package func beat() { count.add(1, ordering: .relaxed) }

        var beats: Int { count.load(ordering: .relaxed) }
    }

    private let stuck = Mutex<Set<String>>([])
    private let silentSecondsMax: Int

    /// Makes it.
    ///
    /// - Parameter silentSecondsMax: how long a piece of work may go without a beat.
    package init(silentSecondsMax: Int = 30) { self.silentSecondsMax = silentSecondsMax }

    /// Runs blocking work for a place.
    ///
    /// - Throws: what the work throws, or ``Problem`` `.incomplete` where the place does not answer.
    package func run<Value: Sendable>(
        _ placeID: String, _ name: String,
        _ body: @escaping @Sendable (Pulse) throws -> Value
    ) async throws -> Value {
        let isStuck = stuck.withLock { $0.contains(placeID) }
        guard !isStuck else { throw Self.silence(name) }
        let (pulse, answer) = (Pulse(), Answer<Value>())
        let limit = silentSecondsMax
        return try await withCheckedThrowingContinuation { continuation in
            answer.begin(continuation)
            let watch = Task {
                var (seen, seconds) = (pulse.beats, 0)
                while seconds < limit {
                    // Cancelled as soon as the work has ended.
                    do { try await Task.sleep(for: .seconds(1)) } catch { return }
                    seconds = pulse.beats == seen ? seconds + 1 : 0
                    seen = pulse.beats
                }
                self.stuck.withLock { _ = $0.insert(placeID) }
                if !answer.end(.failure(Self.silence(name))) {
                    self.stuck.withLock { _ = $0.remove(placeID) }
                }
            }
            _ = OwnedThread {
                let result = Result { try body(pulse) }
                watch.cancel()
                if !answer.end(result) { self.stuck.withLock { _ = $0.remove(placeID) } }
            }
        }
    }

    private static func silence(_ name: String) -> Problem {
        Problem(
            .incomplete,
            "\(name) does not answer. Look whether the machine or disk is switched on and connected; "
                + "the box tries again by itself.")
    }

    /// Answers once, whoever comes first.
    private final class Answer<Value: Sendable>: Sendable {
        private let continuation = Mutex<CheckedContinuation<Value, any Error>?>(nil)

        func begin(_ value: CheckedContinuation<Value, any Error>) {
            continuation.withLock { $0 = value }
        }

        /// - Returns: whether this was the answer.
        func end(_ result: Result<Value, any Error>) -> Bool {
            let waiting = continuation.withLock { held in
                defer { held = nil }
                return held
            }
            waiting?.resume(with: result)
            return waiting != nil
        }
    }
}
