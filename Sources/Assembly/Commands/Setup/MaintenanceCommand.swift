import ArgumentParser
import FHIRModel

/// `tribal-ehr maintenance …`: closing the box for everybody but administrators.
struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Close the box for everybody but administrators, and open it again.",
        subcommands: [
            MaintenanceOnCommand.self, MaintenanceOffCommand.self, MaintenanceStatusCommand.self,
        ])
}

/// `tribal-ehr maintenance on`.
struct MaintenanceOnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "on", abstract: "Close the box.",
        discussion: "Stays closed over a restart, until: tribal-ehr maintenance off")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("What people are told; no patient data.", valueName: "words"))
    var reason: String?

    @Option(help: ArgumentHelp("How long it is thought to take.", valueName: "n"))
    var minutes: Int?

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.run("maintenance.set") { out in
                out.member("on", true)
                if let reason { out.member("reason", reason) }
                if let minutes { out.member("minutes", minutes) }
            }
        }
        report.say("The box is closed. Administrators can still sign in.")
        report.finish(answer)
    }
}

/// `tribal-ehr maintenance off`.
struct MaintenanceOffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "off", abstract: "Open the box again.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.run("maintenance.set") { $0.member("on", false) }
        }
        report.say("The box is open.")
        report.finish(answer)
    }
}

/// `tribal-ehr maintenance status`.
struct MaintenanceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whether the box is closed.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("maintenance.status") }
        report.say(MaintenanceWords.line(answer))
        report.finish(answer)
    }
}

/// How the state of the box is said.
enum MaintenanceWords {
    /// One line.
    static func line(_ answer: JSON) -> String {
        guard answer["on"]?.bool == true else { return "The box is open." }
        var words = "The box is closed since \(answer.string("since")?.prefix(16) ?? "?")Z"
        if let until = answer.string("until") {
            words += ", thought to be until \(until.prefix(16))Z"
        }
        let reason = answer.string("reason") ?? ""
        return words + (reason.isEmpty ? "." : ": \(reason)")
    }
}
