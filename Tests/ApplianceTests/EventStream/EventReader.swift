import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A page that follows changes, as a browser does.
final class EventReader: Sendable {
    private struct State {
        var text = ""
        var isEnded = false
        var waiting:
            [(isThere: @Sendable (String, Bool) -> Bool, CheckedContinuation<Void, Never>)] =
                []
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    init(_ visitor: Visitor, port: Int, after: String? = nil) async throws {
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
        var lines = ["GET /api/v1/events HTTP/1.1", "Host: clinic.local"]
        lines += visitor.headers.map { "\($0.key): \($0.value)" }.sorted()
        if let after { lines.append("Last-Event-ID: \(after)") }
        try await made.writeAndFlush(
            ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n"))
    }

    /// Everything that came so far.
    var text: String { state.withLock { $0.text } }

    /// The data of the events of a kind.
    func data(_ kind: String) -> [String] {
        text.split(separator: "\n\n").compactMap { piece in
            let lines = piece.split(whereSeparator: \.isNewline)
            guard lines.contains("event: \(kind)") else { return nil }
            return lines.first { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
    }

    /// Waits for so many events of a kind, or the end of the stream.
    func wait(_ kind: String, _ count: Int) async {
        await wait { text, isEnded in
            isEnded || text.split(separator: "event: \(kind)\n").count > count
        }
    }

    /// Waits until the box ends the answer.
    func waitForEnd() async {
        await wait { text, isEnded in isEnded || text.hasSuffix("0\r\n\r\n") }
    }

    private func wait(_ isThere: @escaping @Sendable (String, Bool) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if isThere(state.text, state.isEnded) { return true }
                state.waiting.append((isThere, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Goes away as a browser does, without waiting for the box to say good-bye.
    func close() { channel.withLock { $0 }?.close(promise: nil) }

    private func take(_ text: String, isEnded: Bool) {
        let done = state.withLock { state in
            state.text += text
            state.isEnded = state.isEnded || isEnded
            let (now, ended) = (state.text, state.isEnded)
            let done = state.waiting.filter { $0.isThere(now, ended) }
            state.waiting.removeAll { $0.isThere(now, ended) }
            return done
        }
        for one in done { one.1.resume() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let reader: EventReader

        init(_ reader: EventReader) { self.reader = reader }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            reader.take(
                String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self),
                isEnded: false)
        }

        func channelInactive(context: ChannelHandlerContext) { reader.take("", isEnded: true) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
