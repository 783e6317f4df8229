import Glibc
import Synchronization

/// Holds a thread of the store until the test lets it go.
final class Latch: Sendable {
    private let isOpen = Atomic<Bool>(false)
    private let arrivals = Atomic<Int>(0)

    /// Called on the thread that is to stop.
    func wait() {
        arrivals.add(1, ordering: .sequentiallyConsistent)
        while !isOpen.load(ordering: .acquiring) { sched_yield() }
    }

    /// Returns once a thread has stopped here.
    func arrival() async {
        while arrivals.load(ordering: .acquiring) == 0 { await Task.yield() }
    }

    func open() { isOpen.store(true, ordering: .releasing) }
}

/// Looks again and again until `isTrue`, at most ten seconds.
func becomes(_ isTrue: () throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if try isTrue() { return true }
        await Task.yield()
    }
    return try isTrue()
}

/// A number that tasks count up together.
final class Tally: Sendable {
    private let number = Atomic<Int>(0)

    var count: Int { number.load(ordering: .acquiring) }

    func add() { number.add(1, ordering: .sequentiallyConsistent) }
}

/// Names that tasks collect together.
final class NameList: Sendable {
    private let list = Mutex<Set<String>>([])

    var names: Set<String> { list.withLock { $0 } }

    func insert(_ name: String) { list.withLock { _ = $0.insert(name) } }
}
