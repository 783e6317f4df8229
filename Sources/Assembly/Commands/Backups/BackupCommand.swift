import ArgumentParser
import FHIRModel
import Kernel
import RecordStore

/// `tribal-ehr backup …`: copies of the record that prove themselves.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, check and restore backups of the record.",
        subcommands: [
            BackupCreateCommand.self, BackupListCommand.self, BackupVerifyCommand.self,
            BackupProveCommand.self, BackupRestoreCommand.self, BackupStatusCommand.self,
            BackupNowCommand.self, BackupPruneCommand.self, BackupPlacesCommand.self,
            BackupSimulateCommand.self,
        ])
}

/// `tribal-ehr backup create`.
struct BackupCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a backup while the clinic works.",
        discussion: """
            One sealed file that this box and its recovery kit open. It is read back from the disk \
            before it gets its name.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(
        help: ArgumentHelp(
            "The folder to make it in, instead of backups in the data folder.", valueName: "dir"))
    var to: String?

    func run() async throws {
        let line = ProgressLine()
        let target = to.map(FilePath.absolute)
        let answer = try await folder.linked { link in
            try await link.run(
                "backup.create", progress: { line.show($0, "making a backup") },
                { out in if let target { out.member("folder", target) } })
        }
        line.clear()
        report.say("The backup is \(answer.string("path") ?? "").")
        report.say(BackupText.facts(answer))
        report.finish(answer)
    }
}

/// `tribal-ehr backup list`.
struct BackupListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the backups of a folder, newest first.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(
        help: ArgumentHelp(
            "The folder to look in, instead of backups in the data folder.", valueName: "dir"))
    var from: String?

    func run() async throws {
        let source = from.map(FilePath.absolute)
        let answer = try await folder.linked { link in
            try await link.ask("backup.list") { out in
                if let source { out.member("folder", source) }
            }
        }
        let backups = answer["backups"].map { Array($0.elements) } ?? []
        if backups.isEmpty {
            report.say(
                "There is no backup in \(answer.string("folder") ?? ""). Make one: tribal-ehr backup "
                    + "create")
        } else {
            var rows = [["MADE (UTC)", "SIZE", "CLINIC", "KIT", "FILE"]]
            for one in backups { rows.append(BackupText.row(one)) }
            for line in TextTable.lines(rows) { report.say(line) }
        }
        report.finish(answer)
    }
}

/// `tribal-ehr backup verify`.
struct BackupVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every byte of a backup and check that it is as it was written.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var opening: OpeningOptions

    func run() async throws {
        let line = ProgressLine()
        let request = try opening.request(isAsking: false)
        let answer = try await folder.linked { link in
            try await link.run(
                "backup.verify", progress: { line.show($0, "reading the backup") },
                { request.write(to: &$0) })
        }
        line.clear()
        report.say("The backup is as it was written. " + BackupText.facts(answer))
        report.finish(answer)
    }
}

/// `tribal-ehr backup prove`.
struct BackupProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Restore a backup into a scratch folder, look at all of it, and remove it.",
        discussion: """
            Checks tags, digests, counts, the audit log and every sealed value, and reads a chart. \
            With --kit it is opened with the recovery kit alone, as on a new machine.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var opening: OpeningOptions

    @Option(
        help: ArgumentHelp(
            "Where to unpack it, instead of the data folder.", valueName: "dir"))
    var scratch: String?

    func run() async throws {
        let line = ProgressLine()
        let request = try opening.request(isAsking: false)
        let place = scratch.map(FilePath.absolute)
        let answer = try await folder.linked { link in
            try await link.run(
                "backup.prove", progress: { line.show($0, "restoring for a look") },
                { out in
                    request.write(to: &out)
                    if let place { out.member("scratch", place) }
                })
        }
        line.clear()
        let seals = ProgressText.grouped(answer["sealsOpened"]?.int ?? 0)
        let entries = ProgressText.grouped(answer["auditEntries"]?.int ?? 0)
        report.say(
            "The backup can be restored: \(seals) sealed values opened, \(entries) audit entries "
                + "checked in \(BackupText.seconds(answer["tookMs"]?.int ?? 0)).")
        report.finish(answer)
    }
}

/// Which backup, and what opens it.
struct OpeningOptions: ParsableArguments {
    /// What is asked of the box.
    struct Request: Sendable {
        let path: String
        let code: String?

        func write(to out: inout JSONWriter) {
            out.member("path", path)
            if let code { out.member("recoveryCode", code) }
        }
    }

    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Open it with the recovery kit: a file with the code, the code itself, or - to be asked.",
            valueName: "file|code|-"))
    var kit: String?

    /// Reads the code, where one is named.
    ///
    /// - Parameter isAsking: whether to ask at the keyboard where none is named.
    func request(isAsking: Bool) throws -> Request {
        Request(path: FilePath.absolute(file), code: try code(isAsking: isAsking))
    }

    private func code(isAsking: Bool) throws -> String? {
        if kit == "-" || (kit == nil && isAsking) {
            guard let typed = Terminal.current.askSecret("Code of the recovery kit: ") else {
                throw Problem(
                    .required,
                    "This needs the recovery kit. Name a file with its code: --kit FILE")
            }
            return typed
        }
        guard let kit else { return nil }
        return try KitCode.text(kit)
    }
}

/// The code of a kit as it is named on a command line.
enum KitCode {
    private static let fileBytesMax = 16_384

    /// The code in a file, in its first line or the one that begins with `Code:`; or the text itself
    /// where there is no such file.
    static func text(_ named: String) throws -> String {
        guard let bytes = try FileBytes.read(FilePath.absolute(named), bytesMax: fileBytesMax)
        else {
            return named
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let marked = lines.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix("Code:") }
        if let marked { return String(marked.dropFirst("Code:".count)) }
        return lines.first.map(String.init) ?? ""
    }
}

/// What commands say of backups.
enum BackupText {
    /// One row of a list.
    static func row(_ one: JSON) -> [String] {
        [
            String((one.string("at") ?? "").prefix(16).map { $0 == "T" ? " " : $0 }),
            size(one["bytes"]?.int ?? 0), one.string("clinicName") ?? "(not set up)",
            kits(one), one.string("name") ?? "",
        ]
    }

    /// Whose, when, how large, and which kit.
    static func facts(_ one: JSON) -> String {
        let clinic = one.string("clinicName") ?? "a box that was not set up"
        let time = String((one.string("at") ?? "").prefix(19).map { $0 == "T" ? " " : $0 })
        return "\(clinic), \(time) UTC, \(size(one["bytes"]?.int ?? 0)), recovery kit \(kits(one))."
    }

    /// Bytes as people read them.
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_048_576: "\(max(1, bytes / 1_024)) KiB"
        case ..<1_073_741_824: "\(bytes / 1_048_576) MiB"
        default: "\(bytes / 1_073_741_824).\(bytes / 107_374_182 % 10) GiB"
        }
    }

    /// Milliseconds as seconds.
    static func seconds(_ ms: Int) -> String { "\(ms / 1_000).\(ms / 100 % 10) s" }

    private static func kits(_ one: JSON) -> String {
        one["kits"].map { $0.elements.compactMap(\.string).joined(separator: ", ") } ?? ""
    }
}
