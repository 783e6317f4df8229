import ArgumentParser
import FHIRModel

/// `tribal-ehr migrate …`: the steps of the database's schema.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Show the steps of the database's schema.",
        subcommands: [MigrateStatusCommand.self])
}

/// `tribal-ehr migrate status`.
struct MigrateStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "List the steps that were taken and those that wait.",
        discussion: "Steps are taken when the box starts. Exits with 1 if one waits.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("status") }
        let applied = Self.steps(answer, "applied")
        let pending = Self.steps(answer, "pending")
        for step in applied { report.say("done     \(step)") }
        for step in pending { report.say("waiting  \(step)") }
        report.say(
            pending.isEmpty
                ? "The database is up to date."
                : "Restart the box to take the steps that wait.")
        report.finish { out in
            for (name, steps) in [("applied", applied), ("pending", pending)] {
                out.array(name) { list in
                    for step in steps { list.string(step) }
                }
            }
        }
        if !pending.isEmpty { throw ExitCode(1) }
    }

    private static func steps(_ answer: JSON, _ name: String) -> [String] {
        answer.at("schema", .key(name)).map { $0.elements.compactMap(\.string) } ?? []
    }
}
