import AccessControl
import CWebAssets
import Deflate
import Glibc
import Identity
import Kernel
import Logging
import RecordStore
import Sealing
package import ServerKit
import ServiceLifecycle
import Steward
import Synchronization
import UnixSignals

/// The running box: how its parts are put together, started and stopped.
package enum Appliance {
    /// Serves until the process is told to stop (SIGTERM, SIGINT); then finishes what is under way
    /// and closes the folder.
    ///
    /// - Throws: ``Problem`` that names the way out: the folder is in use, a port is busy, the
    ///   keys do not fit.
    static func serve(_ settings: ServeSettings) async throws {
        let lines = LineLog(clock: SystemClock.clock) { Console.write($0, to: STDERR_FILENO) }
        let logger = lines.logger("tribal-ehr", level: settings.logLevel)
        // A terminal that goes away is no reason to stop.
        signal(SIGHUP, SIG_IGN)
        for refusal in ProcessHardening.apply() {
            logger.warning("hardening", metadata: ["what": "\(refusal)"])
        }
        let box = try await Box.open(settings.dataFolder, settings: settings.identity)
        do {
            try await serve(box, settings, lines, logger)
        } catch {
            await box.close()
            throw error
        }
        await box.close()
        logger.notice("stopped")
    }

    private static func serve(
        _ box: Box, _ settings: ServeSettings, _ lines: LineLog, _ logger: Logger
    ) async throws {
        let caller = box.machine("job")
        let grant = try await box.grant(
            Ask(.administer, area: .system, type: "Certificate"), caller)
        let tls = try await box.certificates.serve(grant, hosts: settings.hosts)
        let work = BoxWork(box: box, logger: logger)
        let server = server(box, settings, tls, logger)
        let watch = NetworkWatch(
            board: box.network, clock: box.clock, listen: settings.listen,
            isAnnouncing: settings.isNameAnnounced, label: { box.boxName }, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: lines),
                .init(service: work),
                .init(service: watch),
                .init(service: ControlServer(box: box, logger: logger)),
                .init(service: server),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        try await ServiceGroup(configuration: configuration).run()
    }

    private static func server(
        _ box: Box, _ settings: ServeSettings, _ tls: TLSIdentity, _ logger: Logger
    ) -> EdgeServer {
        let book = RouteBook()
        let assets = webAssets()
        for feature in Features.all(box, health: health(box), assets: assets) { book.add(feature) }
        let port = ServedPort(settings.listen.port)
        return EdgeServer(
            settings: edge(box, settings, assets, httpsPort: { port.number }),
            routes: book, tls: tls,
            parts: EdgeParts(
                authenticator: box.identity.authenticator,
                limiter: RateLimiter(steadyMs: box.clock.steadyMs), assets: assets, ids: box.ids,
                logger: logger),
            onRunning: { ports in
                port.put(ports.https)
                let host = settings.listen.host == "0.0.0.0" ? "localhost" : settings.listen.host
                let place = ports.https == 443 ? host : "\(host):\(ports.https)"
                let claim =
                    box.isClaimed
                    ? "" : " (not set up; run: tribal-ehr setup --answers FILE)"
                Console.line("Tribal EHR is ready at https://\(place)\(claim)")
            })
    }

    /// Where the box listens, under which names, and what it shows without HTTPS.
    ///
    /// - Parameter httpsPort: the port of HTTPS once it is open.
    package static func edge(
        _ box: Box, _ settings: ServeSettings, _ assets: WebAssets,
        httpsPort: @escaping @Sendable () -> Int
    ) -> EdgeSettings {
        let pages = Features.trustPages(box, assets)
        var edge = EdgeSettings(
            listen: settings.listen, plainListen: settings.httpListen,
            hosts: HostRule(names: settings.hosts, isName: { box.certificates.isName($0) }))
        edge.isStrict = { box.certificates.isTrusted($0) }
        edge.plainPages = { pages.plain($0, address: $1, httpsPort: httpsPort()) }
        return edge
    }

    private static func health(_ box: Box) -> Health {
        Health(
            whyNotReady: {
                guard await box.store.answers() else { return "The database does not answer." }
                if let damage = box.store.damageFound { return damage }
                return box.store.isDiskFull ? "The disk is full; the record is read-only." : nil
            },
            databaseAnswers: { await box.store.answers() })
    }

    /// The pages that the binary carries.
    package static func webAssets() -> WebAssets {
        var count = 0
        var files: [WebFile] = []
        if let list = web_files(&count) {
            for index in 0..<count {
                let file = list[index]
                files.append(
                    WebFile(
                        path: String(cString: file.path),
                        bytes: Array(UnsafeRawBufferPointer(start: file.bytes, count: file.size))))
            }
        }
        return WebAssets(
            files: files, hash: String(cString: web_tree_hash), gzip: { Gzip.compress($0) })
    }

    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = .error
        return quiet
    }
}

/// The port of HTTPS, which the system may have chosen.
private final class ServedPort: Sendable {
    private let value: Atomic<Int>

    init(_ number: Int) { value = Atomic(number) }

    var number: Int { value.load(ordering: .relaxed) }

    func put(_ number: Int) { value.store(number, ordering: .relaxed) }
}
