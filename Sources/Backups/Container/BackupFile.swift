import Glibc
import Kernel
package import Sealing

/// What opens a backup.
package enum BackupUnlock: Sendable {
    /// The box that made it, by its own keys.
    case box(OpenKeyRing)
    /// The recovery kit.
    case kit(RecoveryCode)
}

extension BackupUnlock {
    /// Opens a key that was wrapped for a purpose.
    func key(_ wraps: [KeyWrap], for purpose: String) throws(KeyRingError) -> SecretBytes {
        switch self {
        case .box(let ring): try ring.unwrap(wraps, for: purpose)
        case .kit(let code): try code.unwrap(wraps, for: purpose)
        }
    }
}

/// A backup file whose header was read; nothing of its content is known yet.
package struct BackupFile: Sendable {
    package let path: String
    package let header: BackupHeader
    /// Bytes of the file.
    package let byteCount: Int

    /// Reads the header of a file.
    ///
    /// - Throws: ``Problem``: `.notFound`, `.invalid` for a file that is no backup, `.notSupported`
    ///   for one of a newer release, `.security` for a header that was changed.
    package static func open(_ path: String) throws -> BackupFile {
        let source = try FileSource(path)
        let header = try BackupHeader.read(source).header
        return BackupFile(path: path, header: header, byteCount: source.byteCount)
    }

    /// The backups in a folder, newest first; what cannot be read as one is left out.
    package static func list(in folder: String) -> [BackupFile] {
        Folders.names(in: folder)
            .filter { $0.hasSuffix(BackupHeader.fileSuffix) && !$0.hasPrefix(".") }
            // A file that is no backup, or is damaged, is told of when somebody names it.
            .compactMap { try? open(folder + "/" + $0) }
            .sorted { ($0.header.atMs, $0.path) > ($1.header.atMs, $1.path) }
    }

    /// Checks that the file is whole, without any key: its digest against what stands at its end.
    ///
    /// Finds what a disk or a copy did to it. Only ``unlock(with:)`` and the checks behind it show
    /// that nobody replaced it.
    ///
    /// - Returns: the digest of the whole file but its trailer, by which copies are compared.
    package func check(progress: (Double) throws -> Void = { _ in }) throws -> [UInt8] {
        let source = try FileSource(path)
        source.forgetCache()
        var rest = source.byteCount - Trailer.byteCount
        while rest > 0, try source.take(min(rest, 1 << 20)) != nil {
            rest -= min(rest, 1 << 20)
            try progress(Double(source.position) / Double(max(1, source.byteCount)))
        }
        let digest = source.finishDigest()
        guard let bytes = try source.take(Trailer.byteCount, isDigested: false),
            let trailer = Trailer(bytes), trailer.digest == digest
        else {
            throw Problem(
                .security,
                "\(path) is not as it was written: its digest does not fit. Use another copy of the "
                    + "backup.")
        }
        return digest
    }

    /// Opens the key of the backup.
    ///
    /// - Throws: ``Problem`` `.forbidden` that says which kit fits; under 1 s.
    package func unlock(with unlock: BackupUnlock) throws -> OpenBackup {
        do throws(KeyRingError) {
            return OpenBackup(file: self, key: try unlock.key(header.wraps, for: header.purpose))
        } catch {
            throw Problem(.forbidden, sentence(error))
        }
    }

    private func sentence(_ error: KeyRingError) -> String {
        let kits = header.kitIDs.joined(separator: " or ")
        return switch error {
        case .wrongKit(_, let entered):
            "This backup needs kit \(kits), you entered the code of kit \(entered). Look for the kit "
                + "with that number."
        case .noGeneration, .wrongMachineKey, .noSlot:
            "The keys of this box do not open this backup: it is of another box, or from before the "
                + "keys were rotated. Open it with recovery kit \(kits)."
        default: "\(error)"
        }
    }
}
