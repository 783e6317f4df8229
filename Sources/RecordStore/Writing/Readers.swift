import Kernel
import SQLite
import Synchronization

/// Threads that read, each with a connection of its own that never writes and never checkpoints.
///
/// Two take what comes; a third takes searches that turn out to be long, one after the other, so
/// that whoever asks for little never waits for them.
final class Readers: Sendable {
    /// Limits of the readers.
    enum Limits {
        static let queueCountMax = 4_000
        static let threadCount = 2
        static let idleWaitMs = 10_000
        /// How long anything that is read for a caller may take.
        static let readMsMax: Int64 = 10_000
        /// How long a search may keep others waiting before it goes on as a long one.
        static let quickMsMax: Int64 = 150
        /// The same for somebody who has long searches under way.
        static let hurriedMsMax: Int64 = 30
        static let longQueueCountMax = 16
        /// Long searches of one caller, under way and waiting.
        static let longPerCallerMax = 3
    }

    /// What a thread of the readers works with.
    struct Reader {
        let connection: Connection
        let time: ReadTime
    }

    typealias Work = @Sendable (Reader) -> Void

    private let quick = BlockingQueue<Work>(countMax: Limits.queueCountMax)
    private let long = BlockingQueue<Work>(countMax: Limits.longQueueCountMax)
    private let longOnes = Mutex<[String: Int]>([:])
    private let threads: [OwnedThread]

    /// Opens the connections and starts the threads.
    init(path: String, steadyMs: @escaping @Sendable () -> Int64) throws {
        var threads: [OwnedThread] = []
        for queue in Array(repeating: quick, count: Limits.threadCount) + [long] {
            let connection = try Connection(path: path, mode: .readOnly)
            try connection.restrict()
            let time = ReadTime(steadyMs: steadyMs)
            time.watch(connection)
            let start = ReaderStart(reader: Reader(connection: connection, time: time))
            threads.append(
                OwnedThread {
                    while let work = queue.take(limit: 1, waitMs: Limits.idleWaitMs) {
                        for one in work { one(start.reader) }
                    }
                    start.reader.connection.close()
                })
        }
        self.threads = threads
    }

    /// Queues work for the next free thread.
    func put(_ work: @escaping Work) throws(Problem) { try quick.put(work) }

    /// Queues a search that turned out to be long.
    ///
    /// - Throws: ``Problem`` `.throttled` where its caller has several of them already, `.transient`
    ///   where others have.
    func putLong(of caller: String, _ work: @escaping Work) throws(Problem) {
        let isAdmitted = longOnes.withLock { counts in
            guard counts[caller, default: 0] < Limits.longPerCallerMax else { return false }
            counts[caller, default: 0] += 1
            return true
        }
        guard isAdmitted else {
            throw Problem(
                .throttled,
                "\(Limits.longPerCallerMax) of your searches take long already. Wait for them, or "
                    + "narrow this one, by patient or date for example.", retryAfterSeconds: 5)
        }
        do throws(Problem) {
            try long.put { [self] reader in
                defer { endLong(of: caller) }
                work(reader)
            }
        } catch {
            endLong(of: caller)
            throw Problem(
                .transient,
                "Several long searches wait. Try again later, or narrow this one, by patient or date "
                    + "for example.", retryAfterSeconds: 10)
        }
    }

    /// How long a search of a caller may try to be a quick one, in milliseconds.
    func quickMs(for caller: String) -> Int64 {
        longOnes.withLock { $0[caller, default: 0] == 0 } ? Limits.quickMsMax : Limits.hurriedMsMax
    }

    private func endLong(of caller: String) {
        longOnes.withLock { counts in
            let left = counts[caller, default: 1] - 1
            counts[caller] = left > 0 ? left : nil
        }
    }

    /// Runs work on a reader and waits for what it returns.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withReader { try body($0.connection) }
    }

    /// Runs work on a reader, with its bound of time, and waits for what it returns.
    func withReader<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(Problem) {
                try quick.put { reader in
                    continuation.resume(with: Result { try body(reader) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Finishes what is queued and ends the threads.
    func close() {
        quick.close()
        long.close()
        for thread in threads { thread.join() }
    }
}

/// Carries a reader into the thread that owns it from then on.
private struct ReaderStart: @unchecked Sendable {  // because only that thread uses it
    let reader: Readers.Reader
}
