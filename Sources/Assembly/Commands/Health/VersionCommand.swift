import ArgumentParser
import FHIRModel
import RecordStore

/// `tribal-ehr version`.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the release, and with --verbose its libraries.")

    @OptionGroup var report: ReportOptions

    @Flag(help: "Name the libraries that the program runs with.")
    var verbose = false

    // Scripts give every command the same folder; the version does not depend on it.
    @Option(help: .hidden)
    var dataDir: String?

    func run() async throws {
        report.say("tribal-ehr \(AppVersion.text)")
        let libraries = verbose || report.json ? LinkedLibraries.all() : []
        for library in libraries {
            report.say("\(library.name) \(library.version ?? "of unknown version")")
        }
        report.finish { out in
            out.member("version", AppVersion.text)
            out.member("schemaStep", Box.schemaSteps.map(\.number).max() ?? 0)
            out.object("libraries") { list in
                for library in libraries { list.member(library.name, library.version ?? "") }
            }
        }
    }
}
