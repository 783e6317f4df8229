import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request to a box on this machine.
enum HealthProbe {
    /// What came back.
    struct Answer: Sendable {
        let status: Int
        /// The beginning of the body, one line.
        let text: String

        var isReady: Bool { status == 200 }
    }

    /// Asks `GET /ready`.
    ///
    /// The certificate is not checked, which is why only loopback addresses are asked.
    ///
    /// - Throws: ``Problem`` if nobody answers in time.
    static func ask(_ address: HealthAddress, secondsMax: Int) async throws -> Answer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Answer, any Error>
        do {
            result = .success(try await exchange(address, group, secondsMax))
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        switch result {
        case .success(let answer): return answer
        case .failure(let problem as Problem): throw problem
        case .failure:
            throw Problem(
                .transient,
                "Nobody answers on \(address.host):\(address.port). Is the box started? See: "
                    + "systemctl status tribal-ehr")
        }
    }

    private static func exchange(
        _ address: HealthAddress, _ group: MultiThreadedEventLoopGroup, _ secondsMax: Int
    ) async throws -> Answer {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        let loop = group.next()
        let answer = loop.makePromise(of: Answer.self)
        let limit = TimeAmount.seconds(Int64(secondsMax))
        let deadline = loop.scheduleTask(in: limit) {
            answer.fail(
                Problem(.timeout, "The box did not answer within \(secondsMax) s. See its log."))
        }
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        try NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        ReadyHandler(host: "\(address.host):\(address.port)", answer: answer))
                }
            }
            .connect(host: address.host, port: address.port)
            .cascadeFailure(to: answer)
        defer { deadline.cancel() }
        return try await answer.futureResult.get()
    }
}

/// Sends the request when the connection stands and keeps the beginning of the answer.
private final class ReadyHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let textBytesMax = 200

    private let host: String
    private let answer: EventLoopPromise<HealthProbe.Answer>
    private var status = 0
    private var body: [UInt8] = []

    init(host: String, answer: EventLoopPromise<HealthProbe.Answer>) {
        self.host = host
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/ready",
            headers: ["Host": host, "Connection": "close", "Accept": "text/plain"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let part):
            body += part.readableBytesView.prefix(Self.textBytesMax - body.count)
        case .end:
            let text = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline)
            answer.succeed(.init(status: status, text: text.joined(separator: " ")))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ChannelError.eof)
    }
}
