import Glibc
import Kernel
package import RecordStore
import Sealing
import Synchronization

/// Keeps every commit, sealed, in files beside the backups, so that a backup can be brought forward
/// to any later moment.
///
/// The record never waits for it: where it cannot write it ends, says why, and the next line begins
/// with a backup.
///
/// Spec: DESIGN 6; SECURITY part 9.
package final class RedoLog: Sendable {
    /// Limits of the log.
    package struct Limits: Sendable {
        /// Commits wait this long at most before they are on the disk, in milliseconds.
        package var syncMsMax: Int64 = 1_000
        /// A segment is ended beyond this, in bytes.
        package var segmentBytesMax = 16 << 20
        /// Bytes of changes that wait to be written; beyond it the line ends.
        package var waitingBytesMax = 96 << 20
        /// Segments that are kept on the disk of the box, and their bytes.
        package var keptCountMax = 200
        package var keptBytesMax = 1 << 30
        /// Room that is left to the record, in bytes.
        package var spareBytes = 256 << 20

        /// The limits of a box.
        package init() {}
    }

    /// What it needs of the box.
    package struct Parts: Sendable {
        let store: RecordStore
        let tap: RedoTap
        let folder: String
        let appVersion: String
        let schemaStep: Int
        let limits: Limits

        /// Collects the parts.
        ///
        /// - Parameters:
        ///   - folder: where the backups of this disk lie.
        ///   - schemaStep: the newest step of this release.
        package init(
            store: RecordStore, tap: RedoTap, folder: String, appVersion: String, schemaStep: Int,
            limits: Limits = Limits()
        ) {
            self.store = store
            self.tap = tap
            self.folder = folder
            self.appVersion = appVersion
            self.schemaStep = schemaStep
            self.limits = limits
        }
    }

    /// How it stands.
    package struct Stand: Hashable, Sendable {
        /// The last commit that is on the disk; nil before the first.
        package var mark: RedoMark?
        /// When that was made, UTC milliseconds.
        package var atMs: Int64?
        /// The name of the segment that is being written, and its bytes on the disk.
        package var segmentName: String?
        package var segmentBytes = 0
        /// Why commits are not kept at present; nil where they are.
        package var fault: String?
        /// Whether no backup was made since the line began.
        package var needsBackup = false
        /// Whether commits are kept since the start.
        package var hasBegun = false
    }

    private enum Order: Sendable {
        case group(RedoGroup)
        case turn
        case settle(CheckedContinuation<Void, Never>)
    }

    private struct State {
        var stand = Stand()
        var line = ""
        var waitingBytes = 0
    }

    private let parts: Parts
    private let queue = BlockingQueue<Order>(countMax: 60_000)
    private let state = Mutex(State())
    private let thread = Mutex<OwnedThread?>(nil)

    /// Makes a log that keeps nothing yet.
    package init(_ parts: Parts) { self.parts = parts }

    /// How it stands.
    package var stand: Stand { state.withLock { $0.stand } }

    /// Goes on where the log ended, or begins another line where something is missing between its
    /// end and the record.
    ///
    /// - Throws: ``Problem`` where the line cannot be begun.
    package func begin(_ change: (String) async throws -> Void) async throws {
        try Folders.make(parts.folder)
        let opened = parts.tap.opened
        let line: String
        if let opened, !parts.tap.isEnded, isContinued(by: opened) {
            line = opened.line
        } else {
            line = parts.store.parts.ids.next()
        }
        state.withLock { $0.line = line }
        start()
        parts.tap.attach { [weak self] in self?.take($0) ?? false }
        guard line != opened?.line else {
            noteWhetherBackedUp(line)
            state.withLock { $0.stand.hasBegun = true }
            return
        }
        state.withLock { state in
            state.stand.needsBackup = true
            state.stand.hasBegun = true
        }
        try await change(line)
    }

    /// Ends the present segment, so that the next commit begins another one.
    package func turn() {
        // A full queue ends the line anyway.
        try? queue.put(.turn)
    }

    /// Waits until everything that was handed over so far is on the disk, or the log has ended.
    package func settle() async {
        await withCheckedContinuation { continuation in
            do {
                try queue.put(.settle(continuation))
            } catch {
                continuation.resume()
            }
        }
    }

    /// Says that a backup was made, which the line can be followed from.
    package func noteBackup() {
        state.withLock { $0.stand.needsBackup = false }
        turn()
    }

    /// Writes what waits and ends the segment.
    package func stop() {
        queue.close()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Whether the last segment ends exactly where the record was opened.
    private func isContinued(by opened: RedoMark) -> Bool {
        guard !opened.line.isEmpty,
            let last = RedoSegment.list(in: parts.folder).last(where: {
                $0.header.line == opened.line
            }), last.header.schemaStep == parts.schemaStep
        else { return false }
        // A segment that cannot be read to its end is none to go on from.
        let group = try? last.last(.box(parts.store.keyRing))
        return group?.mark == opened || group == nil && last.header.first == opened.number + 1
    }

    /// Begins another line after one that had to end, which is then owed a backup.
    package func beginAgain(_ change: (String) async throws -> Void) async throws {
        let line = parts.store.parts.ids.next()
        state.withLock { state in
            state.line = line
            state.stand.fault = nil
            state.stand.needsBackup = true
            state.waitingBytes = 0
        }
        turn()
        parts.tap.resume()
        try await change(line)
    }

    /// A line that goes on after a restart may never have had its backup.
    private func noteWhetherBackedUp(_ line: String) {
        let first = RedoSegment.list(in: parts.folder).first { $0.header.line == line }
        guard let first, first.header.first == 1 else { return }
        let newest = BackupFile.list(in: parts.folder).first?.header.atMs ?? 0
        state.withLock { $0.stand.needsBackup = newest < first.header.atMs }
    }

    /// Called on the writer's thread.
    private func take(_ group: RedoGroup) -> Bool {
        let isTaken = state.withLock { state in
            // What was committed before the line began belongs to no line.
            guard group.mark.line == state.line else { return true }
            guard state.stand.fault == nil else { return false }
            guard group.changes.count <= RedoEntries.changesBytesMax,
                state.waitingBytes + group.changes.count <= parts.limits.waitingBytesMax
            else {
                state.stand.fault =
                    "More was changed at once than the redo log can take. It goes on by itself in "
                    + "some minutes, with another backup."
                return false
            }
            state.waitingBytes += group.changes.count
            return true
        }
        guard isTaken, group.mark.line == state.withLock({ $0.line }) else { return isTaken }
        do {
            try queue.put(.group(group))
            return true
        } catch {
            state.withLock {
                $0.stand.fault =
                    $0.stand.fault ?? "The redo log does not keep up with what is changed."
            }
            return false
        }
    }

    private func fail(_ sentence: String) {
        state.withLock { $0.stand.fault = $0.stand.fault ?? sentence }
        parts.tap.end()
    }

    private func start() {
        let work = RedoLogWork(self)
        thread.withLock { thread in
            guard thread == nil else { return }
            thread = OwnedThread { work.value.run() }
        }
    }

    /// What the thread of the log does.
    fileprivate final class Loop {
        private let log: RedoLog
        private var segment: RedoSegmentWriter?
        private var keyRing: [UInt8] = []
        private var unsyncedSinceMs: Int64?
        private var written: RedoGroup?

        init(_ log: RedoLog) { self.log = log }

        private var parts: Parts { log.parts }
        private var clock: Clock { parts.store.parts.clock }

        func run() {
            while let orders = log.queue.take(limit: 512, waitMs: 250) {
                do {
                    try handle(orders)
                } catch {
                    log.fail(
                        (error as? Problem)?.detail ?? "The redo log cannot be written.")
                    segment = nil
                }
            }
            // What could not be ended reads as cut off, which is what it is.
            try? finish()
        }

        private func handle(_ orders: [Order]) throws {
            // Whoever waits goes on also where something before failed.
            defer { for case .settle(let continuation) in orders { continuation.resume() } }
            var gathered: [RedoGroup] = []
            var bytes = 0
            for order in orders {
                switch order {
                case .group(let group):
                    gathered.append(group)
                    bytes += group.changes.count
                    guard bytes >= RedoEntries.gatheredBytesMax else { continue }
                    try write(gathered)
                    (gathered, bytes) = ([], 0)
                case .turn:
                    try write(gathered)
                    (gathered, bytes) = ([], 0)
                    try finish()
                case .settle:
                    try write(gathered)
                    (gathered, bytes) = ([], 0)
                    try segment?.sync()
                    tell()
                }
            }
            try write(gathered)
            try syncIfDue()
        }

        private func write(_ groups: [RedoGroup]) throws {
            guard let first = groups.first, log.stand.fault == nil else { return }
            let keys = parts.store.keyRing.portableFileBytes
            if let segment,
                keys != keyRing || segment.byteCount >= parts.limits.segmentBytesMax
            {
                try finish()
            }
            if segment == nil { try open(first, keys) }
            // One large commit stands alone, so that a chunk stays within its bound.
            if groups.count > 1, groups.contains(where: { $0.changes.count > 1 << 20 }) {
                for group in groups { try segment?.put([group]) }
            } else {
                try segment?.put(groups)
            }
            written = groups.last
            unsyncedSinceMs = unsyncedSinceMs ?? clock.steadyMs()
            let count = groups.reduce(0) { $0 + $1.changes.count }
            log.state.withLock { $0.waitingBytes -= count }
        }

        private func open(_ first: RedoGroup, _ keys: [UInt8]) throws {
            try Folders.requireRoom(parts.limits.spareBytes, in: parts.folder)
            RedoKeeping.trim(parts.folder, limits: parts.limits)
            let ids = parts.store.parts.ids
            let id = ids.next()
            let key = try SecretBytes.random(AESGCM.keyBytes)
            let header = RedoHeader(
                segmentID: id, instanceID: try parts.store.instanceID(), line: first.mark.line,
                first: first.mark.number, appVersion: parts.appVersion,
                schemaStep: parts.schemaStep, atMs: first.atMs,
                wraps: try parts.store.keyRing.wraps(of: key, for: RedoHeader.purpose(id)),
                noncePrefix: try Random.bytes(SealedStream.prefixBytes))
            segment = try RedoSegmentWriter(
                header, key: key, keyRing: keys, in: parts.folder)
            keyRing = keys
        }

        private func finish() throws {
            guard let segment else { return }
            try segment.finish()
            tell()
            self.segment = nil
        }

        private func syncIfDue() throws {
            guard let since = unsyncedSinceMs, let segment,
                clock.steadyMs() - since >= parts.limits.syncMsMax || log.queue.isIdle
            else { return }
            try segment.sync()
            tell()
        }

        private func tell() {
            guard let segment else { return }
            unsyncedSinceMs = nil
            let (last, bytes) = (written, segment.byteCount)
            log.state.withLock { state in
                state.stand.mark = last?.mark ?? state.stand.mark
                state.stand.atMs = last?.atMs ?? state.stand.atMs
                state.stand.segmentName = segment.header.fileName
                state.stand.segmentBytes = bytes
            }
        }
    }
}

/// Carries the loop into the thread that owns it from then on.
private struct RedoLogWork: @unchecked Sendable {  // because only that thread uses it
    let value: RedoLog.Loop

    init(_ log: RedoLog) { value = RedoLog.Loop(log) }
}
