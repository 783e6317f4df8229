import NIOCore
import NIOPosix
import NIOSSL

/// A client that does its handshake and then takes nothing of what it is sent until it is told to.
struct SilentReader: Sendable {
    private let channel: any Channel
    private let total: EventLoopFuture<Int>

    init(port: Int) async throws {
        let context = try NIOSSLContext(configuration: TestCertificate.clientSettings)
        let ready = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let total = ready.futureResult.eventLoop.makePromise(of: Int.self)
        self.total = total.futureResult
        channel = try await ClientBootstrap(group: ready.futureResult.eventLoop)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    try channel.pipeline.syncOperations.addHandler(Handshaken(ready, total))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await ready.futureResult.get()
        try await channel.setOption(.autoRead, value: false).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Takes everything until the server ends the connection, and counts it.
    func takeAll() async throws -> Int {
        try await channel.setOption(.autoRead, value: true).get()
        return try await total.get()
    }

    /// Whether writing on fails, which it does once the server has closed.
    func isClosedByServer(withinMs: Int) async -> Bool {
        for _ in 0..<(withinMs / 20) {
            do {
                try await channel.writeAndFlush(ByteBuffer(string: "x"))
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                return true
            }
        }
        return false
    }

    func close() async {
        // Closed already is as good.
        try? await channel.close()
    }

    private final class Handshaken: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let ready: EventLoopPromise<Void>
        private let total: EventLoopPromise<Int>
        private var bytes = 0

        init(_ ready: EventLoopPromise<Void>, _ total: EventLoopPromise<Int>) {
            self.ready = ready
            self.total = total
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytes
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            ready.fail(ChannelError.eof)
            total.succeed(bytes)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if "\(event)".hasPrefix("handshakeCompleted") { ready.succeed() }
            context.fireUserInboundEventTriggered(event)
        }
    }
}
