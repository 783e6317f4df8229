import ArgumentParser
import RecordStore

/// `tribal-ehr preflight`: whether this machine can carry the box.
struct PreflightCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preflight", abstract: "Check this machine before the box is installed.",
        discussion: "Changes nothing. Exits with 1 if something keeps the box from working.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let settings = try folder.reading(listening.values).result()
        let isServing = FolderChecks.isServing(settings.dataFolder)
        try report.finish(
            DiskChecks.all(settings.dataFolder)
                + MachineChecks.all(settings, isServing: isServing))
    }
}

extension ReportOptions {
    /// Reports findings; ends with 1 if one failed.
    func finish(_ findings: [Finding]) throws {
        for line in FindingReport.lines(findings) { say(line) }
        finish { FindingReport.write(findings, to: &$0) }
        if !FindingReport.isWell(findings) { throw ExitCode(1) }
    }
}
