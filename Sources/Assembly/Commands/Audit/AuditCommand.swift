import ArgumentParser
import FHIRModel

/// `tribal-ehr audit …`: the log of who did what.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Prove the audit log, or write it to a file.",
        subcommands: [AuditVerifyCommand.self, AuditExportCommand.self])
}

/// `tribal-ehr audit verify`.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry of the audit log was changed, taken out or cut off.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let line = ProgressLine()
        let answer = try await folder.linked { link in
            try await link.run("audit.verify", progress: { line.show($0, "checking entries") })
        }
        line.clear()
        let isIntact = answer.string("status") == "intact"
        report.say(Self.sentence(answer, isIntact: isIntact))
        report.finish(answer)
        if !isIntact { throw ExitCode(1) }
    }

    private static func sentence(_ answer: JSON, isIntact: Bool) -> String {
        let entries = ProgressText.counted(answer["entries"]?.int ?? 0, "entry", "entries")
        guard isIntact else {
            let place = answer.at("firstBad", "seq")?.int.map { " at entry \($0)" } ?? ""
            let reason = answer.at("firstBad", "reason")?.string ?? "The chain does not hold."
            return "The audit log is broken\(place): \(reason) Keep the data folder as it is, and "
                + "compare with a backup."
        }
        let seconds = answer["seconds"]?.numberText ?? "0"
        return "The audit log is intact: \(entries) checked in \(seconds) s."
    }
}

/// `tribal-ehr audit export`.
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the audit log to a file, oldest entry first.",
        discussion: "The file names patients. That it was written is in the audit log itself.")

    private static let pageCount = 1_000

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("What to write: csv, or ndjson with FHIR AuditEvents."))
    var format = AuditFormat.csv

    @Option(
        help: ArgumentHelp(
            "The file to make; the terminal where none is named.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Leave out entries up to this number.", valueName: "seq"))
    var after = 0

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after is a number from 0 up.") }
        guard output != nil || !report.json else {
            throw ValidationError("Name a file with --output to have a JSON report.")
        }
    }

    func run() async throws {
        var sink = try AuditSink(output)
        if format == .csv { try sink.write([AuditFormat.header]) }
        let format = format
        let after = after
        let entries = try await folder.linked { link in
            var entries = 0
            var afterSeq: Int? = after
            while let from = afterSeq {
                let page = try await link.run(
                    "audit.page",
                    { out in
                        out.member("format", format.rawValue)
                        out.member("afterSeq", from)
                        out.member("limit", Self.pageCount)
                    })
                let lines = page["lines"].map { $0.elements.compactMap(\.string) } ?? []
                try sink.write(lines)
                entries += lines.count
                afterSeq = page["nextAfter"]?.int
            }
            return entries
        }
        try sink.finish()
        guard let output else { return }
        report.say("Wrote \(ProgressText.counted(entries, "entry", "entries")) to \(output).")
        report.finish { out in
            out.member("entries", entries)
            out.member("path", FilePath.absolute(output))
        }
    }
}
