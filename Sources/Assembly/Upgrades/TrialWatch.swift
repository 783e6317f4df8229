import Kernel
import Logging
import ServerKit
import ServiceLifecycle

/// Ends the trial of a release once it has shown that it works.
///
/// Where the package watches over it, its word counts: it asks from outside, and can bring the
/// program of before back. Elsewhere the box asks itself over the network.
struct TrialWatch: Service {
    private static let pauseMs = 200
    private static let answersWanted = 3
    private static let probeSecondsMax = 5

    let box: Box
    /// The file of the package; nil where there is none.
    let stateFile: String?
    /// Where HTTPS is served, once it is.
    let address: @Sendable () -> HealthAddress?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch() }
        // The end of this task would be the end of the box.
        if !Task.isCancelled { try? await gracefulShutdown() }
    }

    private func watch() async {
        var answers = 0
        while !Task.isCancelled, box.trial.isOn {
            let isDone: Bool
            if let stateFile, let state = UpgradeState.read(stateFile) {
                isDone = state.phase != .trial
            } else {
                answers = await isReady() ? answers + 1 : 0
                isDone = answers >= Self.answersWanted
            }
            if isDone { confirm() }
            do {
                try await Task.sleep(for: .milliseconds(Self.pauseMs))
            } catch {
                return
            }
        }
    }

    private func confirm() {
        do {
            try box.trial.confirm(nowMs: box.clock.wallMs())
            logger.notice("upgrade.confirmed", metadata: ["release": "\(AppVersion.text)"])
        } catch {
            logger.error("upgrade.confirm", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func isReady() async -> Bool {
        guard let address = address() else { return false }
        // Nobody who answers is an answer too.
        let answer = try? await HealthProbe.ask(address, secondsMax: Self.probeSecondsMax)
        return answer?.isReady ?? false
    }
}
