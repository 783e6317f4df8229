import FHIRModel
import Kernel
import RecordStore
import SQLite

/// How far a restored record is brought by the redo log.
package enum RedoUntil: Hashable, Sendable {
    /// To the last whole commit that was kept.
    case latest
    /// To the last commit that was made by then, UTC milliseconds.
    case time(ms: Int64)

    /// Reads `latest`, or a time to the second or minute with its zone; nil for anything else.
    package init?(_ text: String) {
        if text == "latest" {
            self = .latest
            return
        }
        // What is no time is told of by who asked for it.
        guard let time = try? FHIRDateTime(text, as: .search), let offset = time.offsetMinutes
        else { return nil }
        let days = Timestamp.daysSince1970(
            year: Int64(time.year), month: Int64(time.month), day: Int64(time.day))
        let minutes = days * 1_440 + Int64(time.hour * 60 + time.minute - offset)
        // A time to the minute means the whole of it, one to the second the whole second.
        let restMs: Int64 =
            switch time.precision {
            case .minute: 59_999
            case .second: Int64(time.second) * 1_000 + 999
            default: Int64(time.second) * 1_000 + Int64(time.nanosecond / 1_000_000)
            }
        self = .time(ms: minutes * 60_000 + restMs)
    }
}

/// What was made once more after a backup.
package struct RedoOutcome: Hashable, Sendable {
    /// Commits that were made once more.
    package var count = 0
    /// When the last of them was made, UTC milliseconds; nil where there was none.
    package var lastAtMs: Int64?
    /// Entries of the audit log then.
    package var auditSeq: Int64?
    /// Bytes at the end that were no whole commit, as after a power cut.
    package var tornBytes = 0
    /// When the first change was made that follows a later backup than this one, UTC milliseconds;
    /// nil where nothing such was found.
    package var laterLineAtMs: Int64?
}

/// Brings an unpacked database from the moment of its backup to a later one.
///
/// A commit is made once more only where it follows the one before without a gap, and only on rows
/// that are as they were then.
struct RedoReplay {
    private static let batchCountMax = 500

    let folder: DataFolder
    let header: BackupHeader
    let segments: [RedoSegment]
    let unlock: BackupUnlock

    /// Makes the commits once more and puts the keys of then into the folder.
    ///
    /// - Throws: ``Problem``: `.value` for a time before the backup; `.incomplete` for a gap, with
    ///   the time up to which it works; `.notFound` where there is nothing that follows the backup;
    ///   `.security` where a segment was changed.
    func run(_ until: RedoUntil) throws -> RedoOutcome {
        if case .time(let ms) = until, ms < header.atMs {
            throw Problem(
                .value,
                "The backup shows \(Timestamp.text(ms: header.atMs)), which is later than the time "
                    + "that you ask for. Choose an older backup.", location: "until")
        }
        let connection = try Connection(path: folder.database, mode: .readWrite)
        defer { connection.close() }
        let start = try RedoMark.of(connection)
        let line = segments.filter {
            $0.header.line == start.line && !start.line.isEmpty
                && $0.header.instanceID == header.instanceID
        }
        guard !line.isEmpty else { throw nothing }
        let others = segments.filter {
            $0.header.line != start.line && $0.header.instanceID == header.instanceID
        }
        guard line.allSatisfy({ $0.header.schemaStep == header.schemaStep }) else {
            throw Problem(
                .notSupported,
                "The redo log is of another release than the backup. Choose a backup that was made "
                    + "after the upgrade.")
        }
        let run = ReplayRun(connection, from: start, until)
        for segment in Self.following(start, line, until) {
            guard try run.goesOn(segment, unlock) else { break }
        }
        try run.finish()
        if let keyRing = run.keyRing, run.outcome.count > 0 {
            try FileBytes.replace(folder.path + "/" + BackupNames.keyRing, with: keyRing)
        }
        run.outcome.laterLineAtMs = Self.first(others, after: run.outcome.lastAtMs ?? header.atMs)
        return run.outcome
    }

    /// When a line was begun that an older backup cannot be followed into.
    private static func first(_ others: [RedoSegment], after ms: Int64) -> Int64? {
        others.map(\.header.atMs).filter { $0 > ms }.min()
    }

    /// The segments that hold anything after a moment and before another.
    private static func following(
        _ start: RedoMark, _ segments: [RedoSegment], _ until: RedoUntil
    ) -> [RedoSegment] {
        let first = segments.lastIndex { $0.header.first <= start.number + 1 } ?? 0
        guard case .time(let ms) = until else { return Array(segments[first...]) }
        // Begun after the time: whatever is wrong with it does not matter.
        return segments[first...].filter { $0.header.atMs <= ms }
    }

    private var nothing: Problem {
        Problem(
            .notFound,
            "No redo log that follows this backup was found beside it. Restore the backup as it is, "
                + "or name the folder with its redo log.", location: "until")
    }

    /// One walk over the segments of a line.
    private final class ReplayRun {
        private let connection: Connection
        private let until: RedoUntil
        private var number: Int64
        private var batch: [RedoGroup] = []
        private var isDone = false
        var outcome = RedoOutcome()
        var keyRing: [UInt8]?

        init(_ connection: Connection, from start: RedoMark, _ until: RedoUntil) {
            self.connection = connection
            self.until = until
            number = start.number
        }

        /// Makes the commits of a segment once more; false where nothing after it is wanted.
        func goesOn(_ segment: RedoSegment, _ unlock: BackupUnlock) throws -> Bool {
            let before = outcome.count
            do {
                let (keys, end) = try segment.read(unlock) { group in
                    try take(group)
                    return !isDone
                }
                if case .torn(let bytes) = end { outcome.tornBytes = bytes }
                if outcome.count + batch.count > before { keyRing = keys }
            } catch let problem as Problem where problem.code == .security {
                try flush()
                // Everything until the time that was asked for came before the damage.
                if case .time(let ms) = until, let last = outcome.lastAtMs, ms <= last {
                    return false
                }
                throw Problem(problem.code, problem.detail + reached, location: "until")
            }
            return !isDone
        }

        private func take(_ group: RedoGroup) throws {
            // What the backup holds already.
            guard group.mark.number > number else { return }
            if case .time(let ms) = until, group.atMs > ms {
                isDone = true
                return
            }
            guard group.mark.number == number + 1 else {
                try flush()
                throw Problem(
                    .incomplete,
                    "The redo log has a gap: \(group.mark.number - number - 1) commits are missing."
                        + reached, location: "until")
            }
            number += 1
            batch.append(group)
            if batch.count >= RedoReplay.batchCountMax { try flush() }
        }

        func finish() throws {
            try flush()
            guard let auditSeq = outcome.auditSeq else { return }
            let found = try connection.int("SELECT seq FROM audit_head WHERE id = 1")
            guard found == auditSeq else { throw unfit }
        }

        private func flush() throws {
            guard let last = batch.last else { return }
            try connection.beginImmediate()
            do {
                for group in batch { try connection.apply(changes: group.changes) }
                guard try RedoMark.of(connection) == last.mark else { throw unfit }
                try connection.commit()
            } catch {
                try connection.rollback()
                throw (error as? SQLiteError).map { $0.isFull ? error : unfit } ?? error
            }
            outcome.count += batch.count
            outcome.lastAtMs = last.atMs
            outcome.auditSeq = last.auditSeq
            batch = []
        }

        private var reached: String {
            guard let ms = outcome.lastAtMs else {
                return " Nothing after the backup can be brought back. Restore it as it is."
            }
            return " It can be followed until \(Timestamp.text(ms: ms)). Ask for that time."
        }

        private var unfit: Problem {
            Problem(
                .security,
                "The redo log does not fit the backup. Restore the backup as it is, or use another "
                    + "copy of the log.", location: "until")
        }
    }
}
