import ArgumentParser
import FHIRModel
import Kernel
import Terminology

/// `tribal-ehr terms …`: code systems that the clinic owns a licence for.
struct TermsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terms", abstract: "Load code systems such as LOINC, RxNorm and SNOMED CT.",
        subcommands: [TermsListCommand.self, TermsLoadCommand.self, TermsRemoveCommand.self])
}

/// `tribal-ehr terms list`.
struct TermsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the code systems with version and number of codes.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("terms.list") }
        if !report.json {
            var rows = [["SYSTEM", "VERSION", "CODES", "FROM", "ADDRESS"]]
            for item in answer["items"].map({ Array($0.elements) }) ?? [] {
                rows.append([
                    item.string("title") ?? "", item.string("version") ?? "",
                    "\(item["count"]?.int ?? 0)", item.string("origin") ?? "",
                    item.string("system") ?? "",
                ])
            }
            for line in TextTable.lines(rows) { report.say(line) }
        }
        report.finish(answer)
    }
}

/// `tribal-ehr terms load PATH`.
struct TermsLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a release, in place of the one before.",
        discussion: """
            Takes the zip or the folder of LOINC (Loinc.csv), RxNorm (RXNCONSO.RRF) or SNOMED CT \
            (RF2 snapshot) as their publishers hand them out, a CodeSystem of FHIR as .json or \
            several as .ndjson, or one .csv or .tsv with the columns code and display, and if wanted \
            parent, status, synonym and others. Nothing changes \
            until the whole release is in. Broken off, it is started again with the same command.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("A zip, a folder or a file.", valueName: "path"))
    var path: String

    @Option(
        help: ArgumentHelp("The address of the system, for a list of your own.", valueName: "url"))
    var system: String?

    @Option(help: ArgumentHelp("The name for people.", valueName: "name"))
    var title: String?

    @Option(
        help: ArgumentHelp(
            "The version; taken from the name of the file unless told.", valueName: "version"))
    var version: String?

    func run() async throws {
        let name = path.lowercased()
        guard !name.hasSuffix(".json"), !name.hasSuffix(".ndjson") else {
            return try await loadResources()
        }
        let files = try ReleaseFiles(FilePath.absolute(path))
        let draft = try draft(files.form)
        let line = ProgressLine()
        let answer: JSON
        do {
            answer = try await folder.linked { link in
                try await ReleaseLoad(link: link, line: line).load(files, draft)
            }
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        report.say(
            "\(draft.title) \(draft.version) is loaded: \(answer["count"]?.int ?? 0) codes.")
        report.finish(answer)
    }

    /// Loads each CodeSystem of a file; one that cannot be loaded stops before anything changes.
    private func loadResources() async throws {
        let releases = try CodeSystemFile.releases(FilePath.absolute(path))
        let line = ProgressLine()
        for release in releases {
            let answer: JSON
            do {
                answer = try await folder.linked { link in
                    try await ReleaseLoad(link: link, line: line).load(release)
                }
            } catch {
                line.clear()
                throw error
            }
            line.clear()
            report.say(
                "\(release.draft.title) \(release.draft.version) is loaded: "
                    + "\(answer["count"]?.int ?? 0) codes.")
            report.finish(answer)
        }
    }

    private func draft(_ form: ReleaseForm) throws(Problem) -> TermReleaseDraft {
        guard let url = form.system ?? system else {
            throw Problem(
                .required,
                "Say the address of the code system with --system, such as "
                    + "https://clinic.example/codes.", location: "--system")
        }
        guard url.utf8.count <= 400, url.contains(":"), !url.contains(where: \.isWhitespace) else {
            throw Problem(
                .value, "--system takes an address without blanks.", location: "--system")
        }
        return TermReleaseDraft(
            system: url, version: version ?? Self.version(in: FilePath.name(path)),
            title: title ?? form.title ?? url, licence: form.licence)
    }

    /// The digits and dots of a name, as publishers number their files.
    private static func version(in name: String) -> String {
        let runs = name.split { !($0.isNumber || $0 == ".") }.map { run in
            String(run.drop { $0 == "." }.reversed().drop { $0 == "." }.reversed())
        }
        return runs.filter { $0.contains(where: \.isNumber) }.max { $0.count < $1.count }
            ?? "unknown"
    }
}

/// `tribal-ehr terms remove SYSTEM`.
struct TermsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a loaded release away.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Argument(
        help: ArgumentHelp("The address, or a word such as loinc or snomed.", valueName: "system"))
    var system: String

    func run() async throws {
        let name = system
        let answer = try await folder.linked { link in
            try await link.run("terms.remove") { $0.member("system", name) }
        }
        report.say("\(answer.string("system") ?? name) is taken away.")
        report.finish(answer)
    }
}
