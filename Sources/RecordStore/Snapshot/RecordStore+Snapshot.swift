import Glibc
import Kernel
import SQLite
package import Sealing

extension RecordStore {
    /// The folder that the store has open.
    package var dataFolder: DataFolder { folder }

    /// The master keys that the store was opened with.
    package var keyRing: OpenKeyRing { keys.keyRing }

    /// Sixteen hexadecimal digits that tell this record from those of other boxes, and stay with it
    /// when it moves to another machine or its keys are rotated.
    package func instanceID() throws -> String {
        try HKDF.derive(secret: anchors.key, info: "tribal-ehr/instance", count: 8).withBytes {
            Hex.text($0)
        }
    }

    /// Copies the database as it is at one moment into a new file, while others read and write.
    ///
    /// Runs on the calling thread, in small steps; no write waits for it. One read transaction on a
    /// connection of its own holds the moment; nothing is checkpointed.
    ///
    /// - Parameters:
    ///   - path: a file that is not there yet; the caller removes it, also after a failure.
    ///   - progress: called with the part done, 0 to 1; a throw from it ends the copy.
    /// - Throws: ``Problem`` `.timeout` where the clinic writes so much that the copy would have
    ///   disturbed it, `.noStore` where the disk is full.
    package func takeSnapshot(
        to path: String, pace: SnapshotPace = SnapshotPace(),
        progress: (Double) throws -> Void = { _ in }
    ) throws -> SnapshotMark {
        for _ in 1..<max(2, pace.triesMax) {
            do {
                return try SnapshotRun(self, path, pace).run(progress)
            } catch let problem as Problem where problem.code == .timeout {
                unlink(path)
            }
        }
        return try SnapshotRun(self, path, pace).run(progress)
    }
}

/// One try of a snapshot.
private struct SnapshotRun {
    private static let pageBytes = 4_096
    private static let giBBytes = 1 << 30

    private let store: RecordStore
    private let path: String
    private let pace: SnapshotPace
    private let clock: Clock

    init(_ store: RecordStore, _ path: String, _ pace: SnapshotPace) {
        self.store = store
        self.path = path
        self.pace = pace
        clock = store.parts.clock
    }

    func run(_ progress: (Double) throws -> Void) throws -> SnapshotMark {
        let startedMs = clock.steadyMs()
        let atMs = clock.wallMs()
        let source = try Connection(path: store.folder.database, mode: .readOnly)
        defer { source.close() }
        let target = try Connection(path: path, mode: .readWrite)
        defer { target.close() }
        // A copy that is cut off is thrown away, so it needs no journal of its own.
        try target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        try source.begin()
        defer {
            // Nothing was written; closing the connection ends the transaction just as well.
            try? source.rollback()
        }
        let head = try AuditRows.head(source)
        do {
            try copy(source, target, startedMs, progress)
        } catch let error as SQLiteError where error.isFull {
            throw Problem(
                .noStore, "The disk is full: there is no room for a copy of the record. Free some.")
        }
        return SnapshotMark(
            auditSeq: head?.seq ?? 0, auditMac: head?.mac ?? [], atMs: atMs,
            tookMs: clock.steadyMs() - startedMs)
    }

    private func copy(
        _ source: Connection, _ target: Connection, _ startedMs: Int64,
        _ progress: (Double) throws -> Void
    ) throws {
        let pages = try PageCopy(from: source, to: target)
        defer { pages.end() }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var unsynced = 0
        while try !pages.step(pages: pace.stepPages) {
            unsynced += pace.stepPages
            if unsynced >= pace.syncPages {
                // Only to spread the writing; what is not on the disk yet is written later.
                _ = fdatasync(file)
                unsynced = 0
            }
            try judge(pages, startedMs)
            if pages.pageCount > 0 {
                try progress(1 - Double(pages.remainingCount) / Double(pages.pageCount))
            }
            usleep(pace.pauseMicroseconds)
        }
    }

    /// Ends a copy that keeps the write-ahead log from being emptied for too long.
    private func judge(_ pages: PageCopy, _ startedMs: Int64) throws {
        let bytes = Int64(pages.pageCount) * Int64(Self.pageBytes)
        let timeMs = max(pace.timeMsMin, bytes * pace.timeMsPerGiB / Int64(Self.giBBytes))
        var log = stat()
        let isLogged = stat(store.folder.database + "-wal", &log) == 0
        guard clock.steadyMs() - startedMs <= timeMs,
            !isLogged || Int(log.st_size) <= pace.logBytesMax
        else {
            throw Problem(
                .timeout,
                "The clinic writes too much just then for a copy of the record. Try again at a "
                    + "quieter time.", retryAfterSeconds: 600)
        }
    }
}
