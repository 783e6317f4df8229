import ArgumentParser
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// `tribal-ehr keys open`: gives a machine the right to open the record, with the recovery kit.
struct KeysOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open the record on a new machine with the code of the recovery kit.",
        discussion: """
            Needs the box to be stopped. Makes a machine key and writes it to the data folder. \
            Records are not touched.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(
        help: ArgumentHelp(
            "A file whose first line, or whose line that begins with \"Code:\", is the code.",
            valueName: "file"))
    var recoveryCodeFile: String

    func run() async throws {
        let data = try folder.settings().dataFolder
        let code = try RecoveryCode(typed: try Self.code(in: recoveryCodeFile))
        guard KeyRing.exists(folder: data.path) else {
            throw KeyRingError.missing(folder: data.path)
        }
        let lock = try data.lock()
        let ring = try KeyRing.load(folder: data.path).open(with: .recovery(code))
        let machine = try MachineKey.make(folder: data.path, replacing: true)
        try ring.restoreMachineSlot(machine, nowMs: SystemClock.clock.wallMs())
        withExtendedLifetime(lock) {}
        report.say("This machine opens the record now. Start the box: tribal-ehr serve")
        report.finish { out in
            out.member("dataDir", data.path)
            out.member("opened", true)
        }
    }

    private static func code(in path: String) throws -> String {
        guard let bytes = try FileBytes.read(path, bytesMax: 16_384) else {
            throw Problem(.notFound, "There is no file \(path). Name the file with the code.")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let marked = lines.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix("Code:") }
        if let marked { return String(marked.dropFirst("Code:".count)) }
        return lines.first.map(String.init) ?? ""
    }
}
