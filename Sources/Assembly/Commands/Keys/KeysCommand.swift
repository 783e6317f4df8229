import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr keys …`: what opens the record.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Show, renew and recover the keys of the record.",
        subcommands: [
            KeysStatusCommand.self, KeysRotateCommand.self, KeysKitCommand.self,
            KeysOpenCommand.self,
        ])
}

/// `tribal-ehr keys status`.
struct KeysStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what opens the record, and whether a rotation waits."
    )

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("keys.status") }
        KeysText.tell(answer, report)
        report.finish(answer)
    }
}

/// `tribal-ehr keys rotate`.
struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make a master key and wrap every data key anew.",
        discussion: """
            Goes on where an interrupted rotation stopped. People can work meanwhile. The recovery \
            kit stays good.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let line = ProgressLine()
        let answer = try await folder.linked { link in
            try await link.run("keys.rotate", progress: { line.show($0, "wrapping keys") })
        }
        line.clear()
        report.say("The keys are rotated.")
        KeysText.tell(answer, report)
        report.finish(answer)
    }
}

/// `tribal-ehr keys kit`.
struct KeysKitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kit", abstract: "Make a recovery kit; the one before opens nothing any more.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(
        help: ArgumentHelp(
            "Write the kit to this file, readable for its owner only.", valueName: "file"))
    var output: String?

    func run() async throws {
        if let output {
            var file = try ReservedFile(output)
            let kit = try await kit()
            try file.write(kit.text)
            report.say("The recovery kit \(kit.kitID) is in \(file.path).")
            report.say("Print it, put it into a safe, and remove the file.")
            report.say("Kits made before open nothing any more.")
            let path = file.path
            report.finish { out in
                out.member("kitID", kit.kitID)
                out.member("path", path)
            }
        } else {
            let kit = try await kit()
            report.say(kit.text)
            report.finish { out in
                out.member("kitID", kit.kitID)
                out.member("recoveryCode", kit.code)
            }
        }
    }

    private func kit() async throws -> KitSheet {
        let answer = try await folder.linked { try await $0.run("keys.kit") }
        return KitSheet(
            kitID: answer.string("kitID") ?? "", code: answer.string("recoveryCode") ?? "",
            clinicName: answer.string("clinicName") ?? "",
            madeAtMs: SystemClock.clock.wallMs(), trust: KitSheet.Trust(told: answer))
    }
}

private enum KeysText {
    static func tell(_ answer: JSON, _ report: ReportOptions) {
        let generations = answer["generations"].map { $0.elements.compactMap(\.int) } ?? []
        let waiting = answer["waiting"]?.int ?? 0
        report.say(
            "Master key: generation \(generations.map(String.init).joined(separator: ", "))")
        report.say("Data keys:  \(ProgressText.grouped(answer["dataKeys"]?.int ?? 0))")
        if waiting > 0 {
            report.say(
                "A rotation was interrupted: \(ProgressText.counted(waiting, "key")) left. Go on "
                    + "with: tribal-ehr keys rotate")
        }
        guard let slots = answer["slots"] else { return }
        var rows = [["OPENED BY", "NUMBER", "SINCE"]]
        for slot in slots.elements {
            rows.append([
                slot.string("kind") ?? "", slot.string("id") ?? "",
                slot.string("createdAt") ?? "",
            ])
        }
        for line in TextTable.lines(rows) { report.say(line) }
    }
}
