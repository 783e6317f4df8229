import ArgumentParser
import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing
import Steward

/// `tribal-ehr upgrade …`: other releases, forward and back.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Install another release, and go back.",
        subcommands: [
            UpgradeStatusCommand.self, UpgradeCheckCommand.self, UpgradeInstallCommand.self,
            UpgradeRollBackCommand.self, UpgradeRehearseCommand.self, UpgradeRequestCommand.self,
        ])
}

/// `tribal-ehr upgrade status`.
struct UpgradeStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the last upgrade went.",
        discussion: "Ends with 1 if it did not go well.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let settings = try folder.settings()
        let journal = try UpgradeJournal.read(settings.dataFolder)
        let state = UpgradeState.read(UpgradeState.defaultFile)
        report.say("This is release \(InstalledPackage.version() ?? AppVersion.text).")
        let isWell = tell(journal, state)
        report.finish { out in
            out.member("status", isWell ? "ok" : "failed")
            out.member("version", AppVersion.text)
            if let state {
                out.object("package") { one in
                    one.member("state", state.phase.rawValue)
                    one.member("from", state.from)
                    one.member("to", state.to)
                    one.member("reason", state.reason)
                }
            }
            if let journal { out.object("record") { journal.write(to: &$0) } }
        }
        if !isWell { throw ExitCode(1) }
    }

    private func tell(_ journal: UpgradeJournal?, _ state: UpgradeState?) -> Bool {
        var isWell = true
        if let notice = state?.notice {
            report.say(notice)
            isWell = state?.phase == .ordered
        } else if let state {
            let words = state.phase == .trial ? "is on trial" : "works"
            report.say("Release \(state.to) \(words); before it was \(state.from).")
        }
        guard let journal else {
            report.say("No record in this folder was opened yet.")
            return isWell
        }
        switch journal.phase {
        case .settled: report.say("The record belongs to release \(journal.version).")
        case .preparing: report.say("The record is being brought to release \(journal.version).")
        case .trial:
            report.say(
                "The record was brought to release \(journal.version), which has to show that it "
                    + "works. Until then nothing is entered.")
        case .failed, .rolledBack:
            report.say(journal.reason ?? "The record is as it was before the upgrade.")
            if journal.phase == .failed { isWell = false }
        }
        if let aside = journal.aside {
            report.say("The record of before is kept in \(aside).")
        }
        return isWell
    }
}

/// `tribal-ehr upgrade check`.
struct UpgradeCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether a package may be installed here.",
        discussion: """
            Checks who signed it, that nothing is missing or changed, that it is later than what runs \
            and for this kind of machine, that it knows the record, and the room on the disk. Changes \
            nothing.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var package: PackageOptions

    func run() async throws {
        let check = PackageCheck(package.machine(try folder.settings()))
        let signed = try check.run(package.path, signature: package.signaturePath)
        report.say(
            "Release \(signed.version) is signed by somebody whom this box trusts, whole, and may be "
                + "installed: tribal-ehr upgrade install \(package.file)")
        report.finish { out in
            out.member("version", signed.version)
            out.member("architecture", signed.architecture)
            out.member("schemaStep", signed.schemaStep)
            out.member("bytes", signed.byteCount)
        }
    }
}

/// `tribal-ehr upgrade install`.
struct UpgradeInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Check a package and install it.",
        discussion: """
            Needs root. A backup is made and proven, the release is tried on a restored copy while the \
            box works on, and then takes its place. Where anything fails, what was there goes on.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var package: PackageOptions

    func run() async throws {
        let state = try PackageRun.install(
            package.path, signature: package.signaturePath, try folder.settings())
        let notice = state?.notice
        report.say(
            notice
                ?? "Release \(state?.to ?? "") is installed. How it goes: tribal-ehr upgrade status"
        )
        report.finish { out in
            out.member("status", notice == nil ? "ok" : "failed")
            out.member("version", state?.to ?? "")
            out.member("reason", state?.reason ?? "")
        }
        if notice != nil { throw ExitCode(1) }
    }
}

/// The package that a command is about.
struct PackageOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The package.", valueName: "file.deb"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Its signature, the same name with .sig unless told.", valueName: "file"))
    var signature: String?

    @Option(
        help: ArgumentHelp(
            "A folder with the public keys that are trusted, for a check only.", valueName: "dir"))
    var keys: String?

    var path: String { FilePath.absolute(file) }
    var signaturePath: String? { signature.map(FilePath.absolute) }

    func machine(_ settings: ServeSettings) -> PackageCheck.Machine {
        var machine = PackageRun.machine(settings)
        if let keys { machine.keyFolders = [FilePath.absolute(keys)] }
        return machine
    }
}

/// `tribal-ehr upgrade roll-back`.
struct UpgradeRollBackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll-back", abstract: "Go back to the release before.",
        discussion: """
            Where the release before cannot read the record as it is now, the record as it was before \
            the upgrade comes back, and what was entered since is kept aside in the data folder.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Yes, without what was entered since the upgrade where that cannot be kept.")
    var confirm = false

    func run() async throws {
        let settings = try folder.settings()
        let journal = try UpgradeJournal.read(settings.dataFolder)
        guard confirm else { throw Problem(.required, Self.question(journal)) }
        if PackageRun.isPackaged, folder.dataDir == nil {
            try PackageRun.rollBack()
        } else {
            try await putBack(settings)
        }
        report.say("The release before is back. How it goes: tribal-ehr upgrade status")
        report.finish { $0.member("status", "ok") }
    }

    /// The record alone, by the release that it goes back to.
    private func putBack(_ settings: ServeSettings) async throws {
        let data = settings.dataFolder
        try FolderOwner.check(data.path)
        let lock = try data.lock()
        try Box.settle(data)
        let clock = SystemClock.clock
        _ = try await Box.bringUp(
            data, clock: clock, ids: SystemClock.ids(clock), isOrdered: true)
        withExtendedLifetime(lock) {}
    }

    private static func question(_ journal: UpgradeJournal?) -> String {
        guard let journal, journal.aside != nil, let atMs = journal.endedAtMs else {
            return
                "This goes back to the release before; the record stays as it is. Repeat the command "
                + "with --confirm."
        }
        return "This goes back to the release before, and to the record as it was at "
            + "\(Timestamp.text(ms: atMs)). What was entered since then is kept aside and is not in "
            + "the record any more. Repeat the command with --confirm."
    }
}

/// `tribal-ehr upgrade rehearse`, for the package.
struct UpgradeRehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Try this release on a restored copy of the newest backup.",
        discussion: """
            Changes nothing of the record, and works while the release before serves it. Needs a key \
            of this machine.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let data = try folder.settings().dataFolder
        try SelfTest.run()
        guard data.hasRecord,
            let newest = BackupFile.list(in: data.backups).max(by: {
                $0.header.atMs < $1.header.atMs
            })
        else {
            report.say("There is no backup to try this release on.")
            return report.finish { $0.member("status", "ok") }
        }
        let clock = SystemClock.clock
        let ids = SystemClock.ids(clock)
        let prover = BackupProver(Box.restoring(clock: clock, ids: ids))
        let ring = try KeyFolder.open(data, nowMs: clock.wallMs())
        let proof = try await prover.prove(
            newest, with: .box(ring), scratch: data.scratch + "/rehearsal-" + ids.next())
        report.say(
            "This release opens the record: \(proof.seals.openedCount) sealed values, "
                + "\(proof.auditEntries) audit entries, in \(BackupText.seconds(Int(proof.tookMs)))."
        )
        report.finish { out in
            out.member("status", "ok")
            out.member("tookMs", Int(proof.tookMs))
        }
    }
}

/// `tribal-ehr upgrade request`, for the unit that does what the page asks for.
struct UpgradeRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Carry out what the page asked for.",
        shouldDisplay: false)

    @OptionGroup var folder: FolderOptions

    func run() async throws {
        let settings = try folder.settings()
        guard let request = UpgradeDesk.takeRequest(settings.dataFolder) else { return }
        do {
            switch request {
            case .install:
                let state = try PackageRun.install(
                    UpgradeDesk.packagePath(settings.dataFolder), signature: nil, settings)
                let notice = state?.notice
                try PackageRun.keep(
                    notice ?? "Release \(state?.to ?? "") is installed.", isDone: notice == nil)
            case .rollBack:
                try PackageRun.rollBack()
                try PackageRun.keep("The release before is back.", isDone: true)
            }
        } catch {
            let words = (error as? Problem)?.detail ?? "The update failed inside the program."
            try PackageRun.keep(words, isDone: false)
            throw error
        }
    }
}
