import Glibc
import RecordStore

/// Long work beside the clinic's.
package enum QuietThread {
    /// Runs work on a thread of its own that steps back for everybody else, and waits for it
    /// without holding a thread of the pool.
    package static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            _ = OwnedThread {
                // Of this thread alone on Linux. Where it is not allowed, the pauses between the
                // steps are what others have.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                continuation.resume(with: Result { try work() })
            }
        }
    }
}
