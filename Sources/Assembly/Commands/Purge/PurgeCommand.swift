import ArgumentParser
import FHIRModel

/// `tribal-ehr purge Type/id`: destroying a record with its history.
struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Destroy a record with all its versions; of a patient the whole chart.",
        discussion: """
            Without --reason it only says what would go. With --reason and --yes it is destroyed; \
            nobody can bring it back but from a backup. The audit log keeps who did it and why.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("The record, such as Observation/5.", valueName: "Type/id"))
    var record: String

    @Option(help: ArgumentHelp("Why, in at least 10 letters; no names.", valueName: "words"))
    var reason: String?

    @Flag(help: "Do it; without this it is only shown.")
    var yes = false

    func run() async throws {
        let halves = record.split(separator: "/").map(String.init)
        guard halves.count == 2 else {
            throw ValidationError("Name the record as Type/id, such as Observation/5.")
        }
        if yes, reason == nil {
            throw ValidationError("Say why with --reason; it stays in the audit log.")
        }
        let isDone = yes
        let answer = try await folder.linked { link in
            try await link.run(isDone ? "purge" : "purge.look") { out in
                out.member("type", halves[0])
                out.member("id", halves[1])
                if let reason { out.member("reason", reason) }
            }
        }
        report.say(PurgeWords.lines(answer, isDone: isDone).joined(separator: "\n"))
        report.finish(answer)
    }
}

/// How a purge is said.
enum PurgeWords {
    /// What goes, a line a type, and how to go on.
    static func lines(_ answer: JSON, isDone: Bool) -> [String] {
        let records = answer["records"]?.int ?? 0
        let versions = answer["versions"]?.int ?? 0
        let name = "\(answer.string("type") ?? "")/\(answer.string("id") ?? "")"
        let what =
            "\(records) record\(records == 1 ? "" : "s") in \(versions) version"
            + (versions == 1 ? "" : "s")
        var lines = [isDone ? "Destroyed: \(what)." : "\(name): \(what) would be destroyed."]
        for (type, count) in answer["byType"]?.members.map({ $0 }) ?? [] {
            lines.append("  \(type): \(count.int ?? 0)")
        }
        if !isDone {
            lines.append(
                "Nothing was changed. To do it: tribal-ehr purge \(name) --reason \"…\" --yes")
        }
        return lines
    }
}
