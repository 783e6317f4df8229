import ArgumentParser
import FHIRModel

/// `tribal-ehr check-config`: whether the box would start with the present configuration.
struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check the configuration without starting.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Print the documented configuration file with the defaults instead.")
    var printDefaults = false

    func run() async throws {
        if printDefaults {
            Terminal.current.say(SettingsText.defaults().trimmedEnd)
            return
        }
        let reading: SettingsReading
        do {
            reading = try folder.reading(listening.values)
            _ = try reading.result()
        } catch let problems as SettingsProblems {
            for sentence in problems.sentences { report.say(sentence) }
            report.finish { out in
                out.member("status", "failed")
                out.array("problems") { list in
                    for sentence in problems.sentences { list.string(sentence) }
                }
            }
            throw ExitCode(1)
        }
        tell(reading)
    }

    private func tell(_ reading: SettingsReading) {
        let values = reading.values
        let rows = values.map { [$0.key, $0.text, $0.origin ?? "default"] }
        for line in TextTable.lines([["KEY", "VALUE", "FROM"]] + rows) { report.say(line) }
        report.say("The configuration is good.")
        report.finish { out in
            out.member("status", "ok")
            out.object("settings") { list in
                for value in values { list.member(value.key, value.text) }
            }
        }
    }
}

extension String {
    /// Without newlines at the end.
    fileprivate var trimmedEnd: String {
        var part = self[...]
        while part.last == "\n" { part.removeLast() }
        return String(part)
    }
}
