import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr import PATH…`: FHIR Bundles, resources and NDJSON, plain or gzip.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring FHIR files into the record.",
        discussion: """
            Takes .json (a Bundle or one resource), .ndjson and .jsonl (a resource a line), each \
            also as .gz, and folders of them. A transaction Bundle goes in whole or not at all; of \
            everything else, entries that cannot go in are left out and named. Importing the same \
            file again doubles nothing. Exits with 1 if anything was left out.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "path"))
    var paths: [String]

    @Flag(help: "Name every file, every reject, and the counts by type.")
    var verbose = false

    func run() async throws {
        let found = try ImportFiles(paths)
        if let warning = ClockCheck.warning(nowMs: SystemClock.clock.wallMs()) {
            Terminal.current.tell("tribal-ehr: \(warning)")
        }
        let line = ProgressLine()
        let text = ImportText(rejectsMax: verbose ? Int.max : ImportText.rejectsShownMax)
        let progress = ImportProgress(found.files, line: line) { [verbose, report] outcome in
            if verbose { report.say(text.fileLine(outcome)) }
        }
        let outcomes: [ImportOutcome]
        do {
            outcomes = try await folder.linked { link in
                try await ImportRun(link: link, progress: progress).bring(found.files)
            }
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        let summary = ImportSummary(
            outcomes, skippedCount: found.skippedCount, seconds: progress.seconds)
        for line in text.rejectLines(outcomes) { Terminal.current.tell(line) }
        for line in text.summaryLines(summary, byType: verbose) { report.say(line) }
        report.finish { summary.write(to: &$0) }
        if !summary.tally.rejects.isEmpty { throw ExitCode(1) }
    }
}
