package import SQLite
import Synchronization

/// A moment in the order of commits.
package struct RedoMark: Hashable, Sendable {
    /// The unbroken line of commits that it belongs to; empty before there was one.
    package let line: String
    /// How many commits of the line there were.
    package let number: Int64

    /// Makes it.
    package init(line: String, number: Int64) {
        self.line = line
        self.number = number
    }

    /// Reads where a database stands.
    ///
    /// - Throws: ``SQLiteError`` where the table is missing.
    package static func of(_ connection: Connection) throws -> RedoMark {
        let statement = try connection.statement(
            "SELECT line, number FROM redo_mark WHERE id = 1")
        defer { statement.reset() }
        guard try statement.step() else { return RedoMark(line: "", number: 0) }
        return RedoMark(line: statement.text(0), number: statement.int(1))
    }

    /// Counts one commit more, in its transaction.
    static func advance(_ connection: Connection) throws {
        try connection.run("UPDATE redo_mark SET number = number + 1 WHERE id = 1")
    }

    /// Begins another line, whose first commit is the one that says so.
    ///
    /// - Parameter line: unlike every other.
    package static func begin(line: String, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE redo_mark SET line = ?, number = 0 WHERE id = 1", .text(line))
    }
}

/// What one commit changed.
package struct RedoGroup: Sendable {
    /// The moment after the commit.
    package let mark: RedoMark
    /// When it was made, UTC milliseconds.
    package let atMs: Int64
    /// Entries of the audit log after it.
    package let auditSeq: Int64
    /// What ``Connection/apply(changes:)`` takes.
    package let changes: [UInt8]

    /// Makes it.
    package init(mark: RedoMark, atMs: Int64, auditSeq: Int64, changes: [UInt8]) {
        self.mark = mark
        self.atMs = atMs
        self.auditSeq = auditSeq
        self.changes = changes
    }
}

/// Hands the changes of each commit to whoever keeps them.
///
/// Until somebody does they wait, up to a bound; beyond that the recording ends, and who comes later
/// sees from the marks that something is missing.
package final class RedoTap: Sendable {
    /// Takes a group, quickly, on the writer's thread.
    ///
    /// False ends the recording.
    package typealias Sink = @Sendable (RedoGroup) -> Bool

    /// The most bytes that wait for a sink.
    static let waitingBytesMax = 16 << 20

    private struct State {
        var opened: RedoMark?
        var sink: Sink?
        var waiting: [RedoGroup] = []
        var waitingBytes = 0
        var isEnded = false
        var isWanted = true
    }

    private let state = Mutex(State())

    /// Makes a tap that nobody drinks from yet.
    package init() {}

    /// Where the database stood when it was opened; nil before.
    package var opened: RedoMark? { state.withLock { $0.opened } }

    /// Whether changes are recorded no more.
    package var isEnded: Bool { state.withLock { $0.isEnded } }

    /// Hands over what waited, in order, and from then on every commit.
    package func attach(_ sink: @escaping Sink) {
        state.withLock { state in
            for group in state.waiting where !state.isEnded {
                if !sink(group) { state.isEnded = true }
            }
            state.waiting = []
            state.sink = sink
        }
    }

    /// Has the recording end.
    package func end() { state.withLock { $0.isEnded = true } }

    /// Has the recording begin once more with the next commit; another line is due then.
    package func resume() {
        state.withLock { state in
            state.isEnded = false
            state.isWanted = true
        }
    }

    /// Whether a recording is to begin; answers so once.
    func takeWish() -> Bool {
        state.withLock { state in
            defer { state.isWanted = false }
            return state.isWanted
        }
    }

    func noteOpened(_ mark: RedoMark) { state.withLock { $0.opened = mark } }

    /// - Returns: false where the recording is to end.
    func hand(_ group: RedoGroup) -> Bool {
        state.withLock { state in
            guard !state.isEnded else { return false }
            if let sink = state.sink {
                if !sink(group) { state.isEnded = true }
            } else {
                state.waitingBytes += group.changes.count
                if state.waitingBytes > Self.waitingBytesMax {
                    state.isEnded = true
                    state.waiting = []
                } else {
                    state.waiting.append(group)
                }
            }
            return !state.isEnded
        }
    }
}
