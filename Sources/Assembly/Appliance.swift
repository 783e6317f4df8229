import AccessControl
import CWebAssets
import Deflate
import Glibc
import Identity
import Kernel
import Logging
import RecordStore
import Sealing
import ServerKit
import ServiceLifecycle
import UnixSignals

/// The running box: how its parts are put together, started and stopped.
enum Appliance {
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
        let certificate = BoxCertificate(box: box, hosts: settings.hosts)
        let current = try await certificate.current(grant)
        let tls = try TLSIdentity(
            certificatePEM: current.certificatePEM, privateKeyPEM: current.keyPEM)
        let work = BoxWork(box: box, certificate: certificate, tls: tls, logger: logger)
        let watch = ServiceWatch(
            store: box.store, notice: SystemdNotice(environment: Terminal.current.environment),
            logger: logger)
        let server = server(box, settings, tls, current, watch)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: lines),
                .init(service: work),
                .init(service: ControlServer(box: box, logger: logger)),
                .init(service: server),
                .init(service: watch),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        try await ServiceGroup(configuration: configuration).run()
    }

    private static func server(
        _ box: Box, _ settings: ServeSettings, _ tls: TLSIdentity,
        _ certificate: BoxCertificate.Current, _ watch: ServiceWatch
    ) -> EdgeServer {
        let book = RouteBook()
        let assets = webAssets()
        for feature in Features.all(box, health: health(box), assets: assets) { book.add(feature) }
        return EdgeServer(
            settings: EdgeSettings(
                listen: settings.listen, plainListen: settings.httpListen,
                hosts: HostRule(names: certificate.names), sockets: sockets(settings, watch.logger)),
            routes: book, tls: tls,
            parts: EdgeParts(
                authenticator: box.identity.authenticator,
                limiter: RateLimiter(steadyMs: box.clock.steadyMs), assets: assets,
                clock: box.clock, ids: box.ids, logger: watch.logger),
            onRunning: { ports in
                let host = settings.listen.host == "0.0.0.0" ? "localhost" : settings.listen.host
                let place = ports.https == 443 ? host : "\(host):\(ports.https)"
                let claim =
                    box.isClaimed
                    ? "" : " (not set up; run: tribal-ehr setup --answers FILE)"
                Console.line("Tribal EHR is ready at https://\(place)\(claim)")
                // Every user of the machine may read this, so it holds no code.
                watch.notice.ready("Ready at https://\(place)")
            })
    }

    /// The sockets that systemd opened for the configured addresses.
    private static func sockets(_ settings: ServeSettings, _ logger: Logger) -> InheritedSockets {
        let sockets = InheritedSockets(environment: Terminal.current.environment)
        let asked = [settings.listen, settings.httpListen].compactMap { $0 }
        for idle in sockets.close(except: asked) {
            logger.warning(
                "socket.idle",
                metadata: [
                    "what": """
                    systemd listens on \(idle.host):\(idle.port), which the configuration does \
                    not name. Change both: systemctl edit tribal-ehr.socket
                    """
                ])
        }
        return InheritedSockets(
            sockets.all.filter { one in asked.contains { sockets.serving($0) == one } })
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
    static func webAssets() -> WebAssets {
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
