import Glibc
import Kernel
package import RecordStore
import SQLite
import Sealing

/// Makes backups: one file, consistent, sealed, read back from the disk before it gets its name.
package struct BackupWriter: Sendable {
    /// What was made.
    package struct Made: Sendable {
        package let file: BackupFile
        package let manifest: Manifest
        /// How long the copy of the database took, and the whole, in milliseconds.
        package let snapshotMs: Int64
        package let totalMs: Int64
        /// The digest of the file, by which copies are compared.
        package let digest: [UInt8]
    }

    /// Room that is left free beside what is made, in bytes.
    static let spareBytes = 64 << 20
    /// Parts of the progress: the copy, the writing, the reading back.
    private static let snapshotPart = 0.3
    private static let writingPart = 0.4

    private let source: BackupSource
    private let pace: SnapshotPace

    /// Makes a writer.
    package init(_ source: BackupSource, pace: SnapshotPace = SnapshotPace()) {
        self.source = source
        self.pace = pace
    }

    /// Makes a backup in a folder, on a thread of its own that steps back for everybody else.
    ///
    /// - Parameters:
    ///   - folder: where the file is made; made if it is not there.
    ///   - progress: called with the part done, 0 to 1; a throw from it ends the work.
    /// - Throws: ``Problem``; nothing is left behind, and no other backup is touched.
    package func make(
        in folder: String, progress: @escaping @Sendable (Double) throws -> Void = { _ in }
    ) async throws -> Made {
        let writer = self
        return try await QuietThread.run {
            let id = writer.source.ids.next()
            let scratch = writer.source.store.dataFolder.scratch + "/make-" + id
            let part = folder + "/." + id + ".part"
            defer {
                Folders.remove(scratch)
                unlink(part)
            }
            return try writer.make(
                Names(id: id, folder: folder, scratch: scratch, part: part), progress)
        }
    }

    /// Removes what interrupted backups left behind in a folder and in the data folder.
    ///
    /// Only while no backup is made or opened.
    package static func removeRemains(of data: DataFolder, in folder: String) {
        Folders.remove(data.scratch)
        for name in Folders.names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".part") {
            unlink(folder + "/" + name)
        }
    }

    private struct Names {
        let id: String
        let folder: String
        let scratch: String
        let part: String
    }

    private func make(
        _ names: Names, _ progress: @escaping @Sendable (Double) throws -> Void
    ) throws -> Made {
        let clock = source.clock
        let startedMs = clock.steadyMs()
        let data = source.store.dataFolder
        try Folders.make(names.scratch)
        try Folders.make(names.folder)
        let databaseBytes = Folders.fileBytes(data.database)
        try Folders.requireRoom(databaseBytes + Self.spareBytes, in: names.scratch)
        var parts = try smallFiles()
        let copy = names.scratch + "/" + BackupNames.database
        let mark = try source.store.takeSnapshot(to: copy, pace: pace) {
            try progress($0 * Self.snapshotPart)
        }
        let snapshotMs = clock.steadyMs() - startedMs
        parts.insert((BackupNames.database, .file(path: copy)), at: 0)
        let facts = try Self.facts(of: copy, mark)
        let manifest = try manifest(names.id, mark, facts.counts, parts)
        let bytes = manifest.encoded
        let key = try SecretBytes.random(AESGCM.keyBytes)
        let header = try header(names.id, mark, facts.schemaStep, bytes: bytes, manifest, key)
        try Folders.requireRoom(header.contentBytes / 4 + Self.spareBytes, in: names.folder)
        try write(header, key, bytes, parts, to: names.part) {
            try progress(Self.snapshotPart + $0 * Self.writingPart)
        }
        Folders.remove(names.scratch)
        let digest = try readBack(header, names.part, key, manifest) {
            try progress(Self.snapshotPart + Self.writingPart + $0 * 0.3)
        }
        let path = names.folder + "/" + header.fileName
        guard !Folders.exists(path), rename(names.part, path) == 0 else {
            throw FileFault.problem("make", path)
        }
        try FileBytes.syncFolder(of: path)
        return Made(
            file: try BackupFile.open(path), manifest: manifest, snapshotMs: snapshotMs,
            totalMs: clock.steadyMs() - startedMs, digest: digest)
    }

    /// What lies beside the database, read before the copy begins: anchors that are newer than the
    /// database would say that its tail was cut off.
    private func smallFiles() throws -> [(String, Ingredient)] {
        let store = source.store
        let data = store.dataFolder
        var parts: [(String, Ingredient)] = []
        if let anchors = try FileBytes.read(data.anchors, bytesMax: 1 << 30) {
            parts.append((BackupNames.anchors, .bytes(anchors)))
        }
        parts.append((BackupNames.keyRing, .bytes(store.keyRing.portableFileBytes)))
        for name in Folders.names(in: data.tls)
        where Manifest.isAllowed(BackupNames.tls + "/" + name) {
            let path = data.tls + "/" + name
            guard !Folders.isFolder(path), let bytes = try FileBytes.read(path, bytesMax: 1 << 20)
            else { continue }
            parts.append((BackupNames.tls + "/" + name, .bytes(bytes)))
        }
        if let path = source.configuration,
            let bytes = try FileBytes.read(path, bytesMax: 1 << 20)
        {
            parts.append((BackupNames.configuration, .bytes(bytes)))
        }
        return parts
    }

    /// Counts the copy and checks that it is of the moment that the mark says.
    private static func facts(
        of copy: String, _ mark: SnapshotMark
    ) throws -> (counts: [String: Int], schemaStep: Int) {
        let connection = try Connection(path: copy, mode: .readWrite)
        defer { connection.close() }
        let seq = try connection.int("SELECT seq FROM audit_head WHERE id = 1") ?? 0
        guard seq == mark.auditSeq else {
            throw Problem(
                .unexpected,
                "The copy of the record is not of the moment it was begun at. Try again.")
        }
        let step = try connection.int("SELECT max(number) FROM schema_step") ?? 0
        return (try TableCounts.of(connection), Int(step))
    }

    private func manifest(
        _ id: String, _ mark: SnapshotMark, _ counts: [String: Int], _ parts: [(String, Ingredient)]
    ) throws -> Manifest {
        let entries = try parts.map { name, part in
            Manifest.Entry(name: name, byteCount: part.byteCount, digest: try Self.digest(part))
        }
        return Manifest(
            backupID: id, instanceID: try source.store.instanceID(), auditSeq: mark.auditSeq,
            auditMac: mark.auditMac, counts: counts, entries: entries,
            versions: ["tribal-ehr": source.appVersion, "sqlite": Connection.libraryVersion])
    }

    private static func digest(_ part: Ingredient) throws -> [UInt8] {
        switch part {
        case .bytes(let bytes): return SHA256.digest(bytes)
        case .file(let path):
            let file = try FileSource(path)
            while try file.take(min(1 << 20, file.byteCount - file.position)) != nil {
                if file.isAtEnd { break }
            }
            return file.finishDigest()
        }
    }

    private func header(
        _ id: String, _ mark: SnapshotMark, _ schemaStep: Int, bytes: [UInt8],
        _ manifest: Manifest, _ key: SecretBytes
    ) throws -> BackupHeader {
        BackupHeader(
            backupID: id, instanceID: manifest.instanceID, clinicName: source.clinicName,
            appVersion: source.appVersion, schemaStep: schemaStep, atMs: mark.atMs,
            auditSeq: mark.auditSeq,
            contentBytes: manifest.entries.reduce(bytes.count + 4) { $0 + $1.byteCount },
            wraps: try source.store.keyRing.wraps(of: key, for: BackupHeader.purpose(id)),
            noncePrefix: try Random.bytes(SealedStream.prefixBytes))
    }

    private func write(
        _ header: BackupHeader, _ key: SecretBytes, _ manifest: [UInt8],
        _ parts: [(String, Ingredient)], to path: String, _ progress: (Double) throws -> Void
    ) throws {
        let sink = try FileSink(path)
        let writer = try ChunkWriter(sink, header: header, key: key)
        try writer.write(withUnsafeBytes(of: UInt32(manifest.count).bigEndian) { Array($0) })
        try writer.write(manifest)
        var done = manifest.count
        for (_, part) in parts {
            switch part {
            case .bytes(let bytes): try writer.write(bytes)
            case .file(let path):
                let file = try FileSource(path)
                while !file.isAtEnd {
                    let count = min(1 << 20, file.byteCount - file.position)
                    guard let piece = try file.take(count, isDigested: false) else {
                        throw Problem(.incomplete, "\(path) became shorter while it was read.")
                    }
                    try writer.write(piece)
                    try progress(
                        Double(done + file.position) / Double(max(1, header.contentBytes)))
                }
            }
            done += part.byteCount
        }
        try writer.finish()
        try sink.sync()
    }

    /// Reads the file from the disk as whoever restores it will, before it gets its name.
    private func readBack(
        _ header: BackupHeader, _ path: String, _ key: SecretBytes, _ manifest: Manifest,
        _ progress: (Double) throws -> Void
    ) throws -> [UInt8] {
        let file = try BackupFile.open(path)
        guard file.header == header,
            try OpenBackup(file: file, key: key).verify(progress: progress) == manifest
        else {
            throw Problem(
                .incomplete,
                "The backup could not be read back as it was written. Its disk may be failing: use "
                    + "another place.")
        }
        return try Trailer.digest(of: path)
    }
}

extension Trailer {
    /// The digest that stands at the end of a file that was checked.
    static func digest(of path: String) throws(Problem) -> [UInt8] {
        let tail = try FileBytes.readTail(path, count: byteCount) ?? []
        guard let trailer = Trailer(tail) else {
            throw Problem(.security, "The end of \(path) was changed or cut off.")
        }
        return trailer.digest
    }
}
