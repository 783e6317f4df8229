import ArgumentParser
import FHIRModel

/// `tribal-ehr setting …`: settings that change while the box runs, without the browser.
struct SettingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setting", abstract: "Show and change settings while the box runs.",
        subcommands: [SettingListCommand.self, SettingSetCommand.self, SettingResetCommand.self])
}

/// `tribal-ehr setting list`.
struct SettingListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every setting with its value and where it comes from.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("setting.list") }
        if !report.json {
            var rows = [["SETTING", "VALUE", "COMES FROM"]]
            for item in answer["items"].map({ Array($0.elements) }) ?? [] {
                rows.append([
                    item.string("key") ?? "", item.string("value") ?? "", Self.source(item),
                ])
            }
            for line in TextTable.lines(rows) { report.say(line) }
        }
        report.finish(answer)
    }

    private static func source(_ item: JSON) -> String {
        switch item.string("source") {
        case "given": item.string("place") ?? ""
        case "page": "set by \(item.at("versions", 0, "by")?.string ?? "an administrator")"
        default: "default"
        }
    }
}

/// `tribal-ehr setting set`.
struct SettingSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a setting; it holds at once.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("The name, such as LOG_LEVEL.", valueName: "key"))
    var key: String

    @Argument(help: ArgumentHelp("The value.", valueName: "value"))
    var value: String

    func run() async throws {
        let name = key.uppercased()
        _ = try await folder.linked { link in
            try await link.ask("setting.set") { out in
                out.member("key", name)
                out.member("value", value)
            }
        }
        report.say("\(name) is \(value) now.")
        report.finish { $0.member("key", name) }
    }
}

/// `tribal-ehr setting reset`.
struct SettingResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Set a setting back to its default.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("The name, such as LOG_LEVEL.", valueName: "key"))
    var key: String

    func run() async throws {
        let name = key.uppercased()
        _ = try await folder.linked { link in
            try await link.ask("setting.set") { $0.member("key", name) }
        }
        report.say("\(name) has its default now.")
        report.finish { $0.member("key", name) }
    }
}
