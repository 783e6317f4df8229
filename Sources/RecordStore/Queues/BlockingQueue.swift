import Glibc
package import Kernel
import Synchronization

/// A bounded first-in, first-out queue between tasks that must not block and a thread that may.
///
/// Putting never waits: a full queue refuses. Taking waits.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {  // because of the mutex
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var elements: [Element] = []
    private var isClosed = false
    private let countMax: Int

    /// Makes an empty queue of a length that it never exceeds.
    package init(countMax: Int) {
        self.countMax = countMax
        pthread_mutex_init(mutex, nil)
        // The steady clock: a wall clock that is set back must not make a wait last years.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Whether nothing waits at present.
    package var isIdle: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return elements.isEmpty
    }

    /// Appends an element.
    ///
    /// - Throws: ``Problem`` `.transient` where the queue is full or closed.
    package func put(_ element: Element) throws(Problem) {
        try append(element)
        // After the unlock: the thread that wakes up would only wait for the mutex.
        pthread_cond_signal(condition)
    }

    private func append(_ element: Element) throws(Problem) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { throw Problem(.transient, "The box is stopping.", retryAfterSeconds: 5) }
        if elements.count >= countMax {
            throw Problem(
                .transient, "The box is busy. Try again in a second.", retryAfterSeconds: 1)
        }
        elements.append(element)
    }

    /// Takes up to `limit` elements, waiting for the first one at most `waitMs`; empty after that
    /// wait, nil once the queue is closed and drained.
    package func take(limit: Int, waitMs: Int) -> [Element]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if elements.isEmpty && !isClosed { waitOnce(ms: waitMs) }
        if elements.isEmpty { return isClosed ? nil : [] }
        guard elements.count > limit else {
            defer { elements.removeAll(keepingCapacity: true) }
            return elements
        }
        let taken = Array(elements.prefix(limit))
        elements.removeFirst(limit)
        return taken
    }

    /// Refuses everything from here on; what is in the queue is still handed out.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    private func waitOnce(ms: Int) {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        let nanoseconds = until.tv_nsec + (ms % 1_000) * 1_000_000
        until.tv_sec += ms / 1_000 + nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &until)
    }
}

/// A thread with an owner: started once, joined when its owner closes.
package final class OwnedThread: @unchecked Sendable {  // because: written once
    private var handle = pthread_t()
    private let isJoined = Atomic<Bool>(false)

    /// Starts a thread that runs `body` to its end.
    package init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body))
        let code = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                body.run()
                return nil
            }, box.toOpaque())
        precondition(code == 0, "The system gives out threads for the record store.")
    }

    /// Waits for the thread's end; only the first call does.
    package func join() {
        guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
        pthread_join(handle, nil)
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
