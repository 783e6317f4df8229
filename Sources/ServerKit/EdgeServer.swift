package import AccessControl
import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Kernel
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An address to listen on.
package struct ListenAddress: Hashable, Sendable {
    /// A host name or address; `0.0.0.0` for every address of the box.
    package let host: String
    /// 0 lets the system choose.
    package let port: Int

    /// Makes an address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// Where the server listens and what it lets through.
package struct EdgeSettings: Sendable {
    package var listen: ListenAddress
    /// Where plain HTTP is answered, with nothing but the way to HTTPS; nil to leave it out.
    package var plainListen: ListenAddress?
    package var hosts: HostRule
    package var limits: EdgeLimits
    /// Sockets that listen on these addresses already.
    package var sockets: InheritedSockets
    /// What plain HTTP answers beside the way to HTTPS; nil for a path that it does not.
    ///
    /// Asked for GET and HEAD only, with the address of the box that the request came to, and must
    /// answer from memory.
    package var plainPages: @Sendable (Request, String?) -> Response? = { _, _ in nil }
    /// Whether browsers may be told to use nothing but HTTPS for a name of the box; must answer from
    /// memory.
    package var isStrict: @Sendable (String) -> Bool = { _ in false }

    /// Makes settings.
    package init(
        listen: ListenAddress, plainListen: ListenAddress?, hosts: HostRule,
        limits: EdgeLimits = EdgeLimits(), sockets: InheritedSockets = InheritedSockets([])
    ) {
        self.listen = listen
        self.plainListen = plainListen
        self.hosts = hosts
        self.limits = limits
        self.sockets = sockets
    }
}

/// What the server works with.
package struct EdgeParts: Sendable {
    package let authenticator: Authenticator
    package let limiter: RateLimiter
    /// The page that a person gets at an address that no route answers.
    package let assets: WebAssets?
    package let clock: Clock
    package let ids: IDs
    package let logger: Logger
    /// Why the box is closed to a caller at present; nil where it is open to them.
    package let closed: @Sendable (Caller?) -> Problem?
    /// Why nobody may change anything at present, on no route; nil where changes are taken.
    package var halted: @Sendable () -> Problem? = { nil }

    /// Gathers the parts.
    package init(
        authenticator: Authenticator, limiter: RateLimiter, assets: WebAssets?, clock: Clock,
        ids: IDs, logger: Logger,
        closed: @escaping @Sendable (Caller?) -> Problem? = { _ in nil }
    ) {
        self.authenticator = authenticator
        self.limiter = limiter
        self.assets = assets
        self.clock = clock
        self.ids = ids
        self.logger = logger
        self.closed = closed
    }
}

/// The ports that the server listens on.
package struct BoundPorts: Hashable, Sendable {
    package let https: Int
    /// nil where plain HTTP is left out.
    package let plain: Int?
}

/// The HTTPS server with its plain HTTP signpost.
package struct EdgeServer: Service {
    private let settings: EdgeSettings
    private let tls: TLSIdentity
    private let parts: EdgeParts
    private let entries: [RouteBook.Entry]
    private let onRunning: @Sendable (BoundPorts) async -> Void

    /// Makes a server for the routes that the book holds by now.
    ///
    /// - Parameter onRunning: called once when every listener is open.
    package init(
        settings: EdgeSettings, routes: RouteBook, tls: TLSIdentity, parts: EdgeParts,
        onRunning: @escaping @Sendable (BoundPorts) async -> Void
    ) {
        self.settings = settings
        self.tls = tls
        self.parts = parts
        self.onRunning = onRunning
        entries = routes.entries
    }

    /// Serves until the service group stops it; requests under way may finish within the limit.
    ///
    /// - Throws: ``Problem`` `.conflict` that names an address that another program holds, and
    ///   `.forbidden` one that this user may not listen on.
    package func run() async throws {
        let deadlines = Deadlines()
        let sweep = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .milliseconds(250), delay: .milliseconds(250)
        ) { _ in deadlines.sweep() }
        defer { sweep.cancel() }
        let count = ConnectionCount(settings.limits)
        let bound = PortsBound(expected: settings.plainListen == nil ? 1 : 2, then: onRunning)
        var services: [any Service] = [
            Listener(
                address: settings.listen,
                service: application(
                    responder(deadlines), settings.listen, tls, count, { await bound.https($0) }))
        ]
        if let plain = settings.plainListen {
            let responder = EdgeResponder(
                inner: PlainResponder(
                    httpsPort: { bound.httpsPort ?? 0 }, pages: settings.plainPages),
                hosts: settings.hosts, ids: parts.ids, problems: problems, logger: parts.logger)
            let service = application(responder, plain, nil, count) { await bound.plain($0) }
            services.append(Listener(address: plain, service: service))
        }
        try await serve(services)
    }

    private func serve(_ services: [any Service]) async throws {
        var quiet = parts.logger
        quiet.logLevel = .error
        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            logger: quiet)
        configuration.maximumGracefulShutdownDuration = .milliseconds(settings.limits.shutdownMsMax)
        try await ServiceGroup(configuration: configuration).run()
    }

    private var problems: ProblemResponder { ProblemResponder(logger: parts.logger) }

    private func responder(
        _ deadlines: Deadlines
    ) -> EdgeResponder<RouterResponder<OpenContext>> {
        let router = Router(context: OpenContext.self, options: [.autoGenerateHeadEndpoints])
        let bodies = BodyRoom()
        for entry in entries {
            router.on(
                RouterPath(entry.route.template), method: entry.route.method,
                responder: RouteResponder(
                    entry: entry, authenticator: parts.authenticator, limiter: parts.limiter,
                    deadlines: deadlines, problems: problems, closed: parts.closed,
                    halted: parts.halted, bodies: bodies))
        }
        // The router wraps a middleware around the routes that are added after it, and around the
        // answer to what no route takes; added last, it only sees the latter.
        router.add(
            middleware: UnroutedResponder(
                paths: PathTable(entries.map(\.route)), assets: parts.assets,
                limiter: parts.limiter, authenticator: parts.authenticator,
                closed: parts.closed))
        return EdgeResponder(
            inner: router.buildResponder(), hosts: settings.hosts, isStrict: settings.isStrict,
            ids: parts.ids, problems: problems, logger: parts.logger)
    }

    private func application<Responder: HTTPResponder>(
        _ responder: Responder, _ address: ListenAddress, _ tls: TLSIdentity?,
        _ count: ConnectionCount, _ onBound: @escaping @Sendable (Int) async -> Void
    ) -> some Service where Responder.Context == OpenContext {
        var quiet = parts.logger
        quiet.logLevel = .error
        let conversation = EdgeConversation(
            responder: responder, date: AnswerDate(parts.clock), logger: quiet)
        return EdgeListener(
            address: address, inherited: settings.sockets.serving(address)?.descriptor,
            channel: EdgeChannel(
                settings.limits, tls: tls,
                refusals: RefusalWriter(ids: parts.ids, logger: parts.logger), count: count,
                responder: conversation.answer),
            logger: quiet, onBound: onBound)
    }
}

/// Collects the ports of the listeners and tells when all are open.
private final class PortsBound: Sendable {
    private let ports = Mutex<(https: Int?, plain: Int?)>((nil, nil))
    private let expected: Int
    private let then: @Sendable (BoundPorts) async -> Void

    init(expected: Int, then: @escaping @Sendable (BoundPorts) async -> Void) {
        self.expected = expected
        self.then = then
    }

    var httpsPort: Int? { ports.withLock { $0.https } }

    func https(_ port: Int) async {
        ports.withLock { $0.https = port }
        await tell()
    }

    func plain(_ port: Int) async {
        ports.withLock { $0.plain = port }
        await tell()
    }

    private func tell() async {
        let (https, plain) = ports.withLock { $0 }
        guard let https, expected == 1 || plain != nil else { return }
        await then(BoundPorts(https: https, plain: plain))
    }
}

/// Runs one listener and says in plain words why it cannot listen.
private struct Listener<Listening: Service>: Service {
    let address: ListenAddress
    let service: Listening

    func run() async throws {
        do {
            try await service.run()
        } catch let error as IOError {
            throw told(error)
        } catch is SocketAddressError {
            throw unknownAddress
        } catch is SocketAddressError.UnknownHost {
            throw unknownAddress
        }
    }

    private var unknownAddress: Problem {
        Problem(
            .value,
            "“\(address.host)” is no address of this box. Check the address to listen on.",
            location: address.host)
    }

    private func told(_ error: IOError) -> Problem {
        let place = "\(address.host):\(address.port)"
        switch error.errnoCode {
        case EADDRINUSE:
            return Problem(
                .conflict,
                "Another program listens on \(place). Stop it, or choose another port.",
                location: place)
        case EACCES, EPERM:
            return Problem(
                .forbidden,
                "This user may not listen on \(place). Use a port from 1024 on, or let systemd open "
                    + "it: systemctl status 'tribal-ehr*.socket' says why it has not.",
                location: place)
        default:
            return Problem(
                .transient,
                "The box cannot listen on \(place): system error \(error.errnoCode). "
                    + "Check the address.", location: place)
        }
    }
}
