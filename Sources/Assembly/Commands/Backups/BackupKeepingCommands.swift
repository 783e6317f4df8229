import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr backup status`.
struct BackupStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whether the backups are well.",
        discussion: "Ends with 1 unless all is green.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("backup.status") }
        BackupWords.tell(answer, report)
        report.finish(answer)
        if answer.string("level") != "green" { throw ExitCode(1) }
    }
}

/// `tribal-ehr backup now`.
struct BackupNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "Make a backup and prove it.",
        discussion: "Waits up to half an hour where the box is at work on another one.")

    /// A large record on a slow stick takes its time.
    private static let waitSecondsMax = 1_800
    private static let pauseSeconds = 2

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Note that it was made because of an upgrade.")
    var beforeUpgrade = false

    func run() async throws {
        let answer = try await make()
        let made = answer["backups"]?.elements.first { $0.string("id") == answer.string("id") }
        let name = made?.string("name") ?? "The backup"
        switch made?.string("state") {
        case "proven":
            let seconds = Double(made?["proofMs"]?.int ?? 0) / 1_000
            report.say("\(name) was made, and restored for a try in \(seconds) s.")
        case "failed":
            report.say("\(name) was made, and is damaged: \(made?.string("fault") ?? "")")
        default: report.say("\(name) was made. It is tried at night.")
        }
        report.finish(answer)
        if made?.string("state") == "failed" { throw ExitCode(1) }
    }

    /// Makes it as soon as the box has the hands free.
    private func make() async throws -> JSON {
        for waited in stride(from: 0, to: Self.waitSecondsMax, by: Self.pauseSeconds) {
            do {
                return try await ask()
            } catch let problem as Problem where problem.code == .conflict {
                if waited == 0 { report.say("Another backup is being made; this one comes next.") }
                try await Task.sleep(for: .seconds(Self.pauseSeconds))
            }
        }
        return try await ask()
    }

    private func ask() async throws -> JSON {
        try await folder.linked { link in
            try await link.ask("backup.now") { $0.member("beforeUpgrade", beforeUpgrade) }
        }
    }
}

/// `tribal-ehr backup prune`.
struct BackupPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete the copies that nobody needs.",
        discussion: """
            The box does the same by itself. The newest three that are proven always stay, and \
            nothing goes that the box did not write.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Only say what would be deleted.")
    var dryRun = false

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.ask("backup.prune") { $0.member("dryRun", dryRun) }
        }
        let deleted = answer["deleted"].map { Array($0.elements) } ?? []
        if deleted.isEmpty { report.say("Every copy is needed.") }
        for one in deleted {
            report.say(
                "\(dryRun ? "would delete" : "deleted")  \(one.string("name") ?? "")  at "
                    + (one.string("place") ?? ""))
        }
        report.finish(answer)
    }
}

/// `tribal-ehr backup simulate`.
struct BackupSimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Show which backups would be there on a day.",
        discussion: "Changes nothing. Without a day, a year from now.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The day, such as 2033-05-01.", valueName: "date"))
    var until: String?

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.ask("backup.simulate") { out in
                if let until { out.member("until", until) }
            }
        }
        report.say("On \(answer.string("day") ?? "") there would be:")
        for tier in answer["tiers"].map({ Array($0.elements) }) ?? [] {
            report.say(
                "  \(tier.string("tier") ?? "")  \(tier["kept"]?.int ?? 0) of "
                    + "\(tier["wanted"]?.int ?? 0)")
        }
        let rows = (answer["copies"].map { Array($0.elements) } ?? []).map { copy in
            [
                "", String(copy.string("at")?.prefix(16) ?? "") + "Z",
                copy["tiers"]?.elements.compactMap(\.string).joined(separator: ", ") ?? "",
                copy["isReal"]?.bool == true ? "there today" : "",
            ]
        }
        for line in TextTable.lines(rows) { report.say(line) }
        report.finish(answer)
    }
}

/// How the backups stand, in words.
enum BackupWords {
    /// Says it in a line, and what is not as it should be in one line each.
    static func tell(_ answer: JSON, _ report: ReportOptions) {
        report.say("\(answer.string("level") ?? "?"): \(answer.string("line") ?? "")")
        for fault in answer["faults"].map({ Array($0.elements) }) ?? [] {
            report.say("  \(fault.string("level") ?? ""): \(fault.string("sentence") ?? "")")
        }
        let count = answer["backups"]?.count ?? 0
        report.say("  \(ProgressText.counted(count, "backup")) in the catalogue")
    }
}
