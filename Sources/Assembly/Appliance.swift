import AccessControl
import CWebAssets
import Deflate
import Exchange
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
        var identity = settings.identity
        identity.hosts = settings.hosts
        let box = try await Box.open(
            settings.dataFolder, settings: identity, serving: settings)
        box.settings.follow { lines.level = $0.logLevel }
        do {
            try await serve(box, settings, lines, logger)
        } catch {
            await box.close()
            throw error
        }
        let isRestarting = box.bell.isRung
        await box.close()
        logger.notice(isRestarting ? "restarting" : "stopped")
        if isRestarting { try RestartBell.startAnew() }
    }

    private static func serve(
        _ box: Box, _ settings: ServeSettings, _ lines: LineLog, _ logger: Logger
    ) async throws {
        let caller = box.machine("job")
        let grant = try await box.grant(
            Ask(.administer, area: .system, type: "Certificate"), caller)
        let tls = try await box.certificates.serve(grant, hosts: settings.hosts)
        box.whenClaimed {
            // The name of the box is chosen with the claim: its certificate and the names that it
            // answers to follow at once.
            try await box.certificates.refresh(grant)
        }
        if let file = settings.upgradeState { try await box.noteUpgrade(file) }
        let code = await setupCode(box, logger)
        let limiter = RateLimiter(steadyMs: box.clock.steadyMs)
        box.settings.follow { limiter.use($0.rates.table) }
        let rates = RateMemory(box: box, limiter: limiter, logger: logger)
        await rates.restore()
        let work = BoxWork(box: box, rates: rates, logger: logger)
        var parts = EdgeParts(
            authenticator: box.identity.authenticator, limiter: limiter, assets: webAssets(),
            clock: box.clock, ids: box.ids, logger: logger, closed: { box.refusal($0) })
        parts.halted = { box.trial.refusal }
        let watch = ServiceWatch(
            store: box.store, notice: SystemdNotice(environment: Terminal.current.environment),
            logger: logger)
        let network = NetworkWatch(
            board: box.network, clock: box.clock, listen: settings.listen,
            isAnnouncing: settings.isNameAnnounced, label: { box.boxName }, logger: logger)
        let port = ServedPort(settings.listen.port)
        let server = server(
            box, settings, parts, watch, Door(tls: tls, port: port, setupCode: code))
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: lines),
                .init(service: work),
                .init(service: BackupWork(box: box, logger: logger)),
                .init(service: RedoWork(box: box, logger: logger)),
                .init(service: AcmeWork(box: box, logger: logger)),
                .init(service: network),
                .init(service: ControlServer(box: box, logger: logger)),
                .init(service: box.subscriptions),
                .init(service: server),
                .init(service: watch),
                .init(
                    service: TrialWatch(
                        box: box, stateFile: settings.upgradeState,
                        address: {
                            port.opened.map {
                                HealthAddress(
                                    listening: ListenAddress(
                                        host: settings.listen.host, port: $0))
                            }
                        }, logger: logger)),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        let group = ServiceGroup(configuration: configuration)
        box.bell.connect { Task { await group.triggerGracefulShutdown() } }
        defer { box.bell.connect(nil) }
        try await group.run()
        await rates.keep()
    }

    private static func server(
        _ box: Box, _ settings: ServeSettings, _ parts: EdgeParts, _ watch: ServiceWatch,
        _ door: Door
    ) -> EdgeServer {
        let port = door.port
        let book = RouteBook()
        let assets = parts.assets ?? webAssets()
        for feature in Features.all(box, health: health(box), assets: assets) { book.add(feature) }
        return EdgeServer(
            settings: edge(
                box, settings, assets, sockets: sockets(settings, watch.logger),
                httpsPort: { port.number }),
            routes: book, tls: door.tls, parts: parts,
            onRunning: { ports in
                port.put(ports.https)
                let host = settings.listen.host == "0.0.0.0" ? "localhost" : settings.listen.host
                let place = ports.https == 443 ? host : "\(host):\(ports.https)"
                let state = box.isClaimed ? "" : " (not set up)"
                Console.line("Tribal EHR is ready at https://\(place)\(state)")
                // Every user of the machine may read this, so it holds no code.
                watch.notice.ready("Ready at https://\(place)")
                if let setupCode = door.setupCode {
                    Console.line(SetupWords.invitation(place, code: setupCode))
                }
            })
    }

    /// The code for a box that belongs to nobody; without one the box still serves, and says why.
    private static func setupCode(_ box: Box, _ logger: Logger) async -> String? {
        guard !box.isClaimed else { return nil }
        do {
            return try await box.setup.issueCode(box.machine("command"))
        } catch let problem as Problem {
            Console.problem("tribal-ehr: \(problem.detail)")
        } catch {
            logger.error("setup-code", metadata: ["error": "\(type(of: error))"])
        }
        return nil
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

    /// Where the box listens, under which names, and what it shows without HTTPS.
    ///
    /// - Parameters:
    ///   - sockets: those that listen on these addresses already.
    ///   - httpsPort: the port of HTTPS once it is open.
    package static func edge(
        _ box: Box, _ settings: ServeSettings, _ assets: WebAssets,
        sockets: InheritedSockets = InheritedSockets([]),
        httpsPort: @escaping @Sendable () -> Int
    ) -> EdgeSettings {
        let pages = Features.trustPages(box, assets)
        var edge = EdgeSettings(
            listen: settings.listen, plainListen: settings.httpListen,
            hosts: HostRule(
                names: settings.hosts,
                isName: { box.certificates.isName($0) || box.acme.desk.expects($0) }),
            sockets: sockets)
        edge.isStrict = { box.certificates.isTrusted($0) }
        edge.plainPages = {
            box.challengeAnswer($0) ?? pages.plain($0, address: $1, httpsPort: httpsPort())
        }
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

/// What a server shows to those who come.
private struct Door {
    let tls: TLSIdentity
    let port: ServedPort
    let setupCode: String?
}

/// The port of HTTPS, which the system may have chosen.
private final class ServedPort: Sendable {
    private let value: Atomic<Int>
    private let isOpen = Atomic(false)

    init(_ number: Int) { value = Atomic(number) }

    /// The port once it answers; nil before.
    var opened: Int? { isOpen.load(ordering: .acquiring) ? number : nil }

    var number: Int { value.load(ordering: .relaxed) }

    func put(_ number: Int) {
        value.store(number, ordering: .relaxed)
        isOpen.store(true, ordering: .releasing)
    }
}
