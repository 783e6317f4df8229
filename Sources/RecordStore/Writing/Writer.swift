import Glibc
import Kernel
import SQLite

/// The one writer: takes what has queued up, runs each piece of work in a savepoint of its own,
/// and commits once for all of them.
///
/// The only thread that changes the database, and the only place that checkpoints it: SQLite
/// before 3.51.3 can corrupt a file whose write-ahead log another connection checkpoints.
final class Writer: Sendable {
    /// What a piece of work writes, which decides whether it goes on when the disk is full.
    enum Kind: Sendable {
        /// Records and everything else; refused while the disk is full.
        case change
        /// What lets people in to read: sign-ins and sessions. Takes from the room kept free.
        case access
        /// One audit entry alone. Takes from the room kept free.
        case entry
    }

    /// One piece of work with what is to be done once it is known how it ended.
    struct Work: Sendable {
        let kind: Kind
        let run: @Sendable (WriteScope) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
    }

    /// Limits of the writer.
    enum Limits {
        static let queueCountMax = 20_000
        static let groupCountMax = 256
        static let idleWaitMs = 500
        static let refillIntervalMs: Int64 = 1_000
        /// Frames of 4 KiB in the write-ahead log after which it is copied into the database.
        static let logFramesMax = 4_000
    }

    private let queue = BlockingQueue<Work>(countMax: Limits.queueCountMax)
    private let thread: OwnedThread

    /// Starts the writer on a connection that it alone uses from here on.
    init(
        connection: sending Connection, chain: AuditChain, redo: RedoTap?, space: DiskSpace,
        clock: Clock, onFatal: @escaping @Sendable (String) -> Void
    ) throws {
        let queue = queue
        let start = WriterStart(
            loop: try WriterLoop(
                connection: connection, chain: chain, redo: redo, space: space, clock: clock,
                onFatal: onFatal))
        thread = OwnedThread {
            let loop = start.loop
            while let group = queue.take(
                limit: Limits.groupCountMax, waitMs: Limits.idleWaitMs)
            {
                if group.isEmpty { loop.idle() } else { loop.commit(group) }
            }
            loop.stop()
        }
    }

    /// Queues work; `finish` is called on the writer's thread once it is on disk or has failed.
    func put(_ work: Work) throws(Problem) { try queue.put(work) }

    /// Runs work and waits for its commit.
    func run<Value: Sendable>(
        _ kind: Kind = .change, _ body: @escaping @Sendable (WriteScope) throws -> Value
    ) async throws -> Value {
        let result = Once<Value>()
        return try await withCheckedThrowingContinuation { continuation in
            let work = Work(
                kind: kind,
                run: { scope in result.value = try body(scope) },
                finish: { error in
                    if let error {
                        continuation.resume(throwing: error)
                    } else if let value = result.value {
                        continuation.resume(returning: value)
                    }
                })
            do throws(Problem) {
                try queue.put(work)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Commits what is queued, refuses more, and ends the thread.
    func close() {
        queue.close()
        thread.join()
    }
}

/// Carries the loop into the thread that owns it from then on.
private struct WriterStart: @unchecked Sendable {  // because only the writer's thread reads it
    let loop: WriterLoop
}

/// A value that the writer's thread sets before it calls `finish`, which alone reads it.
final class Once<Value: Sendable>: @unchecked Sendable {  // because set and get are ordered
    var value: Value?
}
