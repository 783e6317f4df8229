import Glibc
import Kernel
import RecordStore
import Sealing

/// A backup whose key was opened.
package struct OpenBackup: Sendable {
    private static let pieceBytes = 1 << 20

    /// The file.
    package let file: BackupFile
    private let key: SecretBytes

    init(file: BackupFile, key: SecretBytes) {
        self.file = file
        self.key = key
    }

    /// Reads every byte and checks it: tags of all chunks, their order, the end, the digest of each
    /// file.
    ///
    /// - Parameter progress: called with the part done; a throw from it ends the check.
    /// - Throws: ``Problem`` `.security` that names the file and the chunk.
    @discardableResult
    package func verify(progress: (Double) throws -> Void = { _ in }) throws -> Manifest {
        try run(into: nil, progress)
    }

    /// Writes the files of the backup into a folder, checking every byte on the way.
    ///
    /// The folder must be there and hold none of them; after a failure it holds some.
    ///
    /// - Throws: ``Problem`` `.security` as ``verify(progress:)``, `.noStore` where the disk is full.
    @discardableResult
    package func extract(
        into folder: String, progress: (Double) throws -> Void = { _ in }
    ) throws -> Manifest {
        try Folders.requireRoom(file.header.contentBytes, in: folder)
        return try run(into: folder, progress)
    }

    /// What the backup holds, from its first chunks; the rest is not read.
    package func manifest() throws -> Manifest {
        let source = try FileSource(file.path)
        return try manifest(try reader(source))
    }

    private func run(
        into folder: String?, _ progress: (Double) throws -> Void
    ) throws -> Manifest {
        let source = try FileSource(file.path)
        source.forgetCache()
        let reader = try reader(source)
        let manifest = try manifest(reader)
        for entry in manifest.entries {
            let sink = try folder.map { try Self.sink($0, entry.name) }
            let digest = DigestContext()
            var rest = entry.byteCount
            while rest > 0 {
                let piece = try reader.take(min(rest, Self.pieceBytes))
                digest.update(piece)
                try sink?.write(piece)
                rest -= piece.count
                try progress(reader.part)
            }
            guard digest.finish() == entry.digest else {
                throw Problem(
                    .security,
                    "\(file.path) is not as it was written: the digest of \(entry.name) in it does "
                        + "not fit. Use another copy of the backup.")
            }
            try sink?.sync()
        }
        try reader.finish()
        if let folder { try FileBytes.syncFolder(of: folder + "/.") }
        return manifest
    }

    private func reader(_ source: FileSource) throws -> ChunkReader {
        let (header, binding) = try BackupHeader.read(source)
        guard header == file.header else {
            throw Problem(
                .conflict, "\(file.path) was replaced while it was read. Choose it once more.")
        }
        return ChunkReader(source, key: key, header: header, binding: binding)
    }

    private func manifest(_ reader: ChunkReader) throws -> Manifest {
        let count = try reader.take(4).reduce(0) { $0 << 8 | Int($1) }
        let unknown = Problem(
            .notSupported,
            "The manifest of \(file.path) cannot be read by this release. Install release "
                + "\(file.header.appVersion) or a later one.")
        guard count <= Manifest.jsonBytesMax, let manifest = Manifest(try reader.take(count)),
            manifest.backupID == file.header.backupID
        else { throw unknown }
        return manifest
    }

    private static func sink(_ folder: String, _ name: String) throws -> FileSink {
        if let slash = name.lastIndex(of: "/") {
            try Folders.make(folder + "/" + name[..<slash])
        }
        return try FileSink(folder + "/" + name)
    }
}
