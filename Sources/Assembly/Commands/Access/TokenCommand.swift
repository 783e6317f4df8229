import ArgumentParser
import FHIRModel

/// `tribal-ehr token`: a bearer token for local scripts.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print a bearer token for local scripts.",
        discussion: "The token stands alone on the last line. That it was made is in the audit log."
    )

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The user that the token acts for.", valueName: "name"))
    var user: String

    @Option(
        help: ArgumentHelp(
            "SMART scopes, such as \"user/*.rs\".", valueName: "scopes"))
    var scope: String

    @Option(help: ArgumentHelp("How long it lasts.", valueName: "n"))
    var minutes: Int

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.ask("token.issue") { out in
                out.member("username", user)
                out.member("scope", scope)
                out.member("minutes", minutes)
            }
        }
        if report.json {
            report.finish(answer)
        } else {
            Terminal.current.tell("Valid until \(answer.string("expiresAt") ?? "").")
            report.say(answer.string("token") ?? "")
        }
    }
}
