import ArgumentParser
import FHIRModel

/// `tribal-ehr demo …`: invented patients to try the box with.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Load, reset or remove the invented demo clinic.",
        subcommands: [DemoLoadCommand.self, DemoResetCommand.self, DemoRemoveCommand.self])
}

/// `tribal-ehr demo load`.
struct DemoLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load invented patients, marked as such.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Load them although the box holds other patients.")
    var force = false

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.run("demo.load", progress: DemoProgress.of("loading")) {
                $0.member("force", force)
            }
        }
        report.say("Loaded \(DemoProgress.counts(answer)). All of them are invented.")
        report.finish(answer)
    }
}

/// `tribal-ehr demo reset`.
struct DemoResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Begin a practice clinic anew.",
        discussion: """
            What people entered is deleted, what they changed of the invented clinic comes back. \
            Refused on a box that was not set up for practice. A practice clinic does this by itself \
            every night.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("demo.reset") }
        report.say("The practice clinic is as it was in the beginning.")
        report.finish(answer)
    }
}

/// `tribal-ehr demo remove`.
struct DemoRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove the invented patients.",
        discussion: "A practice clinic loses every record and becomes an ordinary, empty clinic.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Remove them although the box holds other patients.")
    var force = false

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.run("demo.remove", progress: DemoProgress.of("removing")) {
                $0.member("force", force)
            }
        }
        report.say("Removed \(DemoProgress.counts(answer)).")
        report.finish(answer)
    }
}

private enum DemoProgress {
    static func of(_ act: String) -> @Sendable (Double) -> Void {
        let line = ProgressLine()
        return { part in
            line.show(part, act)
            if part >= 1 { line.clear() }
        }
    }

    static func counts(_ answer: JSON) -> String {
        ProgressText.counted(answer["patients"]?.int ?? 0, "patient") + " with "
            + ProgressText.counted(answer["resources"]?.int ?? 0, "resource")
    }
}
