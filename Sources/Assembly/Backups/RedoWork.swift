import AccessControl
import Backups
import Logging
import RecordStore
import ServiceLifecycle
import Steward

/// Keeps the redo log going while the box serves, and carries it to the places.
///
/// Apart from the other work on backups, which may take minutes.
struct RedoWork: Service {
    private static let pauseSeconds = 1
    /// So many rounds pass between two carries.
    private static let carryRounds = 4
    /// So many rounds pass before a log that had to end is begun again.
    private static let retryRounds = 300

    let box: Box
    let logger: Logger

    /// Works until the service group stops it.
    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }

    private func work() async {
        guard let log = box.redo else { return }
        var hasBegun = false
        var rounds = 0
        while !Task.isCancelled {
            do {
                let grant = try await box.grant(
                    BackupKeeper.ask(.administer), box.machine("job"))
                if box.isClaimed, !hasBegun {
                    hasBegun = true
                    try await log.begin { try await begin($0, grant) }
                } else if hasBegun, log.stand.fault != nil, rounds % Self.retryRounds == 0 {
                    try await log.beginAgain { try await begin($0, grant) }
                }
                if hasBegun, rounds % Self.carryRounds == 0 { await box.backups.carryRedo(grant) }
            } catch {
                logger.error("redo-log", metadata: ["error": "\(type(of: error))"])
            }
            rounds += 1
            do {
                try await Task.sleep(for: .seconds(Self.pauseSeconds))
            } catch {
                return
            }
        }
    }

    private func begin(_ line: String, _ grant: Grant) async throws {
        try await box.store.changeRows(grant) { try RedoMark.begin(line: line, $0) }
    }
}
