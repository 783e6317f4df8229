import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr backup places …`: where copies go beside the disk of the box.
struct BackupPlacesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "places", abstract: "Show, add, test or remove places for copies.",
        subcommands: [
            BackupPlaceListCommand.self, BackupPlaceAddCommand.self, BackupPlaceTestCommand.self,
            BackupPlaceRemoveCommand.self,
        ], defaultSubcommand: BackupPlaceListCommand.self)
}

/// `tribal-ehr backup places list`.
struct BackupPlaceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the places and how they stand.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("backup.places") }
        let places = answer["places"].map { Array($0.elements) } ?? []
        if places.isEmpty { report.say("There is no place beside the disk of the box.") }
        let rows = places.map { one in
            [
                one.string("name") ?? "", one.string("kind") ?? "", one.string("address") ?? "",
                one.string("age") ?? "no copy yet",
                one.string("fault") ?? (one["lookedAt"] == nil ? "not looked at yet" : "works"),
            ]
        }
        for line in TextTable.lines(rows) { report.say(line) }
        report.finish(answer)
    }
}

/// `tribal-ehr backup places add`.
struct BackupPlaceAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Try a place, and add it.",
        discussion: """
            A stick is found by its label, a share by the folder that it is mounted on. The folder \
            must belong to the user that the box runs as.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("What people call it.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The label of a stick or disk.", valueName: "label"))
    var usb: String?

    @Option(help: ArgumentHelp("The folder that a share is mounted on.", valueName: "dir"))
    var share: String?

    @Option(
        name: .customLong("folder"),
        help: ArgumentHelp("A folder on another disk of the box.", valueName: "dir"))
    var path: String?

    @Flag(help: "Copy every hour instead of once a day.")
    var hourly = false

    @Flag(help: "Use it although it holds backups of another place.")
    var adopt = false

    func validate() throws {
        guard [usb, share, path].compactMap({ $0 }).count == 1 else {
            throw ValidationError("Say one of --usb LABEL, --share DIR and --folder DIR.")
        }
    }

    func run() async throws {
        let kind = usb != nil ? "usb" : share != nil ? "share" : "folder"
        let address = usb ?? share ?? path ?? ""
        let answer = try await folder.linked { link in
            try await link.ask("backup.place.add") { out in
                out.member("name", name)
                out.member("kind", kind)
                out.member("address", address)
                out.member("hourly", hourly)
                out.member("adopt", adopt)
            }
        }
        report.say("\(name) works and was added. The newest proven backup is copied there.")
        report.finish(answer)
    }
}

/// `tribal-ehr backup places test`.
struct BackupPlaceTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Write a small file, read it back and delete it.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("The name of the place.", valueName: "name"))
    var name: String

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.ask("backup.place.test") { $0.member("name", name) }
        }
        report.say("\(name) works.")
        report.finish(answer)
    }
}

/// `tribal-ehr backup places remove`.
struct BackupPlaceRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget a place; what lies there stays.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("The name of the place.", valueName: "name"))
    var name: String

    func run() async throws {
        let answer = try await folder.linked { link in
            try await link.ask("backup.place.remove") { $0.member("name", name) }
        }
        report.say("\(name) was removed. The copies there stay where they are.")
        report.finish(answer)
    }
}
