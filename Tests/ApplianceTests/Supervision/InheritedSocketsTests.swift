import Glibc
import Kernel
import ServerKit
import ServiceLifecycle
import TestKit
import Testing

@Suite("Sockets that systemd opened")
struct InheritedSocketsTests {
    private static func environment(_ socket: ListeningSocket) -> [String: String] {
        ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "https"]
    }

    @Test func `a socket that is announced is taken, and kept from programs that are started`()
        throws
    {
        let socket = try ListeningSocket()
        defer { close(socket.descriptor) }
        let taken = InheritedSockets(
            environment: Self.environment(socket), first: socket.descriptor)
        let asked = ListenAddress(host: "127.0.0.1", port: socket.port)
        #expect(taken.serving(asked)?.descriptor == socket.descriptor)
        #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `nothing is taken that is meant for another process, or that is no number`() throws {
        let socket = try ListeningSocket()
        defer { close(socket.descriptor) }
        for (name, value) in [
            ("LISTEN_PID", "1"), ("LISTEN_PID", "x"), ("LISTEN_FDS", "0"), ("LISTEN_FDS", "-1"),
            ("LISTEN_FDS", "2000000000"), ("LISTEN_FDS", ""),
        ] {
            var environment = Self.environment(socket)
            environment[name] = value
            #expect(
                InheritedSockets(environment: environment, first: socket.descriptor).all.isEmpty)
        }
        #expect(InheritedSockets(environment: [:], first: socket.descriptor).all.isEmpty)
    }

    @Test func `a descriptor that does not listen is left alone`() throws {
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        let environment = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"]
        #expect(InheritedSockets(environment: environment, first: file).all.isEmpty)
        #expect(fcntl(file, F_GETFD) >= 0)
    }

    @Test func `a socket serves its own port, and every address only where that is asked for`() {
        let every = InheritedSockets([.init(descriptor: 90, host: "::", port: 443)])
        #expect(every.serving(ListenAddress(host: "0.0.0.0", port: 443)) != nil)
        #expect(every.serving(ListenAddress(host: "::", port: 443)) != nil)
        #expect(every.serving(ListenAddress(host: "192.168.1.5", port: 443)) == nil)
        #expect(every.serving(ListenAddress(host: "0.0.0.0", port: 8443)) == nil)
        let one = InheritedSockets([.init(descriptor: 90, host: "127.0.0.1", port: 443)])
        #expect(one.serving(ListenAddress(host: "localhost", port: 443)) != nil)
        #expect(one.serving(ListenAddress(host: "0.0.0.0", port: 443)) == nil)
    }

    @Test func `a socket that serves no address is closed and told of`() throws {
        let socket = try ListeningSocket()
        let sockets = InheritedSockets(
            environment: Self.environment(socket), first: socket.descriptor)
        let idle = sockets.close(except: [ListenAddress(host: "127.0.0.1", port: 1)])
        #expect(idle.map(\.port) == [socket.port])
        #expect(fcntl(socket.descriptor, F_GETFD) < 0)
    }

    @Test func `a request that comes between two servers waits for the second`() async throws {
        let socket = try ListeningSocket()
        defer { close(socket.descriptor) }
        let ask = Array(
            "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        @Sendable func answered(_ port: Int) async throws -> Exchange {
            try await Exchange.run(port: port, pieces: [ask], tls: true)
        }
        let first = try await Serving.start(socket.handedOver, port: socket.port)
        #expect(try await answered(socket.port).statuses == [200])
        try await first.stop()
        #expect(socket.takesConnections)
        async let waiting = answered(socket.port)
        let second = try await Serving.start(socket.handedOver, port: socket.port)
        let answer = try await waiting
        #expect(answer.statuses == [200])
        #expect(answer.text.contains("\r\nDate: "))
        try await second.stop()
    }
}

/// A server on a socket that was handed over.
private struct Serving {
    let group: ServiceGroup
    let running: Task<Void, any Error>

    static func start(_ sockets: InheritedSockets, port: Int) async throws -> Serving {
        let book = RouteBook()
        book.add(EchoFeature())
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let server = EdgeServer(
            settings: EdgeSettings(
                listen: ListenAddress(host: "127.0.0.1", port: port), plainListen: nil,
                hosts: HostRule(names: []), sockets: sockets),
            routes: book, tls: try TestCertificate.shared.identity(),
            parts: EdgeParts(
                authenticator: EchoFeature.authenticator, limiter: RateLimiter(steadyMs: { 0 }),
                assets: nil, clock: .still, ids: .random, logger: LogLines().logger),
            onRunning: { found.yield($0) })
        let group = ServiceGroup(services: [server], logger: LogLines().logger)
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        #expect(await iterator.next()?.https == port)
        return Serving(group: group, running: running)
    }

    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }
}
