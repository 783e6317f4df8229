import FHIRModel
import NIOCore
import NIOPosix
import NIOSSL

/// One connection to a box, with one request after the other on it.
final class BoxClient: Sendable {
    private let channel: any Channel
    private let collector: NIOLoopBound<Collector>
    /// The name by which the box is addressed.
    private let host: String

    init(port: Int, host: String = "clinic.local") async throws {
        self.host = host
        let context = try NIOSSLContext(configuration: TestCertificate.clientSettings)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let collector = try await loop.submit { NIOLoopBound(Collector(), eventLoop: loop) }.get()
        self.collector = collector
        channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLClientHandler(context: context, serverHostname: nil),
                        collector.value)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    /// Sends one request and waits for its answer.
    ///
    /// Only one at a time.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> BoxAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"]
        lines += headers.map { "\($0.key): \($0.value)" }.sorted()
        if method != "GET" || body != nil {
            lines.append("Content-Length: \(body?.utf8.count ?? 0)")
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        let promise = channel.eventLoop.makePromise(of: BoxAnswer.self)
        let collector = collector
        let channel = channel
        channel.eventLoop.execute {
            collector.value.begin(promise, hasBody: method != "HEAD")
            // A connection that the box has closed meanwhile takes nothing and answers nothing.
            channel.writeAndFlush(ByteBuffer(string: text)).whenFailure {
                collector.value.fail($0)
            }
        }
        return try await promise.futureResult.get()
    }

    func close() async {
        // Closed already is as good.
        try? await channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var bytes: [UInt8] = []
        private var waiting: EventLoopPromise<BoxAnswer>?
        private var hasBody = true

        func begin(_ promise: EventLoopPromise<BoxAnswer>, hasBody: Bool) {
            waiting = promise
            self.hasBody = hasBody
        }

        func fail(_ error: any Error) {
            waiting?.fail(error)
            waiting = nil
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            guard let answer = BoxAnswer(bytes, hasBody: hasBody) else { return }
            bytes = []
            waiting?.succeed(answer)
            waiting = nil
        }

        func channelInactive(context: ChannelHandlerContext) {
            waiting?.fail(ChannelError.eof)
            waiting = nil
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            waiting?.fail(error)
            waiting = nil
            context.close(promise: nil)
        }
    }
}

/// An answer of the box, taken apart.
struct BoxAnswer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// Nil while a part of it is missing.
    init?(_ bytes: [UInt8], hasBody: Bool) {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard bytes.count > 12, let split = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<split.lowerBound], as: UTF8.self)
            .split(separator: "\r\n")
        status = Int(lines[0].dropFirst(9).prefix(3)) ?? 0
        headers = lines.dropFirst().map { line in
            let halves = line.split(separator: ":", maxSplits: 1)
            return (
                halves[0].lowercased(),
                String((halves.count > 1 ? halves[1] : "").drop { $0 == " " })
            )
        }
        let rest = Array(bytes[split.upperBound...])
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard !hasBody || rest.count >= length else { return nil }
        body = rest
    }

    /// The value of a header.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON, if it is.
    var json: JSON? {
        // A body that is none is told by nil.
        try? JSON.parse(body, limits: .any)
    }

    /// The value that a cookie is set to.
    func cookie(_ name: String) -> String? {
        for header in headers where header.name == "set-cookie" {
            guard header.value.hasPrefix("\(name)=") else { continue }
            return header.value.dropFirst(name.count + 1).split(separator: ";").first
                .map(String.init)
        }
        return nil
    }
}
