import ArgumentParser
import FHIRModel
import Kernel
import RecordStore

/// `tribal-ehr doctor`: what is wrong with the box, and what to do about it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong, and say what to do.",
        discussion: """
            Repairs nothing. Asks the running server, or opens the record where none runs. Exits \
            with 1 if something keeps the box from working.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Prove the whole audit log as well, which takes a while on a large one.")
    var full = false

    func run() async throws {
        let settings: ServeSettings
        do {
            settings = try folder.reading(listening.values).result()
        } catch let problems as SettingsProblems {
            try report.finish(
                problems.sentences.map {
                    .failed(
                        "configuration", $0,
                        cure: "Mend the value; tribal-ehr check-config checks again.")
                })
            return
        }
        let data = settings.dataFolder
        let isServing = FolderChecks.isServing(data)
        var findings: [Finding] = [.ok("configuration", "Every setting is in bounds.")]
        findings += DiskChecks.all(data)
        findings += MachineChecks.all(settings, isServing: isServing)
        findings += FolderChecks.all(data)
        findings += await SelfTestChecks.all()
        findings += await record(data, settings, isServing: isServing)
        try report.finish(findings)
    }

    private func record(
        _ data: DataFolder, _ settings: ServeSettings, isServing: Bool
    ) async -> [Finding] {
        guard data.hasRecord else {
            return [
                .warning(
                    "record", "There is no record in \(data.path) yet.",
                    cure: "tribal-ehr setup --answers FILE")
            ]
        }
        do {
            let link = try await BoxLink.open(data, settings: settings.identity)
            do {
                let findings = try await RecordChecks(link: link, isServing: isServing).all(
                    full: full)
                await link.close()
                return findings
            } catch {
                await link.close()
                throw error
            }
        } catch let problem as Problem {
            return [
                .failed(
                    "record", problem.detail,
                    cure: "Do what the sentence says, and look at the log of the service.")
            ]
        } catch {
            return [
                .failed(
                    "record", "The record does not open (\(type(of: error))).",
                    cure: "Look at the log: journalctl --unit tribal-ehr")
            ]
        }
    }
}
