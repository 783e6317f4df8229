import AccessControl
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServerKit
import Synchronization
import TestKit

/// A server of its own for one test: a free port, a few routes, limits as the test wants them.
struct EdgeBox: Sendable {
    let port: Int
    let plainPort: Int
    let log: LogLines

    /// Runs `body` against a fresh server and stops the server afterwards.
    static func with(
        limits: EdgeLimits = EdgeLimits(), limiter: RateLimiter? = nil, assets: WebAssets? = nil,
        health: Health? = nil, tls: TLSIdentity? = nil,
        _ body: @escaping @Sendable (EdgeBox) async throws -> Void
    ) async throws {
        let log = LogLines()
        let book = RouteBook()
        book.add(EchoFeature())
        if let health { book.add(HealthFeature(health: health)) }
        if let assets { book.add(WebFeature(assets: assets)) }
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let server = EdgeServer(
            settings: EdgeSettings(
                listen: ListenAddress(host: "127.0.0.1", port: 0),
                plainListen: ListenAddress(host: "127.0.0.1", port: 0),
                hosts: HostRule(names: ["clinic.local"]), limits: limits),
            routes: book, tls: try tls ?? TestCertificate.shared.identity(),
            parts: EdgeParts(
                authenticator: EchoFeature.authenticator,
                limiter: limiter ?? RateLimiter(steadyMs: { 0 }).unlimited,
                assets: assets, clock: .still, ids: .random, logger: log.logger),
            onRunning: { found.yield($0) })
        try await server.running(ports) { bound in
            try await body(EdgeBox(port: bound.https, plainPort: bound.plain ?? 0, log: log))
        }
    }

    /// Sends bytes over TLS and returns all that comes back until the server closes.
    func exchange(_ pieces: String..., waitMs: Int = 60_000) async throws -> Exchange {
        try await Exchange.run(
            port: port, pieces: pieces.map { Array($0.utf8) }, tls: true, waitMs: waitMs)
    }
}

extension RateLimiter {
    /// A limiter that never refuses, for tests about something else.
    var unlimited: RateLimiter {
        var table = RateTable.standard
        for rateClass in RateClass.allCases {
            table[rateClass] = Rate(burst: 1_000_000, refillMs: 1_000_000)
        }
        return RateLimiter(table: table, steadyMs: { 0 })
    }
}

extension Clock {
    /// A clock that stands still.
    static let still = FixedClock().clock
}

extension IDs {
    /// Identifiers that are good enough for tests.
    static var random: IDs {
        IDs { IDs.uuid7(ms: 1_700_000_000_000, random: (0..<10).map { _ in .random(in: 0...255) }) }
    }
}

/// What came back on one connection.
struct Exchange: Sendable {
    let text: String
    /// Whether the server ended the connection in time.
    let isClosed: Bool

    /// The status codes of all answers, in order.
    var statuses: [Int] {
        text.ranges(of: "HTTP/1.1 ").compactMap { Int(text[$0.upperBound...].prefix(3)) }
    }

    static func run(
        port: Int, pieces: [[UInt8]], tls: Bool, waitMs: Int = 60_000, pauseMs: Int = 40
    ) async throws -> Exchange {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: [UInt8].self)
        let context = try NIOSSLContext(configuration: TestCertificate.clientSettings)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(done))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let timedOut = Mutex(false)
        let timer = loop.scheduleTask(in: .milliseconds(Int64(waitMs))) {
            timedOut.withLock { $0 = true }
            channel.close(promise: nil)
        }
        for (index, piece) in pieces.enumerated() {
            let time = TimeAmount.milliseconds(Int64(index * pauseMs))
            loop.scheduleTask(in: time) {
                channel.writeAndFlush(ByteBuffer(bytes: piece), promise: nil)
            }
        }
        let bytes = try await done.futureResult.get()
        timer.cancel()
        return Exchange(
            text: String(decoding: bytes, as: UTF8.self), isClosed: !timedOut.withLock { $0 })
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var bytes: [UInt8] = []
        private let done: EventLoopPromise<[UInt8]>

        init(_ done: EventLoopPromise<[UInt8]>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
        }

        func channelInactive(context: ChannelHandlerContext) { done.succeed(bytes) }

        func handlerRemoved(context: ChannelHandlerContext) { done.succeed(bytes) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

/// Lines of the log, to be looked at by a test.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .info
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let keys = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            let text = keys.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(text)") }
        }
    }
}
