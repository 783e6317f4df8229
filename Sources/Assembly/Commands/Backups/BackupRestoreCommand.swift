import ArgumentParser
import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing

/// `tribal-ehr backup restore`: puts a backup into the place of what the data folder holds.
struct BackupRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a backup, on this machine or another one.",
        discussion: """
            Needs the box to be stopped. The backup is unpacked beside the present data and checked \
            as a whole first; only then it takes its place. What was there is kept in a folder \
            data.before-restore-… in the data folder. Opens with the keys of this box where they \
            fit, else with the recovery kit. With --until, what was changed after the backup is \
            made once more from the redo log, which lies in the same folder as the backup.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var opening: OpeningOptions

    @Flag(help: "Restore although the data folder holds a record; it is kept aside.")
    var replace = false

    @Option(
        help: ArgumentHelp(
            "Bring it forward to a time, such as 2033-05-01T14:05:00Z, or to the latest change.",
            valueName: "time|latest"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "A further folder with segments of the redo log; may be given several times.",
            valueName: "dir"))
    var redo: [String] = []

    func validate() throws {
        if until == nil, !redo.isEmpty {
            throw ValidationError("Say with --until how far the redo log is to be followed.")
        }
        if let until, RedoUntil(until) == nil {
            throw ValidationError(
                "Write --until as 2033-05-01T14:05:00Z, with the zone at its end, or as latest.")
        }
    }

    func run() async throws {
        let data = try folder.settings().dataFolder
        try Self.checkOwner(data)
        let file = try BackupFile.open(FilePath.absolute(opening.file))
        try data.make()
        let lock = try Self.lock(data)
        try Box.settle(data)
        guard replace || !data.hasRecord else {
            throw Problem(
                .conflict,
                "\(data.path) holds a record. Repeat the command with --replace: the backup takes its "
                    + "place, and what is there is kept in a folder beside it.")
        }
        let line = ProgressLine()
        let clock = SystemClock.clock
        let restorer = Restorer(
            data, parts: Box.restoring(clock: clock, ids: SystemClock.ids(clock)),
            appVersion: AppVersion.text)
        try restorer.check(file)
        let staged = try await restorer.stage(
            file, with: try unlock(file, data), machineKey: try SystemMachineKey.find(data),
            forward: until.flatMap { RedoUntil($0) }.map {
                Restorer.Forward(
                    $0, folders: [FilePath.folder(file.path)] + redo.map(FilePath.absolute))
            }
        ) { line.show($0, "restoring") }
        line.clear()
        let change = FolderSwitch(data, step: RestoreStop.step)
        _ = try change.decide(staged: staged.name, atMs: clock.wallMs())
        let aside = try change.finish()
        withExtendedLifetime(lock) {}
        tell(file, staged, aside: aside)
    }

    private func tell(_ file: BackupFile, _ staged: Restorer.Staged, aside: String?) {
        let seals = ProgressText.grouped(staged.sealsOpened)
        report.say(
            "The record of \(file.header.clinicName ?? "the box") as of "
                + "\(Timestamp.text(ms: file.header.atMs)) is restored and checked: \(seals) sealed "
                + "values opened in \(BackupText.seconds(Int(staged.tookMs))).")
        if let redo = staged.redo { report.say(RedoText.sentence(redo)) }
        if let aside { report.say("What was there before is in the folder \(aside).") }
        report.say("Start the box. Everybody signs in again.")
        report.finish { out in
            file.write(to: &out)
            out.member("restored", true)
            out.member("tookMs", Int(staged.tookMs))
            out.member("auditEntries", Int(staged.auditEntries))
            out.member("sealsOpened", staged.sealsOpened)
            if let redo = staged.redo {
                out.member("redoCommits", redo.count)
                out.member("redoTornBytes", redo.tornBytes)
                if let ms = redo.laterLineAtMs {
                    out.member("redoLaterLineAt", Timestamp.text(ms: ms))
                }
                if let ms = redo.lastAtMs { out.member("redoAt", Timestamp.text(ms: ms)) }
            }
            if let aside { out.member("aside", aside) }
        }
    }

    /// The keys of the folder where they open the backup, else the recovery kit.
    private func unlock(_ file: BackupFile, _ data: DataFolder) throws -> BackupUnlock {
        if opening.kit == nil, KeyRing.exists(folder: data.path) {
            // Keys that do not open are no reason to stop: the kit is asked for instead.
            if let ring = try? KeyFolder.open(data, nowMs: SystemClock.clock.wallMs()),
                (try? file.unlock(with: .box(ring))) != nil
            {
                return .box(ring)
            }
        }
        let request = try opening.request(isAsking: true)
        return .kit(try RecoveryCode(typed: request.code ?? ""))
    }

    private static func lock(_ data: DataFolder) throws -> FolderLock {
        do throws(Problem) {
            return try data.lock()
        } catch {
            guard error.code == .conflict else { throw error }
            throw Problem(
                .conflict,
                "The box runs. Stop it first, then repeat the command: systemctl stop tribal-ehr")
        }
    }

    /// Refuses root a folder of the service: its files could not be read by the service afterwards.
    private static func checkOwner(_ data: DataFolder) throws(Problem) {
        var facts = stat()
        guard geteuid() == 0, stat(data.path, &facts) == 0, facts.st_uid != 0 else { return }
        throw Problem(
            .forbidden,
            "\(data.path) belongs to the user of the service. Run the command as that user: runuser "
                + "-u tribal-ehr -- tribal-ehr backup restore FILE")
    }
}

/// The redo log in words.
enum RedoText {
    /// What was made once more.
    static func sentence(_ redo: RedoOutcome) -> String {
        let later =
            redo.laterLineAtMs.map {
                " Changes from \(Timestamp.text(ms: $0)) on follow a later backup and are not in it: "
                    + "look for that one."
            } ?? ""
        let torn =
            redo.tornBytes > 0
            ? " At the end, \(redo.tornBytes) bytes were no whole change, as after a power cut; "
                + "they were left out." : ""
        guard let ms = redo.lastAtMs else {
            return "The redo log holds nothing between the backup and that time." + torn
                + later
        }
        return "\(ProgressText.counted(redo.count, "commit")) of the redo log were made once more, "
            + "until \(Timestamp.text(ms: ms))." + torn + later
    }
}
