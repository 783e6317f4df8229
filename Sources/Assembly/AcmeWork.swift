import AccessControl
import Exchange
import Logging
import ServiceLifecycle

/// Gets and renews the certificate of an authority while the box serves.
///
/// Apart from the other work of the box, which must not wait for a machine on the internet.
struct AcmeWork: Service {
    private static let pauseSeconds = 1

    let box: Box
    let logger: Logger

    /// Works until the service group stops it.
    func run() async throws {
        box.acme.serve(true)
        await cancelWhenGracefulShutdown { await work() }
        box.acme.serve(false)
    }

    private func work() async {
        while !Task.isCancelled {
            do {
                let ask = Ask(.administer, area: .system, type: "Certificate")
                if try await box.acme.round(try await box.grant(ask, box.machine("job"))) {
                    logger.notice("certificate.acme")
                }
            } catch {
                logger.error("certificate.acme", metadata: ["error": "\(type(of: error))"])
            }
            do {
                try await Task.sleep(for: .seconds(Self.pauseSeconds))
            } catch {
                return
            }
        }
    }
}
