import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Steward

/// What root does with packages: copies them out of anybody's reach, checks the copy, and lets Debian
/// install it.
enum PackageRun {
    /// Where the package keeps the state of upgrades and root its copies.
    static let folder = "/var/lib/tribal-ehr-upgrade"
    /// The part of the package that brings the program of before back.
    static let gate = "/usr/lib/tribal-ehr/upgrade-gate"
    private static let resultName = "/result.json"
    private static let resultBytesMax = 16_384
    private static let copyName = "/incoming.deb"
    private static let dpkg = "/usr/bin/dpkg"

    /// What the box is, for a check.
    static func machine(_ settings: ServeSettings) -> PackageCheck.Machine {
        // A journal that cannot be read is told by the start of the box.
        let journal = try? UpgradeJournal.read(settings.dataFolder)
        return PackageCheck.Machine(
            version: InstalledPackage.version() ?? AppVersion.text, schemaStep: journal?.toStep,
            dataFolder: settings.dataFolder.path,
            recordBytes: Folders.fileBytes(settings.dataFolder.database))
    }

    /// Checks a package and installs it.
    ///
    /// - Returns: the state afterwards; nil where no service manager ran.
    /// - Throws: ``Problem`` where the package is refused, or Debian did not take it.
    static func install(
        _ path: String, signature: String?, _ settings: ServeSettings
    ) throws -> UpgradeState? {
        guard geteuid() == 0 else {
            throw Problem(
                .forbidden, "Only root installs packages. Repeat the command with sudo.")
        }
        try Folders.make(folder)
        let copy = folder + copyName
        let seal = copy + PackageCheck.signatureSuffix
        unlink(copy)
        unlink(seal)
        defer {
            unlink(copy)
            unlink(seal)
        }
        let given = signature ?? path + PackageCheck.signatureSuffix
        let check = PackageCheck(machine(settings))
        // Looked at where it lies first, so that a wrong file costs no copy; the copy counts.
        _ = try check.run(path, signature: given)
        try FolderCopy.copyFile(path, copy)
        try FolderCopy.copyFile(given, seal)
        let signed = try check.run(copy, signature: seal)
        let code = try spawn([dpkg, "--install", copy])
        guard code == 0 else {
            throw Problem(
                .incomplete,
                "Debian did not install release \(signed.version) (dpkg ended with \(code)); its words "
                    + "stand above. The box runs on as before: tribal-ehr upgrade status")
        }
        return UpgradeState.read(UpgradeState.defaultFile)
    }

    /// Brings the program of before back, with the record of before where it is another one.
    static func rollBack() throws {
        guard geteuid() == 0 else {
            throw Problem(.forbidden, "Only root does this. Repeat the command with sudo.")
        }
        let code = try spawn([gate, "order"])
        guard code == 0 else {
            throw Problem(
                .incomplete,
                "The release before could not be brought back; the reason stands above.")
        }
    }

    /// Whether the package with its gate is installed here.
    static var isPackaged: Bool { access(gate, X_OK) == 0 }

    /// Keeps how a request of the page ended.
    static func keep(_ text: String, isDone: Bool) throws {
        var writer = JSONWriter()
        writer.object { out in
            out.member("at", Timestamp.text(ms: SystemClock.clock.wallMs()))
            out.member("done", isDone)
            out.member("text", text)
        }
        try FileBytes.replace(folder + resultName, with: writer.bytes, mode: 0o644)
    }

    /// How the last request of the page ended, as JSON; nil where there was none.
    static func result() -> [UInt8]? {
        // What cannot be read, or is no JSON, is no result.
        guard let bytes = try? FileBytes.read(folder + resultName, bytesMax: resultBytesMax),
            let json = try? JSON.parse(bytes)
        else { return nil }
        return json.canonicalBytes()
    }

    /// Runs a program and waits for it.
    ///
    /// - Returns: its exit code; 128 and more where a signal ended it.
    private static func spawn(_ words: [String]) throws -> Int32 {
        var process: pid_t = 0
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let code = posix_spawn(&process, words[0], nil, nil, &arguments, environ)
        guard code == 0 else {
            throw Problem(.incomplete, "\(words[0]) could not be started.")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Problem(.incomplete, "\(words[0]) was lost.") }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
