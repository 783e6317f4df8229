import ArgumentParser
import FHIRModel
import Kernel
import ServerKit

/// `tribal-ehr healthcheck`: what a probe runs to see whether the box answers.
struct HealthcheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Ask the running box whether it is ready.",
        discussion: """
            Asks GET /ready, where the box listens by its configuration. The certificate is not \
            checked; with --url only loopback addresses are asked. Exits with 1 if the box is not ready within the time.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var listening: ListenOptions
    @OptionGroup var report: ReportOptions

    @Option(
        help: ArgumentHelp(
            "The box, where the configuration says unless told.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("How long to wait for the answer, 1 to 60.", valueName: "n"))
    var seconds = 5

    func validate() throws {
        guard 1...60 ~= seconds else { throw ValidationError("--seconds is from 1 to 60.") }
        if let url, HealthAddress(url) == nil {
            throw ValidationError(
                "--url is https://, a loopback address such as 127.0.0.1 or localhost, and a port.")
        }
    }

    func run() async throws {
        let address: HealthAddress
        if let url, let given = HealthAddress(url) {
            address = given
        } else {
            address = HealthAddress(
                listening: try folder.reading(listening.values).result().listen)
        }
        do {
            let answer = try await HealthProbe.ask(address, secondsMax: seconds)
            report.say(
                answer.isReady ? "The box is ready." : "The box is not ready: \(answer.text)")
            finish(answer.isReady, status: answer.status)
            if !answer.isReady { throw ExitCode(1) }
        } catch let problem as Problem {
            report.say(problem.detail)
            finish(false, status: nil)
            throw ExitCode(1)
        }
    }

    private func finish(_ isReady: Bool, status: Int?) {
        report.finish { out in
            out.member("status", isReady ? "ok" : "failed")
            if let status { out.member("httpStatus", status) }
        }
    }
}
