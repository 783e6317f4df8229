import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A program that opens a web socket as RFC 6455 says, over TLS.
final class SocketClient: Sendable {
    fileprivate struct State {
        var bytes: [UInt8] = []
        var head: String?
        var texts: [String] = []
        var closeCode: Int?
        var pongs = 0
        var isEnded = false
        var next = 0
        var waiting:
            [Int: (isSo: @Sendable (Seen) -> Bool, then: CheckedContinuation<Void, Never>)] =
                [:]
    }

    /// What came so far.
    struct Seen: Sendable {
        let head: String
        let texts: [String]
        let closeCode: Int?
        let pongs: Int
        let isEnded: Bool
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    /// Opens a connection and asks for a web socket.
    ///
    /// - Parameter fields: further header fields, or others in place of the usual ones.
    init(port: Int, _ fields: [String: String] = [:], path: String = "/api/v1/socket") async throws
    {
        let context = try NIOSSLContext(configuration: TestCertificate.clientSettings)
        let made = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLClientHandler(context: context, serverHostname: nil), Handler(self))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        channel.withLock { $0 = made }
        let all = [
            "Host": "clinic.local", "Upgrade": "websocket", "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
        ].merging(fields) { $1 }
        let lines = all.filter { !$0.value.isEmpty }.map { "\($0.key): \($0.value)\r\n" }.sorted()
        try await made.writeAndFlush(
            ByteBuffer(string: "GET \(path) HTTP/1.1\r\n\(lines.joined())\r\n"))
        _ = await wait { !$0.head.isEmpty || $0.isEnded }
    }

    var seen: Seen { state.withLock { $0.seen } }

    func say(_ text: String) async throws { try await send(ClientFrames.text(text)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.withLock { $0 }?.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Goes away without a word.
    func close() { channel.withLock { $0 }?.close(promise: nil) }

    /// Waits until something is so, a minute at most.
    func wait(_ isSo: @escaping @Sendable (Seen) -> Bool) async -> Seen {
        await withCheckedContinuation { continuation in
            let number = state.withLock { state -> Int? in
                if isSo(state.seen) { return nil }
                state.next += 1
                state.waiting[state.next] = (isSo, continuation)
                return state.next
            }
            guard let number else { return continuation.resume() }
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .seconds(60)) {
                self.state.withLock { $0.waiting.removeValue(forKey: number) }?.then.resume()
            }
        }
        return seen
    }

    private func take(_ bytes: [UInt8], isEnded: Bool) {
        let due = state.withLock { state in
            state.bytes += bytes
            state.isEnded = state.isEnded || isEnded
            state.read()
            let seen = state.seen
            let due = state.waiting.filter { $0.value.isSo(seen) }
            for number in due.keys { state.waiting[number] = nil }
            return due.values.map(\.then)
        }
        for one in due { one.resume() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let client: SocketClient

        init(_ client: SocketClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            client.take(Array(unwrapInboundIn(data).readableBytesView), isEnded: false)
        }

        func channelInactive(context: ChannelHandlerContext) { client.take([], isEnded: true) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

extension SocketClient.State {
    fileprivate var seen: SocketClient.Seen {
        SocketClient.Seen(
            head: head ?? "", texts: texts, closeCode: closeCode, pongs: pongs, isEnded: isEnded)
    }

    /// Reads what is whole; a server does not mask.
    fileprivate mutating func read() {
        if head == nil {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            head = String(decoding: bytes[..<end.upperBound], as: UTF8.self)
            bytes.removeFirst(end.upperBound)
        }
        while bytes.count >= 2 {
            var (count, start) = (Int(bytes[1]), 2)
            if count >= 126 {
                start = count == 126 ? 4 : 10
                guard bytes.count >= start else { return }
                count = bytes[2..<start].reduce(0) { $0 << 8 | Int($1) }
            }
            guard bytes.count >= start + count else { return }
            let payload = Array(bytes[start..<(start + count)])
            switch bytes[0] & 0x0F {
            case 1: texts.append(String(decoding: payload, as: UTF8.self))
            case 8: closeCode = payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1])
            case 10: pongs += 1
            default: break
            }
            bytes.removeFirst(start + count)
        }
    }
}
