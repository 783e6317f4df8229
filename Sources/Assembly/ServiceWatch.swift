import Logging
import RecordStore
import ServerKit
import ServiceLifecycle

/// Tells the service manager that the box is alive, as long as its store does real work.
///
/// A box whose store hangs says nothing, and the service manager ends and restarts it.
struct ServiceWatch: Service {
    /// How many times in the interval of the service manager the store is asked.
    private static let roundsPerInterval = 3

    let store: RecordStore
    let notice: SystemdNotice
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await watch() }
        } onGracefulShutdown: {
            notice.stopping()
        }
    }

    private func watch() async {
        guard let intervalMs = notice.watchdogMs else {
            // Nobody watches; the end of the wait is the stop of the box.
            try? await gracefulShutdown()
            return
        }
        while !Task.isCancelled {
            if await store.works() {
                notice.alive()
            } else {
                logger.error("watchdog", metadata: ["what": "The store does not work."])
            }
            do {
                try await Task.sleep(for: .milliseconds(intervalMs / Self.roundsPerInterval))
            } catch {
                return
            }
        }
    }
}
