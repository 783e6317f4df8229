import Kernel
import NIOCore
import Synchronization

/// Cancels handlers that take longer than their route allows.
///
/// One sweep looks at all of them, because a timer a request would cost more than many handlers do.
final class Deadlines: Sendable {
    private struct Watch {
        let at: NIODeadline
        let cancel: @Sendable () -> Void
    }

    private struct State {
        var next: UInt64 = 0
        var watches: [UInt64: Watch] = [:]
    }

    private let state = Mutex(State())

    /// Runs a handler; it is cancelled when its time is up.
    ///
    /// - Parameter executor: where it goes on after it has waited; nil for the pool.
    /// - Throws: what the handler throws; ``EdgeRefusal`` 503 if it gave up because of the time.
    func run<Answer: Sendable>(
        _ limit: TimeAmount, on executor: LoopExecutor? = nil,
        _ body: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let deadline = NIODeadline.now() + limit
        // It begins on this thread: a handler that never waits costs no switch of threads.
        let task = Task.immediate(executorPreference: executor, operation: body)
        let id = watch(Watch(at: deadline, cancel: { task.cancel() }))
        defer { forget(id) }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            guard NIODeadline.now() >= deadline, task.isCancelled else { throw error }
            let seconds = limit.nanoseconds / 1_000_000_000
            throw EdgeRefusal(
                503, .timeout, "The request took longer than the \(seconds) s that it may take.")
        }
    }

    /// Cancels what is overdue; called about every quarter of a second.
    func sweep(now: NIODeadline = .now()) {
        let overdue = state.withLock { state in
            let overdue = state.watches.filter { $0.value.at <= now }
            for id in overdue.keys { state.watches[id] = nil }
            return overdue.map(\.value)
        }
        for watch in overdue { watch.cancel() }
    }

    private func watch(_ watch: Watch) -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.watches[state.next] = watch
            return state.next
        }
    }

    private func forget(_ id: UInt64) {
        state.withLock { $0.watches[id] = nil }
    }
}
