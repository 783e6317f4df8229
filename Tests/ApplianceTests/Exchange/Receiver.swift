import Exchange
import FHIRModel
import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Sealing
import Synchronization
import TestKit

/// A program that notifications are sent to, over real TLS, which answers what it is told to.
final class Receiver: Sendable {
    /// One request as it came in.
    struct Delivery: Sendable {
        let method: String
        let path: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        subscript(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name }?.value
        }

        /// The number of the event; 0 for a request without one.
        var event: Int { self["tribal-ehr-event"].flatMap { Int($0) } ?? -1 }

        /// Whether the signature is that of a secret.
        func isSigned(with secret: [UInt8]) -> Bool {
            let parts = (self["tribal-ehr-signature"] ?? "").split(separator: ",")
            guard parts.count == 2, parts[0].hasPrefix("t="), parts[1].hasPrefix("v1=") else {
                return false
            }
            let head = "\(parts[0].dropFirst(2)).\(self["tribal-ehr-subscription"] ?? "").\(event)."
            let mac = HMACSHA256.mac(
                Array(head.utf8) + body, key: SecretBytes(copying: secret))
            return Hex.text(mac) == parts[1].dropFirst(3)
        }
    }

    private struct State {
        var deliveries: [Delivery] = []
        var connections = 0
        var next = 0
        var waiting: [Int: (count: Int, then: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Delivery) -> (Int, [(String, String)])
    private let channel = Mutex<(any Channel)?>(nil)
    let certificateFile: String
    private let folder: TemporaryFolder

    private init(
        _ folder: TemporaryFolder,
        _ answer: @escaping @Sendable (Delivery) -> (Int, [(String, String)])
    ) {
        self.folder = folder
        self.answer = answer
        certificateFile = folder.path + "/receiver.pem"
    }

    /// Runs a receiver while `body` runs.
    ///
    /// - Parameter answer: status and header fields for a request.
    static func with(
        _ answer: @escaping @Sendable (Delivery) -> (Int, [(String, String)]) = { _ in (200, []) },
        _ body: (Receiver) async throws -> Void
    ) async throws {
        let receiver = Receiver(try TemporaryFolder(), answer)
        let certificate = TestCertificate.shared
        TemporaryFolder.write(certificate.certificatePEM, to: receiver.certificateFile)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate.certificatePEM)
                    .map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(bytes: certificate.privateKeyPEM, format: .pem))))
        let made = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                receiver.state.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.channel.withLock { $0 = made }
        do {
            try await body(receiver)
        } catch {
            try? await made.close()
            throw error
        }
        // Closed already is as good.
        try? await made.close()
    }

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
    var address: String { "https://localhost:\(port)/hook" }
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }
    var connections: Int { state.withLock { $0.connections } }

    /// What the box has to allow so that it may send here.
    var rules: OutgoingRules {
        OutgoingRules(
            targets: OutgoingTarget.list("localhost:\(port)+private") ?? [],
            authorityFile: certificateFile)
    }

    /// Waits until so many requests came in, a minute at most: a test that gets fewer goes on and
    /// says what is missing.
    func wait(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let number = state.withLock { state -> Int? in
                if state.deliveries.count >= count { return nil }
                state.next += 1
                state.waiting[state.next] = (count, continuation)
                return state.next
            }
            guard let number else { return continuation.resume() }
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .seconds(60)) {
                self.state.withLock { $0.waiting.removeValue(forKey: number) }?.then.resume()
            }
        }
    }

    private func take(_ delivery: Delivery) -> (Int, [(String, String)]) {
        let due = state.withLock { state in
            state.deliveries.append(delivery)
            let count = state.deliveries.count
            let due = state.waiting.filter { $0.value.count <= count }
            for number in due.keys { state.waiting[number] = nil }
            return due.values.map(\.then)
        }
        for one in due { one.resume() }
        return answer(delivery)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let receiver: Receiver
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ receiver: Receiver) { self.receiver = receiver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let part): body += part.readableBytesView
            case .end:
                guard let head else { return }
                let (status, headers) = receiver.take(
                    Delivery(
                        method: head.method.rawValue, path: head.uri,
                        headers: head.headers.map { ($0.name, $0.value) }, body: body))
                var fields = HTTPHeaders(headers)
                fields.add(name: "Content-Length", value: "0")
                let answer = HTTPResponseHead(
                    version: .http1_1, status: .init(statusCode: status), headers: fields)
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
