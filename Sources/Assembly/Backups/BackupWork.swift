import AccessControl
import Backups
import Logging
import ServiceLifecycle
import Steward

/// Looks after the backups while the box serves.
///
/// Apart from the other work of the box, which must not wait for a copy to a slow stick.
struct BackupWork: Service {
    private static let pauseSeconds = 1

    let box: Box
    let logger: Logger

    /// Works until the service group stops it; what goes on then is ended, and begun anew later.
    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await work() }
        } onGracefulShutdown: {
            box.backups.stop()
        }
    }

    private func work() async {
        var hasBegun = false
        while !Task.isCancelled {
            do {
                let grant = try await box.grant(
                    BackupKeeper.ask(.administer), box.machine("job"))
                if !hasBegun {
                    BackupWriter.removeRemains(of: box.folder, in: box.backups.folder)
                    await box.backups.begin(grant)
                }
                hasBegun = true
                await box.backups.round(grant, isOwed: box.isClaimed)
            } catch {
                logger.error("backups", metadata: ["error": "\(type(of: error))"])
            }
            do {
                try await Task.sleep(for: .seconds(Self.pauseSeconds))
            } catch {
                return
            }
        }
    }
}
