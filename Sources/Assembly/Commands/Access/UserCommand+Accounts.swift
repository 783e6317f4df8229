import ArgumentParser
import FHIRModel

/// `tribal-ehr user list`.
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the users.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("user.list") }
        if !report.json {
            var rows = [["USER", "NAME", "ROLES", "STATE"]]
            for user in answer["items"].map({ Array($0.elements) }) ?? [] {
                rows.append([
                    user.string("username") ?? "", user.string("displayName") ?? "",
                    user["roles"]?.elements.compactMap(\.string).joined(separator: " ") ?? "",
                    Self.state(user),
                ])
            }
            for line in TextTable.lines(rows) { report.say(line) }
        }
        report.finish(answer)
    }

    private static func state(_ user: JSON) -> String {
        if user["isDisabled"]?.bool == true { return "disabled" }
        return user["mustChangePassword"]?.bool == true ? "must change password" : "active"
    }
}

/// `tribal-ehr user disable`.
struct UserDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "End a user's sessions and let nobody sign in as them.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        try await user.run("user.disable", folder, report, done: "cannot sign in any more.")
    }
}

/// `tribal-ehr user enable`.
struct UserEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled user sign in again.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        try await user.run("user.enable", folder, report, done: "can sign in again.")
    }
}

/// `tribal-ehr user unlock`.
struct UserUnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "End the lock after too many wrong passwords.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        try await user.run("user.unlock", folder, report, done: "can try to sign in again.")
    }
}

/// `tribal-ehr user set-roles`.
struct UserSetRolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-roles", abstract: "Give a user other roles.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var user: UsernameOptions
    @OptionGroup var roles: RoleOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let names = try roles.required()
        _ = try await folder.linked { link in
            try await link.ask("user.set-roles") { out in
                out.member("username", user.text)
                out.array("roles") { list in
                    for name in names { list.string(name) }
                }
            }
        }
        report.say("\(user.text) has the roles \(names.joined(separator: ", ")) now.")
        report.finish { $0.member("username", user.text) }
    }
}

extension UsernameOptions {
    /// Carries out an operation that takes a user's name alone.
    fileprivate func run(
        _ operation: String, _ folder: FolderOptions, _ report: ReportOptions, done: String
    ) async throws {
        _ = try await folder.linked { link in
            try await link.ask(operation) { $0.member("username", text) }
        }
        report.say("\(text) \(done)")
        report.finish { $0.member("username", text) }
    }
}
