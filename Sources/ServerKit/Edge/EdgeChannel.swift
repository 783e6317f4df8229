import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import NIOTLS

/// Sets up a connection: counts it, does TLS, then HTTP/2 or guarded HTTP/1.1.
struct EdgeChannel: ServerChildChannel {
    typealias HTTP1 = HTTP1Channel.Value
    typealias HTTP2 = HTTP2Channel.Value
    typealias Negotiated = NIONegotiatedHTTPVersion<HTTP1, HTTP2>

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    private let limits: EdgeLimits
    private let tls: TLSIdentity?
    private let refusals: RefusalWriter
    private let count: ConnectionCount
    private let http1: HTTP1Channel
    private let http2: HTTP2Channel

    /// - Parameter tls: what to show; nil for a listener without TLS, which speaks HTTP/1.1 only.
    init(
        _ limits: EdgeLimits, tls: TLSIdentity?, refusals: RefusalWriter, count: ConnectionCount,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.limits = limits
        self.tls = tls
        self.refusals = refusals
        self.count = count
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headBytesMax, maxHeaderListSize: limits.headBytesMax,
            maxHeaderFieldCount: limits.headerCountMax + 1)
        http1 = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [
                    ConversationGuard(limits, refusals: refusals, isStream: false)
                ], httpDecoderConfiguration: decoder))
        http2 = HTTP2Channel(
            responder: responder,
            configuration: .init(
                idleTimeout: .milliseconds(limits.idleMsMax),
                gracefulCloseTimeout: .milliseconds(limits.shutdownMsMax / 2),
                streamConfiguration: .init(
                    additionalChannelHandlers: [
                        ConversationGuard(limits, refusals: refusals, isStream: true)
                    ])))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = PeerAddress.text(of: channel)
        guard count.enter(address) else {
            logger.notice("refused", metadata: ["reason": "too many connections"])
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        let count = count
        channel.closeFuture.whenComplete { _ in count.leave(address) }
        let shown = tls?.shown
        do {
            try channel.pipeline.syncOperations.addHandler(
                SocketMeter(identityNumber: shown?.number ?? 0))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        guard let shown else {
            return setupHTTP1(channel, logger).map { http1 in
                let negotiated = channel.eventLoop.makeSucceededFuture(Negotiated.http1_1(http1))
                return Value(negotiated: negotiated, channel: channel)
            }
        }
        return setupTLS(channel, shown.context, logger)
    }

    private func setupTLS(
        _ channel: any Channel, _ context: NIOSSLContext, _ logger: Logger
    ) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: context))
            try channel.pipeline.syncOperations.addHandler(HandshakeGuard(limits))
        }
        .flatMap {
            channel.configureHTTP2AsyncSecureUpgrade { channel in
                setupHTTP1(channel, logger)
            } http2ConnectionInitializer: { channel in
                http2.setup(channel: channel, logger: logger)
            }
        }
        .map { Value(negotiated: $0, channel: channel) }
    }

    private func setupHTTP1(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1> {
        http1.setup(channel: channel, logger: logger).flatMapThrowing { http1 in
            let pipeline = channel.pipeline.syncOperations
            let conversation = try pipeline.handler(type: ConversationGuard.self)
            let first = try pipeline.context(handlerType: HTTPResponseEncoder.self)
            try pipeline.addHandler(
                WireGuard(limits, conversation: conversation), position: .before(first.handler))
            return http1
        }
    }

    func handle(value: Value, logger: Logger) async {
        let executor = LoopExecutor(value.channel.eventLoop)
        do {
            let negotiated = try await value.negotiated.get()
            await withTaskExecutorPreference(executor) {
                switch negotiated {
                case .http1_1(let channel): await http1.handle(value: channel, logger: logger)
                case .http2(let channel): await http2.handle(value: channel, logger: logger)
                }
            }
        } catch {
            logger.debug("handshake failed", metadata: ["type": "\(type(of: error))"])
            value.channel.close(promise: nil)
        }
    }
}

/// Closes a connection whose TLS handshake does not end in time, or that the box stops during it.
final class HandshakeGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let limits: EdgeLimits
    private var deadline: Scheduled<Void>?

    init(_ limits: EdgeLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let time = TimeAmount.milliseconds(Int64(limits.handshakeMsMax))
        deadline = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            context.fireUserInboundEventTriggered(event)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            return
        }
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
