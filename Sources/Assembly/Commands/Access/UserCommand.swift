import ArgumentParser
import FHIRModel

/// `tribal-ehr user …`: people who may sign in, without the browser.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add users, list them, change what they may do.",
        subcommands: [
            UserAddCommand.self, UserListCommand.self, UserDisableCommand.self,
            UserEnableCommand.self, UserResetPasswordCommand.self, UserSetRolesCommand.self,
            UserUnlockCommand.self, UserPasswordCodeCommand.self, UserResetFactorCommand.self,
            UserLinkCommand.self,
        ])
}

/// `tribal-ehr user add`.
struct UserAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a user.",
        discussion: "Asks for the password unless --password-file or --generate is given.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var roles: RoleOptions
    @OptionGroup var password: PasswordOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The name that others see.", valueName: "name"))
    var displayName: String?

    @Option(
        help: ArgumentHelp("The chart of a user with the role PATIENT.", valueName: "id"))
    var patientID: String?

    func run() async throws {
        let names = try roles.required()
        let (text, isTemporary) = try password.password()
        let answer = try await folder.linked { link in
            try await link.ask("user.add") { out in
                out.member("username", user.text)
                out.member("displayName", displayName ?? user.text)
                out.array("roles") { list in
                    for name in names { list.string(name) }
                }
                out.member("password", text)
                out.member("mustChangePassword", isTemporary)
                if let patientID { out.member("ownPatientID", patientID) }
            }
        }
        report.say("\(user.text) can sign in now.")
        PasswordReport.tell(isTemporary ? text : nil, report)
        report.finish { out in
            out.member("id", answer.string("id") ?? "")
            out.member("username", user.text)
            if isTemporary { out.member("password", text) }
        }
    }
}

/// `tribal-ehr user reset-password`.
struct UserResetPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password", abstract: "Give a user another password.",
        discussion:
            "Ends the user's sessions. Asks for the password unless told otherwise; the user has to "
            + "change it at the first sign-in. Better is: tribal-ehr user password-code")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var password: PasswordOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let (text, isTemporary) = try password.password()
        _ = try await folder.linked { link in
            try await link.ask("user.reset-password") { out in
                out.member("username", user.text)
                out.member("password", text)
                out.member("mustChangePassword", true)
            }
        }
        report.say("\(user.text) has another password now.")
        PasswordReport.tell(isTemporary ? text : nil, report)
        report.finish { out in
            out.member("username", user.text)
            if isTemporary { out.member("password", text) }
        }
    }
}

/// How a temporary password is told.
enum PasswordReport {
    /// Shows it once, with what to do.
    static func tell(_ temporary: String?, _ report: ReportOptions) {
        guard let temporary else { return }
        report.say("The password is \(temporary)")
        report.say("It has to be changed at the first sign-in.")
    }
}

/// The roles that a command names.
struct RoleOptions: ParsableArguments {
    @Option(
        name: .customLong("role"),
        help: ArgumentHelp(
            "A role; may be repeated. PHYSICIAN, NURSE, FRONT_DESK, …", valueName: "role"))
    var roles: [String] = []

    /// The names, in capital letters, without doubles.
    func required() throws -> [String] {
        guard !roles.isEmpty else {
            throw ValidationError(
                "Name at least one role, such as --role NURSE. Roles are: \(RoleNames.all).")
        }
        var names: [String] = []
        for role in roles.flatMap({ $0.split(separator: ",") }) {
            let name = role.uppercased().replacing("-", with: "_")
            guard RoleNames.isKnown(name) else {
                throw ValidationError("\(role) is no role. Roles are: \(RoleNames.all).")
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
