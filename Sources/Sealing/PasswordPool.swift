import Glibc
import Kernel
import Synchronization

/// The threads that hash passwords, apart from those that answer requests.
///
/// One hash takes 0.2 s and 64 MiB. A queue limit keeps a flood of sign-ins from piling up: who
/// comes when it is full is told to try again. The threads end with the pool.
package final class PasswordPool: Sendable {
    /// How many may wait by default.
    package static let waitingMax = 8
    /// How many hash at once by default.
    package static let threadsMax = 1

    private let jobs = Jobs()
    private let threads: Int
    private let waitingMax: Int
    private let cost: Argon2Cost
    private let unknown: String

    /// Starts the threads.
    ///
    /// - Throws: ``SealingError`` if no hash for unknown users can be made.
    package init(
        threads: Int = threadsMax, waitingMax: Int = waitingMax, cost: Argon2Cost = .password
    ) throws(SealingError) {
        unknown = try PasswordHash.hash(Random.bytes(16), cost: cost)
        self.cost = cost
        self.waitingMax = waitingMax
        self.threads = threads
        for _ in 0..<threads { jobs.startThread() }
    }

    deinit { jobs.close(threads: threads) }

    /// The text to store for a password.
    ///
    /// - Throws: ``Problem`` `.throttled` if too many wait already; ``SealingError``.
    package func hash(_ password: [UInt8]) async throws -> String {
        let cost = cost
        return try await run { () throws(SealingError) in
            try PasswordHash.hash(password, cost: cost)
        }
    }

    /// Whether a password is the stored one.
    ///
    /// For a user that does not exist pass nil: the answer is false after the same work, so that
    /// time does not tell who exists.
    ///
    /// - Throws: ``Problem`` `.throttled` if too many wait already.
    package func verify(_ password: [UInt8], against stored: String?) async throws -> Bool {
        let unknown = unknown
        return try await run { () throws(SealingError) in
            let matches = PasswordHash.verify(password, against: stored ?? unknown)
            return stored != nil && matches
        }
    }

    private func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(SealingError) -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Result, any Error>) in
            let isTaken = jobs.append(waitingMax: waitingMax) {
                do throws(SealingError) {
                    continuation.resume(returning: try work())
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            if !isTaken {
                continuation.resume(
                    throwing: Problem(
                        .throttled,
                        "Too many people are signing in at once. Try again in a few seconds.",
                        retryAfterSeconds: 2))
            }
        }
    }
}

/// The queue of a pool, shared with its threads.
private final class Jobs: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// One count for each waiting job, and one for each thread when the pool has ended.
    private nonisolated(unsafe) let arrived:  // because semaphores are made for threads
        UnsafeMutablePointer<sem_t>

    init() {
        arrived = .allocate(capacity: 1)
        arrived.initialize(to: sem_t())
        sem_init(arrived, 0, 0)
    }

    deinit {
        sem_destroy(arrived)
        arrived.deallocate()
    }

    /// Takes a job, or answers false if too many wait.
    func append(waitingMax: Int, _ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard state.waiting.count < waitingMax else { return false }
            state.waiting.append(job)
            return true
        }
        if isTaken { sem_post(arrived) }
        return isTaken
    }

    /// Lets the threads end once the waiting jobs are done.
    func close(threads: Int) {
        state.withLock { $0.isClosed = true }
        for _ in 0..<threads { sem_post(arrived) }
    }

    func startThread() {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Jobs>.fromOpaque(context).takeRetainedValue().work() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "The system gives a thread at start.")
        pthread_detach(thread)
    }

    private func work() {
        while true {
            // An interrupted wait finds nothing new and waits again.
            sem_wait(arrived)
            let (job, isClosed) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
            }
            if let job { job() } else if isClosed { return }
        }
    }
}
