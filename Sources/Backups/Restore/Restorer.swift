import AccessControl
import FHIRModel
import Glibc
import Kernel
package import RecordStore
import SQLite
package import Sealing

/// Restores backups into a data folder.
///
/// Everything is checked before anything that is there is touched, and nothing is destroyed.
package struct Restorer: Sendable {
    /// Restored data that was checked and waits to take the place of what is there.
    package struct Staged: Sendable {
        /// The name of its folder in the data folder.
        package let name: String
        package let manifest: Manifest
        /// Entries of the audit log that were checked.
        package let auditEntries: Int64
        /// Sealed values that were opened.
        package let sealsOpened: Int
        /// How long the restore took, in milliseconds.
        package let tookMs: Int64
        /// What was made once more after the backup; nil where nobody asked for it.
        package let redo: RedoOutcome?
    }

    /// How far a backup is brought forward, and what by.
    package struct Forward: Sendable {
        let until: RedoUntil
        let folders: [String]

        /// Asks for it.
        ///
        /// - Parameter folders: where segments of the redo log lie; of two copies of one the longer
        ///   is used.
        package init(_ until: RedoUntil, folders: [String]) {
            self.until = until
            self.folders = folders
        }

        var segments: [RedoSegment] {
            var found: [String: RedoSegment] = [:]
            for segment in folders.flatMap({ RedoSegment.list(in: $0) }) {
                let known = found[segment.header.segmentID]
                if known.map({
                    Folders.fileBytes($0.path) < Folders.fileBytes(segment.path)
                }) ?? true {
                    found[segment.header.segmentID] = segment
                }
            }
            return found.values.sorted {
                ($0.header.first, $0.header.fileName) < ($1.header.first, $1.header.fileName)
            }
        }
    }

    private let data: DataFolder
    private let parts: BackupProver.Parts
    private let appVersion: String

    /// Makes it for a data folder that exists.
    ///
    /// - Parameter appVersion: the release of this program.
    package init(_ data: DataFolder, parts: BackupProver.Parts, appVersion: String) {
        self.data = data
        self.parts = parts
        self.appVersion = appVersion
    }

    /// Whether this release and this disk can take a backup; reads its header only.
    ///
    /// - Throws: ``Problem``: `.notSupported` with the release to install, `.noStore` with what is
    ///   missing.
    package func check(_ file: BackupFile) throws {
        let known = parts.steps.map(\.number).max() ?? 0
        guard file.header.schemaStep <= known else {
            throw Problem(
                .notSupported,
                "This backup was made by release \(file.header.appVersion) of tribal-ehr, which is "
                    + "newer than this one (\(appVersion)). Install \(file.header.appVersion) or a later "
                    + "release, then restore. Nothing was changed.")
        }
        try Folders.requireRoom(
            file.header.contentBytes + file.header.contentBytes / 4 + BackupWriter.spareBytes,
            in: data.path)
    }

    /// Unpacks a backup into a new folder, brings its schema up to this release, checks all of it,
    /// gives this machine a key of its own and writes into the audit log that it was restored.
    ///
    /// - Parameter machineKey: the secret of this machine where the system keeps it; nil where the
    ///   data folder does.
    /// - Parameter forward: brings the record to a later moment; nil leaves it as the backup has it.
    package func stage(
        _ file: BackupFile, with unlock: BackupUnlock, machineKey: SecretBytes?,
        forward: Forward? = nil,
        progress: @escaping @Sendable (Double) throws -> Void = { _ in }
    ) async throws -> Staged {
        let clock = parts.store.clock
        let startedMs = clock.steadyMs()
        try check(file)
        let open = try file.unlock(with: unlock)
        let name = FolderSwitch.stagedPrefix + parts.store.ids.next()
        let folder = DataFolder(path: data.path + "/" + name)
        do {
            let manifest = try await QuietThread.run {
                try Folders.make(folder.path)
                return try open.extract(into: folder.path) { try progress($0 * 0.7) }
            }
            let reached = Self.reachedSeq(data)
            let check = RestoredCheck(folder: folder, manifest: manifest, parts: parts)
            try await QuietThread.run { try check.checkFile() }
            let redo = try await replay(forward, file, unlock, folder)
            let found = try await check.runOpened(unlock, sampleMax: nil) { store in
                try progress(0.9)
                try await note(file.header, redo, reached, in: store)
            }
            try giveKey(folder, unlock, machineKey)
            unlink(folder.ballast)
            unlink(folder.lockFile)
            try progress(1)
            return Staged(
                name: name, manifest: manifest, auditEntries: found.auditEntries,
                sealsOpened: found.seals.openedCount, tookMs: clock.steadyMs() - startedMs,
                redo: redo)
        } catch {
            Folders.remove(folder.path)
            throw error
        }
    }

    private func replay(
        _ forward: Forward?, _ file: BackupFile, _ unlock: BackupUnlock, _ folder: DataFolder
    ) async throws -> RedoOutcome? {
        guard let forward else { return nil }
        return try await QuietThread.run {
            try RedoReplay(
                folder: folder, header: file.header, segments: forward.segments, unlock: unlock
            ).run(forward.until)
        }
    }

    /// The slot of this machine: with what the system keeps, or with a file in the folder.
    private func giveKey(
        _ folder: DataFolder, _ unlock: BackupUnlock, _ machineKey: SecretBytes?
    ) throws {
        let ring = try unlock.ring(of: folder)
        do throws(KeyRingError) {
            let secret: SecretBytes
            if let machineKey {
                secret = machineKey
            } else {
                secret = try MachineKey.make(folder: folder.path, replacing: true)
            }
            try ring.restoreMachineSlot(secret, nowMs: parts.store.clock.wallMs())
        } catch {
            throw Problem(.incomplete, "\(error)")
        }
    }

    /// Entries that the audit log of the folder had reached, as far as a file beside it says.
    private static func reachedSeq(_ data: DataFolder) -> Int? {
        // A file that cannot be read says nothing; the record tells it with less.
        guard let tail = try? FileBytes.readTail(data.anchors, count: 4_096),
            let line = tail.split(separator: 0x0A).last, let json = try? JSON.parse(Array(line))
        else { return nil }
        return json["seq"]?.int
    }

    /// Puts the gap on record, ends what must not come to life again, and tells administrators.
    private func note(
        _ header: BackupHeader, _ redo: RedoOutcome?, _ reached: Int?, in store: RecordStore
    ) async throws {
        let caller = Caller(
            kind: .machine, name: "restore", address: "local",
            requestID: parts.store.ids.next())
        let grant = try Policy().grant(
            Ask(.administer, area: .system, type: "Backup", id: header.backupID), to: caller)
        let made = Timestamp.text(ms: header.atMs)
        let time = redo?.lastAtMs.map { Timestamp.text(ms: $0) } ?? made
        let brought = redo.map { "; \($0.count) commits until \(time) made once more" } ?? ""
        let gap = reached.map { "; the audit log of this folder had reached \($0) before" } ?? ""
        let note = AuditNote(
            grant.ask,
            detail: "restored from sequence \(header.auditSeq) of \(made)\(brought)\(gap)")
        let words =
            "This record was restored as it was at \(time) (UTC). What was entered after that "
            + "time is not in it. Everybody signs in again. Look whether somebody lost an account or "
            + "a token since then: it works again."
        let line = parts.store.ids.next()
        try await store.changeRows(grant, note: note) { rows in
            try RestoredRows.endSessions(rows)
            // What follows here is not what followed there: no redo log of before fits any more.
            try RedoMark.begin(line: line, rows)
            var writer = JSONWriter()
            writer.object { $0.member("text", words) }
            try rows.post(topic: "backup.restored", payload: writer.bytes)
        }
    }
}

/// What must not come to life again with a restored record.
private enum RestoredRows {
    /// Ends all sessions: one that was ended since the backup would be open again.
    static func endSessions(_ rows: RowWriter) throws {
        let hasSessions = try rows.connection.int(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'session'")
        guard hasSessions != nil else { return }
        try rows.connection.run("DELETE FROM session")
    }
}
