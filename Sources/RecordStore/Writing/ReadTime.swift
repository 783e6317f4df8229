import Kernel
import SQLite
import Synchronization

/// How long the piece of work that a reader's thread does now may take.
///
/// SQLite asks it between its own steps, loops of the store between theirs.
final class ReadTime: Sendable {
    /// Steps of SQLite's machine between two looks at the clock: well below a millisecond.
    static let opsBetweenLooks = 20_000
    /// Looks of our own loops that pass without one at the clock.
    private static let looksBetweenClocks: Int64 = 64

    /// The work took longer than it may.
    struct Over: Error {}

    private let steadyMs: @Sendable () -> Int64
    private let untilMs = Atomic<Int64>(.max)
    private let looks = Atomic<Int64>(0)

    init(steadyMs: @escaping @Sendable () -> Int64) { self.steadyMs = steadyMs }

    /// Has SQLite stop a statement of the connection that runs over the time.
    func watch(_ connection: Connection) {
        connection.setProgress(everyOps: Self.opsBetweenLooks) { [self] in isOver }
    }

    /// Runs `body` within a time.
    ///
    /// - Throws: ``Over`` if it takes longer.
    func within<Value>(ms: Int64, _ body: () throws -> Value) throws -> Value {
        untilMs.store(steadyMs() + ms, ordering: .relaxed)
        defer { untilMs.store(.max, ordering: .relaxed) }
        do { return try body() } catch let error as SQLiteError where error.isInterrupted {
            throw Over()
        }
    }

    /// Ends work that is over its time; for loops that ask SQLite nothing.
    func check() throws(Over) {
        let (_, count) = looks.add(1, ordering: .relaxed)
        if count % Self.looksBetweenClocks == 0, isOver { throw Over() }
    }

    private var isOver: Bool {
        let until = untilMs.load(ordering: .relaxed)
        return until != .max && steadyMs() >= until
    }
}
