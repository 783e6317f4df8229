import FHIRModel
import Glibc
import Kernel
package import RecordStore

/// Puts restored data into the place of what a data folder holds, so that after a power cut at any
/// moment there is the old data or the restored, never some of both.
///
/// The decision is one small file that is written in one step. From then on every start goes on from
/// where the switch was cut off, before anything else is opened. The data folder itself is not
/// renamed, so it may be where a disk is mounted.
package struct FolderSwitch: Sendable {
    /// How the names of folders with restored data begin that are not in use yet.
    package static let stagedPrefix = "restore-"
    /// How the names of folders with earlier data begin.
    package static let asidePrefix = "data.before-restore-"
    private static let pointerName = "restore-pointer.json"
    private static let pointerBytesMax = 4_096

    /// How the names of folders begin that a switch may take the data of, and leave earlier data in.
    private static let stagedPrefixes = [stagedPrefix, UpgradeJournal.asidePrefix]
    private static let asidePrefixes = [
        asidePrefix, UpgradeJournal.asidePrefix, UpgradeJournal.discardedPrefix,
    ]

    /// What belongs together and changes its place.
    static let names = [
        "record.sqlite-wal", "record.sqlite-shm", "record.sqlite", "keyring.json", "machine.key",
        "audit-anchors.ndjson", "tls", "setup-code.txt", BackupNames.configuration,
    ]

    /// How far a switch is.
    private enum Phase: String { case aside, taking }

    private struct Pointer {
        let phase: Phase
        let staged: String
        let aside: String
    }

    private let data: DataFolder
    private let step: @Sendable (String) throws -> Void

    /// Makes it for a data folder.
    ///
    /// - Parameter step: called before each step with its name; tests stop there.
    package init(_ data: DataFolder, step: @escaping @Sendable (String) throws -> Void = { _ in }) {
        self.data = data
        self.step = step
    }

    /// Whether a switch was decided and is not finished.
    package var isPending: Bool { Folders.exists(pointerPath) }

    /// Decides that a folder with restored data takes the place of what is there.
    ///
    /// Nothing is moved yet: ``finish()`` does that, at the next start where a server runs.
    ///
    /// - Parameters:
    ///   - staged: the name of a folder in the data folder.
    ///   - atMs: the time by which the earlier data is named, UTC milliseconds.
    /// - Returns: the name of the folder in which the earlier data will lie.
    package func decide(staged: String, atMs: Int64) throws -> String {
        let aside = freeName(Self.asidePrefix, atMs: atMs)
        try decide(staged: staged, aside: aside)
        return aside
    }

    /// A name for earlier data that no folder has.
    func freeName(_ prefix: String, atMs: Int64) -> String {
        let stamp = String(Timestamp.text(ms: atMs).prefix(19).map { $0 == ":" ? "-" : $0 })
        var aside = prefix + stamp + "Z"
        var number = 2
        while Folders.exists(path(aside)) {
            aside = prefix + stamp + "Z-\(number)"
            number += 1
        }
        return aside
    }

    /// Decides it with a name for the earlier data that the caller chose by ``freeName(_:atMs:)``.
    func decide(staged: String, aside: String) throws {
        guard Folders.exists(path(staged) + "/" + BackupNames.database) else {
            throw Problem(.notFound, "The restored data is gone. Restore the backup once more.")
        }
        try requireOneDisk(staged)
        try step("decide")
        try write(Pointer(phase: .aside, staged: staged, aside: aside))
    }

    /// Finishes what was decided; the caller holds the lock of the folder and has nothing of it open.
    ///
    /// - Returns: the name of the folder with the earlier data; nil where nothing was decided, or
    ///   there was none.
    @discardableResult
    package func finish() throws -> String? {
        guard let pointer = try read() else { return nil }
        if pointer.phase == .aside {
            try Folders.make(path(pointer.aside))
            for name in Self.names { try move(path(name), to: path(pointer.aside) + "/" + name) }
            try sync(pointer)
            try step("turn")
            try write(Pointer(phase: .taking, staged: pointer.staged, aside: pointer.aside))
        }
        for name in Self.names { try move(path(pointer.staged) + "/" + name, to: path(name)) }
        try sync(pointer)
        try step("end")
        guard unlink(pointerPath) == 0 else { throw FileFault.problem("remove", pointerPath) }
        try FileBytes.syncFolder(of: pointerPath)
        Folders.remove(path(pointer.staged))
        // Where there was nothing before, empty folders are all that was moved.
        rmdir(path(pointer.aside) + "/tls")
        rmdir(path(pointer.aside))
        return Folders.exists(path(pointer.aside)) ? pointer.aside : nil
    }

    /// Removes restored data that was never decided for, after a restore that was cut off.
    package func removeUndecided() {
        guard !isPending else { return }
        for name in Folders.names(in: data.path) where name.hasPrefix(Self.stagedPrefix) {
            let path = path(name)
            if Folders.isFolder(path) { Folders.remove(path) }
        }
    }

    private var pointerPath: String { path(Self.pointerName) }

    private func path(_ name: String) -> String { data.path + "/" + name }

    private func move(_ from: String, to: String) throws {
        guard Folders.exists(from) else { return }
        // A start makes folders that are missing before it goes on here: an empty one holds nothing
        // of either side, and the real one may have its place already.
        if Folders.isFolder(from), rmdir(from) == 0 { return }
        try step("move")
        guard rename(from, to) == 0 else { throw FileFault.problem("move", from) }
    }

    private func sync(_ pointer: Pointer) throws {
        for name in [pointer.staged, pointer.aside] where Folders.isFolder(path(name)) {
            try FileBytes.syncFolder(of: path(name) + "/.")
        }
        try FileBytes.syncFolder(of: pointerPath)
    }

    /// A name cannot be moved from one disk to another in one step.
    private func requireOneDisk(_ staged: String) throws(Problem) {
        var own = stat()
        guard stat(data.path, &own) == 0 else { throw FileFault.problem("read", data.path) }
        for name in Self.names + [staged] {
            var facts = stat()
            guard stat(path(name), &facts) == 0, facts.st_dev != own.st_dev else { continue }
            throw Problem(
                .incomplete,
                "\(path(name)) is on another disk than \(data.path). Move it into the folder, then "
                    + "restore.")
        }
    }

    private func write(_ pointer: Pointer) throws {
        var writer = JSONWriter()
        writer.object { top in
            top.member("phase", pointer.phase.rawValue)
            top.member("staged", pointer.staged)
            top.member("aside", pointer.aside)
        }
        try FileBytes.replace(pointerPath, with: writer.bytes)
    }

    private func read() throws -> Pointer? {
        guard let bytes = try FileBytes.read(pointerPath, bytesMax: Self.pointerBytesMax) else {
            return nil
        }
        guard let json = try? JSON.parse(bytes),  // Bytes that are no JSON are no pointer.
            let phase = json.string("phase").flatMap(Phase.init(rawValue:)),
            let staged = json.string("staged"),
            Self.stagedPrefixes.contains(where: staged.hasPrefix),
            let aside = json.string("aside"),
            Self.asidePrefixes.contains(where: aside.hasPrefix),
            Manifest.isAllowed(staged), Manifest.isAllowed(aside)
        else {
            throw Problem(
                .security,
                "\(pointerPath) was changed outside of the program. Nothing was moved. Ask for help "
                    + "before you remove it.")
        }
        return Pointer(phase: phase, staged: staged, aside: aside)
    }
}
