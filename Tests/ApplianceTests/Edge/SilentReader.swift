import NIOCore
import NIOPosix
import NIOSSL

/// A client that does its handshake and then takes nothing of what it is sent.
struct SilentReader: Sendable {
    private let channel: any Channel

    init(port: Int) async throws {
        let context = try NIOSSLContext(configuration: TestCertificate.clientSettings)
        let ready = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        channel = try await ClientBootstrap(group: ready.futureResult.eventLoop)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    try channel.pipeline.syncOperations.addHandler(Handshaken(ready))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await ready.futureResult.get()
        try await channel.setOption(.autoRead, value: false).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
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

        init(_ ready: EventLoopPromise<Void>) { self.ready = ready }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if "\(event)".hasPrefix("handshakeCompleted") { ready.succeed() }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) {
            ready.fail(ChannelError.eof)
        }
    }
}
