import Kernel
import Logging
import NIOCore
import NIOPosix
import ServerKit
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Start and stop of the server")
struct ServerTests {
    private static func server(
        port: Int, host: String = "127.0.0.1", limits: EdgeLimits = EdgeLimits(),
        onPause: @escaping @Sendable () -> Void = {},
        _ onRunning: @escaping @Sendable (BoundPorts) async -> Void
    ) throws -> EdgeServer {
        let book = RouteBook()
        book.add(EchoFeature(onPause: onPause))
        return EdgeServer(
            settings: EdgeSettings(
                listen: ListenAddress(host: host, port: port), plainListen: nil,
                hosts: HostRule(names: []), limits: limits),
            routes: book, tls: try TestCertificate.shared.identity(),
            parts: EdgeParts(
                authenticator: EchoFeature.authenticator, limiter: RateLimiter(steadyMs: { 0 }),
                assets: nil, clock: .still, ids: .random, logger: LogLines().logger),
            onRunning: onRunning)
    }

    @Test func `a port that is taken is named`() async throws {
        let holder = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(holder.localAddress?.port)
        do {
            try await Self.server(port: port) { _ in }.run()
            Issue.record("The server started on a port that is taken.")
        } catch let problem as Problem {
            #expect(problem.code == .conflict)
            #expect(problem.detail.contains("127.0.0.1:\(port)"))
        }
        try await holder.close()
    }

    @Test func `requests under way are finished when the server stops, new ones are not taken`()
        async throws
    {
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let (pauses, begun) = AsyncStream<Void>.makeStream()
        let count = Mutex(0)
        let server = try Self.server(
            port: 0,
            onPause: {
                count.withLock { $0 += 1 }
                begun.yield()
            }, { found.yield($0) })
        let group = ServiceGroup(services: [server], logger: LogLines().logger)
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next()).https
        let ask = "GET /api/v1/pause HTTP/1.1\r\nHost: localhost\r\n\r\n"
        async let underWay = Exchange.run(port: port, pieces: [Array(ask.utf8)], tls: true)
        for await _ in pauses { break }
        let began = ContinuousClock.now
        await group.triggerGracefulShutdown()
        let answer = try await underWay
        #expect(answer.statuses == [200])
        #expect(answer.isClosed)
        try await running.value
        #expect(ContinuousClock.now - began < .seconds(60))
        // The system may have given the port to the server of another test by now.
        _ = try? await Exchange.run(port: port, pieces: [Array(ask.utf8)], tls: true)
        #expect(count.withLock { $0 } == 1)
    }

    @Test func `an address that is none is named`() async throws {
        do {
            try await Self.server(port: 0, host: "no.such.name.invalid") { _ in }.run()
            Issue.record("The server started on an address that is none.")
        } catch let problem as Problem {
            #expect(problem.code == .value)
            #expect(problem.detail.contains("no.such.name.invalid"))
        }
    }

    @Test func `a handler that does not end holds the stop up no longer than the limit`()
        async throws
    {
        var limits = EdgeLimits()
        limits.shutdownMsMax = 300
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let (begins, begun) = AsyncStream<Void>.makeStream()
        let server = try Self.server(
            port: 0, limits: limits, onPause: { begun.yield() }, { found.yield($0) })
        let group = ServiceGroup(services: [server], logger: LogLines().logger)
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next()).https
        let ask = "GET /api/v1/endless HTTP/1.1\r\nHost: localhost\r\n\r\n"
        async let answer = Exchange.run(port: port, pieces: [Array(ask.utf8)], tls: true)
        for await _ in begins { break }
        let began = ContinuousClock.now
        await group.triggerGracefulShutdown()
        _ = await running.result
        #expect(ContinuousClock.now - began < .seconds(60))
        #expect(try await answer.isClosed)
    }

    @Test func `connections with nothing under way do not hold the stop up`() async throws {
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let server = try Self.server(port: 0) { found.yield($0) }
        let group = ServiceGroup(services: [server], logger: LogLines().logger)
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next()).https
        let idle = try await SilentReader(port: port)
        let begun = try await SilentReader(port: port)
        try await begun.send("GET /api/v1/hello HTTP/1.1\r\nHos")
        let dumb = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        let began = ContinuousClock.now
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(ContinuousClock.now - began < .seconds(60))
        await idle.close()
        await begun.close()
        // Closed by the server already, most likely.
        try? await dumb.close()
    }
}
