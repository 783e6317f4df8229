import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr user link`.
struct UserLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Say which Practitioner record a user is.",
        discussion: """
            Relationships to patients are found by that record. Without --practitioner the link is
            taken away.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The id of the Practitioner record.", valueName: "id"))
    var practitioner: String?

    func run() async throws {
        _ = try await folder.linked { link in
            try await link.ask("user.link") { out in
                out.member("username", user.text)
                if let practitioner { out.member("practitionerID", practitioner) }
            }
        }
        report.say(
            practitioner.map { "\(user.text) is Practitioner/\($0) now." }
                ?? "\(user.text) is no Practitioner now.")
        report.finish { $0.member("username", user.text) }
    }
}
