import ArgumentParser

/// `tribal-ehr selftest`: whether the program computes what it must.
struct SelfTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Check ciphers, JSON and dates of this program against known answers.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws { try report.finish(await SelfTestChecks.all()) }
}
