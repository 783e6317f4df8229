import Kernel
import NIOCore

/// The connection of a request, for the few who ask about more than the request.
package struct ServedConnection: Sendable {
    /// How long an answer has to leave before its connection ends.
    private static let answerTime = TimeAmount.seconds(2)

    let channel: any Channel

    /// The address of the box that the client connected to; nil where there is none.
    package var localAddress: String? { channel.localAddress?.ipAddress }

    /// Which identity of the box the connection was opened with; compare ``TLSIdentity/number``.
    package func identityNumber() async -> Int? {
        let channel = channel
        // A connection that is closing was opened with none that matters.
        return try? await channel.eventLoop.submit {
            Self.meter(channel)?.identityNumber
        }.get()
    }

    /// Lets the requests under way finish and ends the connection, so that the next request opens
    /// another one.
    package func finish() {
        let channel = channel
        // The answer that is being made must have left: what ends with its connection reads as cut off.
        channel.eventLoop.scheduleTask(in: Self.answerTime) {
            let isStream = Self.ownMeter(channel) == nil
            let connection = isStream ? channel.parent : channel
            connection?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Lets a web socket have what the client sends after the answer that switches to it.
    ///
    /// - Throws: ``Problem`` `.value` on a connection that cannot become one.
    func giveOver(to socket: WebSocket) async throws {
        let channel = channel
        let isGiven = try await channel.eventLoop.submit {
            // A stream of HTTP/2 has none.
            let wire = try? channel.pipeline.syncOperations.handler(type: WireGuard.self)
            wire?.heir = socket
            return wire != nil
        }.get()
        guard isGiven else {
            throw Problem(.value, "This address is a web socket. Open it as one, over HTTP/1.1.")
        }
    }

    private static func meter(_ channel: any Channel) -> SocketMeter? {
        ownMeter(channel) ?? channel.parent.flatMap(ownMeter)
    }

    private static func ownMeter(_ channel: any Channel) -> SocketMeter? {
        // A stream of HTTP/2 has none; its connection has.
        try? channel.pipeline.syncOperations.handler(type: SocketMeter.self)
    }
}
