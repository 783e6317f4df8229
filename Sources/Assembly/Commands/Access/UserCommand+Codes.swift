import ArgumentParser
import FHIRModel

/// `tribal-ehr user password-code`.
struct UserPasswordCodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password-code",
        abstract: "Print a code with which a user chooses another password.",
        discussion:
            "It holds for an hour and once. The present password holds until then; a second factor "
            + "is asked for as before.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        try await user.handCode(
            "user.password-code", folder, report,
            how: "Tell \(user.text) to choose “I have a code” at the sign-in, within the hour.")
    }
}

/// `tribal-ehr user reset-factor`.
struct UserResetFactorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-factor",
        abstract: "Print a code that stands in for a user's lost second factor once.",
        discussion:
            "After the password, the user types the code in place of that of the app, and then has "
            + "to set up another second factor. Every administrator is told.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        try await user.handCode(
            "user.reset-factor", folder, report,
            how: "Tell \(user.text) to type it after the password, within the hour.")
    }
}

extension UsernameOptions {
    /// Carries out an operation that makes a code, and prints the code.
    fileprivate func handCode(
        _ operation: String, _ folder: FolderOptions, _ report: ReportOptions, how: String
    ) async throws {
        let answer = try await folder.linked { link in
            try await link.ask(operation) { $0.member("username", text) }
        }
        report.say("The code is \(answer.string("code") ?? "")")
        report.say(how)
        report.finish { out in
            out.member("username", text)
            out.member("code", answer.string("code") ?? "")
            out.member("expiresAt", answer.string("expiresAt") ?? "")
        }
    }
}
