import ArgumentParser
import FHIRModel
import FHIRValidation
import Kernel

/// `tribal-ehr validate PATH…`: what is wrong with FHIR files, before anything takes them in.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Say what is wrong with FHIR files.",
        discussion: """
            Takes what import takes: .json, .ndjson and .jsonl, each also as .gz, and folders of \
            them. Checks structure, references, codes, rules, and the profiles that resources claim \
            or that --profile names. Nothing is written, and the box need not run. Exits with 1 if \
            there is an error.
            """)

    /// How many findings of one file are named unless all are asked for.
    private static let findingsShownMax = 20

    @OptionGroup var report: ReportOptions

    @Argument(help: ArgumentHelp("Files and folders.", valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("A profile that every resource has to fit.", valueName: "url"))
    var profile: [String] = []

    @Flag(help: "Name all findings, also what is only good to know.")
    var verbose = false

    func run() async throws {
        let files = try ImportFiles(paths).files
        var sum = FileFindings()
        for file in files {
            let found = try FileValidation(file, profiles: profile).findings()
            for line in lines(found, file) { report.say(line) }
            sum.add(found)
        }
        report.say(
            "\(ProgressText.counted(sum.resourcesCount, "resource")) in "
                + "\(ProgressText.counted(files.count, "file")): "
                + "\(ProgressText.counted(sum.count(.error), "error")), "
                + "\(ProgressText.counted(sum.count(.warning), "warning")).")
        report.finish { out in
            out.member("resources", sum.resourcesCount)
            out.member("errors", sum.count(.error))
            out.member("warnings", sum.count(.warning))
            out.array("findings") { list in
                for entry in sum.entries { entry.write(to: &list) }
            }
        }
        if sum.count(.error) > 0 { throw ExitCode(1) }
    }

    private func lines(_ found: FileFindings, _ file: ImportFile) -> [String] {
        let shown = found.entries.filter { verbose || $0.finding.severity != .information }
        let max = verbose ? Int.max : Self.findingsShownMax
        var lines = shown.prefix(max).map { entry in
            let place = entry.place.isEmpty ? "" : ", \(entry.place)"
            return "\(file.path)\(place): \(entry.word): \(entry.finding.location): "
                + entry.finding.text
        }
        if shown.count > max {
            lines.append(
                "\(file.path): \(ProgressText.grouped(shown.count - max)) more; --verbose names all."
            )
        }
        return lines
    }
}

/// What is wrong with the resources of some files.
struct FileFindings {
    /// The most findings that are kept.
    static let entriesMax = 10_000

    struct Entry {
        let path: String
        /// `line 17`, or empty for a whole file.
        let place: String
        let finding: FHIRValidation.Finding

        var word: String {
            switch finding.severity {
            case .error: "error"
            case .warning: "warning"
            case .information: "note"
            }
        }

        func write(to list: inout JSONWriter) {
            list.object { one in
                one.member("file", path)
                one.member("place", place)
                one.member("severity", word)
                one.member("code", finding.code.rawValue)
                one.member("location", finding.location)
                one.member("text", finding.text)
            }
        }
    }

    private(set) var entries: [Entry] = []
    private(set) var resourcesCount = 0
    private var counts: [FHIRValidation.Finding.Severity: Int] = [:]

    func count(_ severity: FHIRValidation.Finding.Severity) -> Int { counts[severity] ?? 0 }

    mutating func add(_ findings: [FHIRValidation.Finding], _ path: String, _ place: String) {
        resourcesCount += 1
        for finding in findings {
            counts[finding.severity, default: 0] += 1
            guard entries.count < Self.entriesMax else { continue }
            entries.append(Entry(path: path, place: place, finding: finding))
        }
    }

    mutating func add(_ other: FileFindings) {
        resourcesCount += other.resourcesCount
        counts.merge(other.counts, uniquingKeysWith: +)
        entries += other.entries.prefix(Self.entriesMax - entries.count)
    }
}

/// Checks the resources of one file.
struct FileValidation {
    private let file: ImportFile
    private var question = Validator.Question()

    init(_ file: ImportFile, profiles: [String]) {
        self.file = file
        question.profiles = profiles
    }

    /// - Throws: ``Problem`` for a file that cannot be read.
    func findings() throws(Problem) -> FileFindings {
        var found = FileFindings()
        switch file.form {
        case .document:
            let blocks = try FileBlocks(
                file, bytesMax: ImportRun.documentBytesMax, onRead: { _ in })
            check(try blocks.all(), "", limits: .bundle, &found)
        case .lines:
            let blocks = try FileBlocks(file, bytesMax: ImportRun.linesBytesMax, onRead: { _ in })
            var cutter = LineCutter()
            while let block = try blocks.next() {
                for cut in cutter.take(block) { check(cut, &found) }
            }
            for cut in cutter.finish() { check(cut, &found) }
        }
        return found
    }

    private func check(_ cut: LineCutter.Cut, _ found: inout FileFindings) {
        guard case .piece(let firstLine, let bytes) = cut else {
            if case .tooLong(let line) = cut {
                add("The line is longer than the limit for one resource.", "line \(line)", &found)
            }
            return
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (offset, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
            check(Array(line), "line \(firstLine + offset)", limits: .resource, &found)
        }
    }

    private func check(
        _ bytes: [UInt8], _ place: String, limits: JSONLimits, _ found: inout FileFindings
    ) {
        do throws(JSONError) {
            let json = try JSON.parse(bytes, limits: limits)
            found.add(Validator.r4.findings(in: json, question), file.path, place)
        } catch {
            add("\(error.message) Line \(error.line), column \(error.column).", place, &found)
        }
    }

    private func add(_ text: String, _ place: String, _ found: inout FileFindings) {
        found.add([.unreadable(text)], file.path, place)
    }
}
