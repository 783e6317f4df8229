import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr setup-code`: another setup code, for a box that waits to be set up.
struct SetupCodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup-code", abstract: "Show a fresh setup code for the setup page.",
        discussion: """
            The code works once and for \(SetupWords.life), and ends the one before. It also ends \
            the pause after wrong codes. Only the owner of the data folder and root can ask for it.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { link in
            guard link.isServer else {
                throw Problem(
                    .conflict,
                    "The box is not running, and the code belongs to a running box. Start it: it "
                        + "shows a code by itself.")
            }
            return try await link.run("setup.code")
        }
        report.say("Open the box in a browser, add /setup to its address, and type this code.")
        report.say("It works once and for \(SetupWords.life).")
        report.say("")
        report.say("    " + (answer.string("code") ?? ""))
        report.say("")
        report.finish(answer)
    }
}
