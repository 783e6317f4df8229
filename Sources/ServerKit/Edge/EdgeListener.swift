import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Takes connections from one address, or from a socket that the service manager opened, until
/// the box stops; conversations under way come to their end first.
struct EdgeListener: Service {
    private static let backlog: Int32 = 512

    let address: ListenAddress
    /// A socket that listens already; nil to open one.
    let inherited: NIOBSDSocket.Handle?
    let channel: EdgeChannel
    let logger: Logger
    let onBound: @Sendable (Int) async -> Void

    func run() async throws {
        let quiescing = ServerQuiescingHelper(group: MultiThreadedEventLoopGroup.singleton)
        let (connections, arrivals) = AsyncStream<EdgeChannel.Value>.makeStream()
        let server = try await listen(quiescing, arrivals)
        server.closeFuture.whenComplete { _ in arrivals.finish() }
        await withGracefulShutdownHandler {
            await onBound(server.localAddress?.port ?? 0)
            await withDiscardingTaskGroup { conversations in
                for await connection in connections {
                    conversations.addTask {
                        await channel.handle(value: connection, logger: logger)
                    }
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
        server.close(promise: nil)
    }

    private func listen(
        _ quiescing: ServerQuiescingHelper, _ arrivals: AsyncStream<EdgeChannel.Value>.Continuation
    ) async throws -> any Channel {
        let channel = channel
        let logger = logger
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: server))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { connection in
                channel.setup(channel: connection, logger: logger).map { value in
                    guard case .terminated = arrivals.yield(value) else { return }
                    // Taken in the moment of the stop: it sees that at once, and ends by itself.
                    Task { await channel.handle(value: value, logger: logger) }
                }
            }
        if let inherited { return try await bootstrap.withBoundSocket(inherited).get() }
        return try await bootstrap.bind(host: address.host, port: address.port).get()
    }
}

/// Carries requests to the responder and its answers back.
struct EdgeConversation<Responder: HTTPResponder>: Sendable where Responder.Context == OpenContext {
    let responder: Responder
    let date: AnswerDate
    let logger: Logger

    @Sendable func answer(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let source = ApplicationRequestContextSource(channel: channel, logger: logger)
        var answer = try await responder.respond(
            to: request, context: OpenContext(source: source))
        answer.headers[.date] = date.text
        do {
            try await writer.write(response: answer.head, body: answer.body)
        } catch is HTTPParserError {
            // The caller would answer a request that cannot be read a second time.
            throw ChannelError.inputClosed
        }
    }
}
