import Kernel
import SQLite

/// Threads that read, each with a connection of its own that never writes and never checkpoints.
final class Readers: Sendable {
    /// Limits of the readers.
    enum Limits {
        static let queueCountMax = 4_000
        static let threadCount = 2
        static let statementOpsMax = 2_000_000_000
        static let idleWaitMs = 10_000
    }

    typealias Work = @Sendable (Connection) -> Void

    private let queue = BlockingQueue<Work>(countMax: Limits.queueCountMax)
    private let threads: [OwnedThread]

    /// Opens the connections and starts the threads.
    init(path: String) throws {
        let queue = queue
        var threads: [OwnedThread] = []
        for _ in 0..<Limits.threadCount {
            let start = ReaderStart(connection: try Connection(path: path, mode: .readOnly))
            threads.append(
                OwnedThread {
                    while let work = queue.take(limit: 1, waitMs: Limits.idleWaitMs) {
                        for one in work { one(start.connection) }
                    }
                    start.connection.close()
                })
        }
        self.threads = threads
    }

    /// Queues work for the next free thread.
    func put(_ work: @escaping Work) throws(Problem) { try queue.put(work) }

    /// Runs work on a reader and waits for what it returns.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(Problem) {
                try queue.put { connection in
                    continuation.resume(with: Result { try body(connection) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Finishes what is queued and ends the threads.
    func close() {
        queue.close()
        for thread in threads { thread.join() }
    }
}

/// Carries a connection into the thread that owns it from then on.
private struct ReaderStart: @unchecked Sendable {  // because only that thread uses it
    let connection: Connection
}
