import ArgumentParser
import FHIRModel
import Kernel
import RecordStore

/// `tribal-ehr setup --answers FILE`: claims the box for a clinic, unattended.
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Claim the box for a clinic.",
        discussion: """
            The answers are a JSON file: clinicName, timeZone, boxName, administrator {username, \
            password, displayName}, and if wanted facilityCode and recoveryKitFile, where the \
            recovery kit is written. Without recoveryKitFile the kit is printed. With practice \
            true it becomes a clinic of invented people; with isClinician false the administrator \
            opens no charts.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The file with the answers.", valueName: "file"))
    var answers: String

    func run() async throws {
        let read = try SetupAnswers(try Self.bytes(answers), name: answers)
        if let warning = ClockCheck.warning(nowMs: SystemClock.clock.wallMs()) {
            Terminal.current.tell("tribal-ehr: \(warning)")
        }
        if let path = read.recoveryKitFile {
            var file = try ReservedFile(path)
            let (claim, kit) = try await claim(read)
            try file.write(kit.text)
            tell(claim, kit, place: file.path)
        } else {
            let (claim, kit) = try await claim(read)
            tell(claim, kit, place: nil)
        }
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        guard let bytes = try FileBytes.read(path, bytesMax: SetupAnswers.bytesMax) else {
            throw Problem(.notFound, "There is no file \(path). Name the file with the answers.")
        }
        return bytes
    }

    private func claim(_ answers: SetupAnswers) async throws -> (JSON, KitSheet) {
        let claim = try await folder.linked(makes: true) { link in
            try await link.ask("setup") { out in
                for (key, value) in answers.json.members { out.member(key, value) }
            }
        }
        let kit = KitSheet(
            kitID: claim.string("kitID") ?? "", code: claim.string("recoveryCode") ?? "",
            clinicName: claim.string("clinicName") ?? "",
            madeAtMs: SystemClock.clock.wallMs(), trust: KitSheet.Trust(told: claim))
        return (claim, kit)
    }

    private func tell(_ claim: JSON, _ kit: KitSheet, place: String?) {
        let clinic = claim.string("clinicName") ?? ""
        let user = claim.string("username") ?? ""
        report.say("The box belongs to \(clinic) now. Sign in as \(user).")
        if let place {
            report.say("The recovery kit \(kit.kitID) is in \(place).")
            report.say("Print it, put it into a safe, and remove the file.")
        } else {
            report.say("")
            report.say(kit.text)
        }
        report.finish { out in
            out.member("clinicName", clinic)
            out.member("username", user)
            out.member("kitID", kit.kitID)
            if let place {
                out.member("recoveryKitFile", place)
            } else {
                out.member("recoveryCode", kit.code)
            }
        }
    }
}
