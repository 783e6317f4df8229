import NIOCore

/// Runs the tasks of a connection on the connection's own event loop.
///
/// A request that only waits for the store then wakes no other thread on its way: two changes of
/// thread less for each. What computes for long must leave the loop; see ``RouteLimits/isQuick``.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }
}
