import Hummingbird
import Kernel
import NIOCore
import ServiceLifecycle
import Synchronization

/// A connection that carries short texts both ways after its handshake.
///
/// Spec: RFC 6455, https://www.rfc-editor.org/rfc/rfc6455
package final class WebSocket: Sendable {
    /// The one address at which the box lets a connection become a web socket.
    package static let path = RequestHead.socketPath
    /// Pieces that wait to be written or read; one more ends the socket.
    private static let piecesMax = 256
    /// Bytes that wait to be read.
    private static let receivedBytesMax = 65_536
    /// The other side is asked so often whether it is there, in milliseconds.
    private static let pingMs: Int64 = 25_000
    /// A socket on which nothing was heard for so long is ended, in milliseconds.
    private static let silentMs: Int64 = 80_000
    private static let tickMs = 1_000

    private enum Piece {
        case received([UInt8])
        case send([UInt8], CheckedContinuation<Bool, Never>?)
        case close(WebSocketFault)
        case gone

        /// Whether it ends the socket, so that it is taken however much waits.
        var isEnd: Bool {
            switch self {
            case .close, .gone: true
            case .received, .send: false
            }
        }
    }

    private struct State {
        var pieces: [Piece] = []
        var receivedBytes = 0
        var isOver = false
    }

    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let clock: Clock

    init(_ clock: Clock) {
        self.clock = clock
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: What others ask

    /// Sends a text and waits until it has left.
    ///
    /// - Returns: whether it did; false once the socket has ended.
    package func send(_ text: [UInt8]) async -> Bool {
        await withCheckedContinuation { done in
            put(.send(WebSocketWriter.text(text), done))
        }
    }

    /// Sends a text without waiting.
    package func post(_ text: [UInt8]) { put(.send(WebSocketWriter.text(text), nil)) }

    /// Ends the socket and says why, once everything before is sent.
    package func close(_ fault: WebSocketFault) { put(.close(fault)) }

    /// Takes bytes of the client in.
    func receive(_ bytes: [UInt8]) { put(.received(bytes)) }

    /// The client has left, or the box stops.
    func end() { put(.gone) }

    private func put(_ piece: Piece) {
        var isTaken = true
        state.withLock { state in
            if case .received(let bytes) = piece { state.receivedBytes += bytes.count }
            let isFull =
                state.pieces.count >= Self.piecesMax
                || state.receivedBytes > Self.receivedBytesMax
            isTaken = !state.isOver && (!isFull || piece.isEnd)
            // Whoever sends without reading what comes back is let go.
            if isTaken {
                state.pieces.append(piece)
            } else if !state.isOver {
                state.pieces.append(.gone)
            }
        }
        if !isTaken, case .send(_, let done?) = piece { done.resume(returning: false) }
        signal.yield()
    }

    private func next() -> Piece? {
        state.withLock { state in
            guard !state.pieces.isEmpty else { return nil }
            let piece = state.pieces.removeFirst()
            if case .received(let bytes) = piece { state.receivedBytes -= bytes.count }
            return piece
        }
    }

    // MARK: The life of a socket

    /// Serves the socket until it ends.
    ///
    /// - Parameter take: is given each text, one after the other; must not wait for ``send(_:)``.
    func run(
        _ writer: inout any ResponseBodyWriter,
        _ take: @Sendable (WebSocket, String) async -> Void
    ) async {
        let ticking = Task { [signal] in
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(Self.tickMs))
                signal.yield()
            }
        }
        defer { ticking.cancel() }
        var life = Life(heardMs: clock.steadyMs(), askedMs: clock.steadyMs())
        for await _ in signals {
            // A client that cannot be written to any more has left.
            let goesOn = (try? await step(&life, &writer, take)) ?? false
            if !goesOn { break }
        }
        leave()
    }

    private struct Life {
        var reader = WebSocketReader()
        var heardMs: Int64
        var askedMs: Int64
    }

    /// Treats everything that waits; false where the socket ends.
    private func step(
        _ life: inout Life, _ writer: inout any ResponseBodyWriter,
        _ take: @Sendable (WebSocket, String) async -> Void
    ) async throws -> Bool {
        while let piece = next() {
            switch piece {
            case .gone: return false
            case .close(let fault):
                try await writer.write(ByteBuffer(bytes: WebSocketWriter.close(fault)))
                return false
            case .send(let frame, let done):
                do {
                    try await writer.write(ByteBuffer(bytes: frame))
                    done?.resume(returning: true)
                } catch {
                    done?.resume(returning: false)
                    return false
                }
            case .received(let bytes):
                life.heardMs = clock.steadyMs()
                guard try await treat(bytes, &life, &writer, take) else { return false }
            }
        }
        return try await look(&life, &writer)
    }

    private func treat(
        _ bytes: [UInt8], _ life: inout Life, _ writer: inout any ResponseBodyWriter,
        _ take: @Sendable (WebSocket, String) async -> Void
    ) async throws -> Bool {
        let events: [WebSocketEvent]
        do throws(WebSocketFault) {
            events = try life.reader.feed(bytes)
        } catch {
            try await writer.write(ByteBuffer(bytes: WebSocketWriter.close(error)))
            return false
        }
        for event in events {
            switch event {
            case .text(let text): await take(self, text)
            case .ping(let bytes):
                try await writer.write(ByteBuffer(bytes: WebSocketWriter.pong(bytes)))
            case .pong: break
            case .close:
                let end = WebSocketFault(1_000, "")
                try await writer.write(ByteBuffer(bytes: WebSocketWriter.close(end)))
                return false
            }
        }
        return true
    }

    private func look(
        _ life: inout Life, _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let nowMs = clock.steadyMs()
        guard nowMs - life.heardMs < Self.silentMs else { return false }
        guard nowMs - life.askedMs >= Self.pingMs else { return true }
        life.askedMs = nowMs
        try await writer.write(ByteBuffer(bytes: WebSocketWriter.ping))
        return true
    }

    private func leave() {
        let left = state.withLock { state in
            state.isOver = true
            defer { state.pieces = [] }
            return state.pieces
        }
        for case .send(_, let done?) in left { done.resume(returning: false) }
        signal.finish()
    }
}
