import HTTPTypes
package import Hummingbird
package import Kernel
import NIOCore
import ServiceLifecycle

/// Makes a web socket of the connection of a request.
///
/// Spec: RFC 6455, 4.2, https://www.rfc-editor.org/rfc/rfc6455#section-4.2
package struct WebSocketHandshake: Sendable {
    private static let magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    private let accept: String
    private let connection: ServedConnection
    private let clock: Clock

    /// Reads the request.
    ///
    /// - Parameter sha1: the digest that the standard names; it protects nothing here.
    /// - Throws: ``Problem`` `.value` that says what is missing.
    package init(
        _ request: Request, on connection: ServedConnection, clock: Clock,
        sha1: ([UInt8]) throws -> [UInt8]
    ) throws {
        let fields = request.headers
        func has(_ name: HTTPField.Name, _ word: String) -> Bool {
            fields[values: name].contains { line in
                line.split(separator: ",").contains {
                    $0.trimmingBlanks.lowercased() == word
                }
            }
        }
        guard has(.upgrade, "websocket"), has(.connection, "upgrade") else {
            throw Problem(
                .value, "This address is a web socket. Open it as one, over HTTP/1.1.",
                location: "Upgrade")
        }
        guard fields[.secWebSocketVersion] == "13" else {
            throw Problem(
                .value, "Web sockets of version 13 are understood here, and no others.",
                location: "Sec-WebSocket-Version")
        }
        let key = fields[.secWebSocketKey] ?? ""
        guard Base64.bytes(key)?.count == 16 else {
            throw Problem(
                .value, "Sec-WebSocket-Key is 16 bytes in base64.", location: "Sec-WebSocket-Key")
        }
        accept = Self.base64(try sha1(Array((key + Self.magic).utf8)))
        self.connection = connection
        self.clock = clock
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits =
                part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0..<4 {
                let letter = letters[Int(bits >> UInt32(18 - 6 * place) & 63)]
                out.append(place <= part.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The answer that gives the connection over to the socket.
    ///
    /// - Parameters:
    ///   - begin: called when the socket begins; false ends it again, as there are too many.
    ///   - take: is given each text of the client, one after the other; must not wait for
    ///     ``WebSocket/send(_:)``.
    ///   - end: called once when a socket that has begun ends.
    package func answer(
        begin: @escaping @Sendable (WebSocket) -> Bool,
        take: @escaping @Sendable (WebSocket, String) async -> Void,
        end: @escaping @Sendable (WebSocket) -> Void
    ) async throws -> Response {
        let socket = WebSocket(clock)
        try await connection.giveOver(to: socket)
        return Response(
            status: .switchingProtocols,
            headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: accept],
            body: ResponseBody { writer in
                if !begin(socket) {
                    socket.close(WebSocketFault(1_013, "Too many web sockets are open."))
                }
                defer { end(socket) }
                var own = writer
                await withGracefulShutdownHandler {
                    await socket.run(&own, take)
                } onGracefulShutdown: {
                    socket.close(WebSocketFault(1_001, "The box stops. Come back in a minute."))
                }
                try await writer.finish(nil)
            })
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var rest = self
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
