package import Backups
import FHIRModel
import Glibc
package import Kernel
package import RecordStore
package import Sealing
import Synchronization

/// Restores a backup on a box that belongs to nobody, for the first screen of the setup.
///
/// One restore at a time. What it does goes on when the browser goes away; a restart forgets it, and
/// leaves the box as it was unless the restored record was whole by then.
package final class RestoreDesk: Sendable {
    /// What it needs of the box.
    package struct Parts: Sendable {
        let data: DataFolder
        let restorer: Restorer
        let clock: Clock
        /// The secret of this machine where the system keeps it.
        let machineKey: @Sendable () throws -> SecretBytes?
        /// Starts the box anew, which then serves the restored record.
        let restart: @Sendable () -> Void

        /// Collects the parts.
        package init(
            data: DataFolder, restorer: Restorer, clock: Clock,
            machineKey: @escaping @Sendable () throws -> SecretBytes?,
            restart: @escaping @Sendable () -> Void
        ) {
            self.data = data
            self.restorer = restorer
            self.clock = clock
            self.machineKey = machineKey
            self.restart = restart
        }
    }

    /// How far it is.
    enum Stage: Sendable {
        case idle
        case running(part: Double)
        case failed(Problem)
        /// The restored record waits for the restart.
        case restarting
    }

    /// The most bytes of one piece of an upload.
    static let pieceBytesMax = 8 << 20
    private static let uploadName = "upload" + BackupHeader.fileSuffix
    /// Where media are mounted, with the folders of each that are looked into below it.
    private static let mediaFolders = ["/media", "/mnt", "/run/media"]
    private static let listedCountMax = 200

    private let parts: Parts
    private let stage = Mutex(Stage.idle)
    private let isUploading = Mutex(false)

    /// Makes the desk of a box.
    package init(_ parts: Parts) { self.parts = parts }

    var current: Stage { stage.withLock { $0 } }

    // MARK: Which backups there are

    /// The backups on this machine: in the folder of the box, uploaded, on disks that are mounted.
    func listed() async throws -> [BackupFile] {
        let folders = [parts.data.backups, uploadFolder]
        return try await QuietThread.run {
            var found = folders.flatMap { BackupFile.list(in: $0) }
            for root in Self.mediaFolders {
                for folder in Self.below(root) { found += BackupFile.list(in: folder) }
            }
            return Array(
                found.sorted { $0.header.atMs > $1.header.atMs }.prefix(Self.listedCountMax))
        }
    }

    /// A folder for media, and two levels of folders in it.
    private static func below(_ root: String) -> [String] {
        var folders = [root]
        for name in Folders.names(in: root).prefix(listedCountMax) {
            let first = root + "/" + name
            guard Folders.isFolder(first), !name.hasPrefix(".") else { continue }
            folders.append(first)
            for inner in Folders.names(in: first).prefix(listedCountMax) {
                let second = first + "/" + inner
                if Folders.isFolder(second), !inner.hasPrefix(".") { folders.append(second) }
            }
        }
        return folders
    }

    // MARK: Uploading

    private var uploadFolder: String { parts.data.scratch + "/upload" }
    private var uploadPath: String { uploadFolder + "/" + Self.uploadName }
    private var partPath: String { uploadFolder + "/." + Self.uploadName + ".part" }

    /// Takes the next piece of a backup that a browser sends.
    ///
    /// - Parameters:
    ///   - offset: how many bytes came before; 0 begins anew.
    ///   - total: bytes of the whole file.
    /// - Returns: bytes that are there.
    /// - Throws: ``Problem`` `.conflict` for a piece that does not follow, with the place to go on.
    func take(_ piece: [UInt8], offset: Int, total: Int) throws -> Int {
        let isFree = isUploading.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFree, !isBusy else {
            throw Problem(.conflict, "Another browser is at this at the moment. Try again.")
        }
        defer { isUploading.withLock { $0 = false } }
        guard total > 0, offset >= 0, offset + piece.count <= total else {
            throw Problem(.value, "The piece lies outside of the file.", location: "offset")
        }
        try Folders.make(uploadFolder)
        if offset == 0 {
            unlink(partPath)
            unlink(uploadPath)
            try Folders.requireRoom(total + (64 << 20), in: uploadFolder)
        }
        guard Folders.fileBytes(partPath) == offset else {
            throw Problem(
                .conflict,
                "The file did not arrive in order. Choose it once more.", location: "offset")
        }
        if offset == 0 { try FileBytes.replace(partPath, with: []) }
        if !piece.isEmpty { try FileBytes.append(piece, to: partPath) }
        guard offset + piece.count == total else { return offset + piece.count }
        do {
            _ = try BackupFile.open(partPath)
        } catch let problem as Problem {
            unlink(partPath)
            // The path of the upload says nothing to whoever chose the file.
            throw Problem(
                problem.code,
                problem.code == .notSupported
                    ? "This backup was made by a newer release of tribal-ehr. Install that release, "
                        + "then restore."
                    : "This file is no whole backup of this program. Choose one whose name ends with "
                        + "\(BackupHeader.fileSuffix), or use another copy.")
        }
        guard rename(partPath, uploadPath) == 0 else {
            throw Problem(.incomplete, "The file could not be kept. Send it once more.")
        }
        return total
    }

    // MARK: Restoring

    private var isBusy: Bool {
        stage.withLock { stage in
            switch stage {
            case .running, .restarting: true
            case .idle, .failed: false
            }
        }
    }

    /// Begins to restore one of the backups that were listed.
    ///
    /// The code and what the box can take are looked at before this returns; the rest goes on.
    ///
    /// - Parameter until: how far the redo log beside the backup, and that in the folder of the box,
    ///   is followed; nil for not at all.
    /// - Throws: ``Problem``: `.notFound` for a backup that is gone, `.value` for a mistyped code,
    ///   `.forbidden` that says which kit fits, `.notSupported`, `.noStore`.
    func begin(path: String, typedCode: String, until: RedoUntil?) async throws {
        guard let file = try await listed().first(where: { $0.path == path }) else {
            throw Problem(
                .notFound, "This backup is not there any more. Choose another one.",
                location: "path")
        }
        let code: RecoveryCode
        do throws(RecoveryCodeError) {
            code = try RecoveryCode(typed: typedCode)
        } catch {
            throw Problem(.value, "\(error)", location: "code")
        }
        try parts.restorer.check(file)
        do {
            _ = try file.unlock(with: .kit(code)).manifest()
        } catch let problem as Problem {
            throw Problem(
                problem.code, problem.detail,
                location: problem.code == .forbidden ? "code" : nil)
        }
        try stage.withLock { stage in
            switch stage {
            case .running, .restarting:
                throw Problem(.conflict, "A restore is under way already.")
            case .idle, .failed: stage = .running(part: 0)
            }
        }
        Task { await run(file, code, until) }
    }

    private func run(_ file: BackupFile, _ code: RecoveryCode, _ until: RedoUntil?) async {
        let beside = file.path.lastIndex(of: "/").map { String(file.path[..<$0]) } ?? "."
        let forward = until.map {
            Restorer.Forward($0, folders: [beside, parts.data.backups])
        }
        do {
            let staged = try await parts.restorer.stage(
                file, with: .kit(code), machineKey: try parts.machineKey(), forward: forward
            ) { [self] part in stage.withLock { $0 = .running(part: part) } }
            _ = try FolderSwitch(parts.data).decide(
                staged: staged.name, atMs: parts.clock.wallMs())
            stage.withLock { $0 = .restarting }
            parts.restart()
        } catch {
            let problem =
                error as? Problem
                ?? Problem(
                    .unexpected, "The restore failed inside the program. Nothing was changed.")
            stage.withLock { $0 = .failed(problem) }
        }
    }
}
