/// What came over a web socket, or why it has to end.
package enum WebSocketEvent: Sendable, Hashable {
    case text(String)
    case ping([UInt8])
    case pong
    /// The other side says good-bye.
    case close
}

/// Why a web socket is ended, with the number that the other side is told.
///
/// Spec: RFC 6455, 7.4.1, https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
package struct WebSocketFault: Error, Hashable {
    /// The number of the reason.
    package let code: UInt16
    /// A sentence of at most 120 bytes.
    package let words: String

    /// Makes a reason.
    package init(_ code: UInt16, _ words: String) {
        self.code = code
        self.words = words
    }

    static let form = WebSocketFault(1_002, "A frame is not formed as RFC 6455 says.")
    static let binary = WebSocketFault(1_003, "Send texts only.")
    static let notText = WebSocketFault(1_007, "A text is not UTF-8.")
    static let tooLong = WebSocketFault(1_009, "A message is too long.")
}

/// Reads what a client sends over a web socket, strictly and within a bound of memory.
///
/// Spec: RFC 6455, 5, https://www.rfc-editor.org/rfc/rfc6455#section-5
package struct WebSocketReader: Sendable {
    /// Bytes of one message, whatever frames it comes in.
    package static let messageBytesMax = 4_096
    private static let controlBytesMax = 125
    private static let headBytesMax = 14

    private struct Head {
        let isFinal: Bool
        let opcode: UInt8
        let mask: ArraySlice<UInt8>
        let headCount: Int
        let count: Int
    }

    private var bytes: [UInt8] = []
    private var message: [UInt8]?
    private var isOver = false

    /// Begins with the first byte after the handshake.
    package init() {}

    /// Takes bytes in, however they are cut.
    ///
    /// - Returns: what they complete, in order; nothing more after a good-bye.
    /// - Throws: ``WebSocketFault`` after which nothing more may be read.
    package mutating func feed(
        _ more: some Collection<UInt8>
    ) throws(WebSocketFault) -> [WebSocketEvent] {
        guard !isOver else { return [] }
        bytes += more
        var events: [WebSocketEvent] = []
        var start = 0
        while !isOver, let head = try head(at: start) {
            let first = start + head.headCount
            guard bytes.count >= first + head.count else { break }
            var payload = Array(bytes[first..<(first + head.count)])
            for index in payload.indices {
                payload[index] ^= head.mask[head.mask.startIndex + index % 4]
            }
            start = first + head.count
            if let event = try event(head, payload) { events.append(event) }
        }
        bytes.removeFirst(start)
        return events
    }

    private func head(at start: Int) throws(WebSocketFault) -> Head? {
        guard bytes.count >= start + 2 else { return nil }
        let (one, two) = (bytes[start], bytes[start + 1])
        let opcode = one & 0x0F
        // No extension was agreed on, and every client masks what it sends.
        guard one & 0x70 == 0, two & 0x80 != 0, [0, 1, 2, 8, 9, 10].contains(opcode) else {
            throw .form
        }
        let isControl = opcode >= 8
        if isControl, one & 0x80 == 0 || two & 0x7F > Self.controlBytesMax { throw .form }
        var count = Int(two & 0x7F)
        var headCount = 2
        if count >= 126 {
            let width = count == 126 ? 2 : 8
            guard bytes.count >= start + 2 + width else { return nil }
            var wide: UInt64 = 0
            for byte in bytes[(start + 2)..<(start + 2 + width)] { wide = wide << 8 | UInt64(byte) }
            // A shorter form would have done, or the topmost bit is set.
            guard wide >= (width == 2 ? 126 : 65_536), wide >> 63 == 0 else { throw .form }
            guard wide <= UInt64(Self.messageBytesMax) else { throw .tooLong }
            (count, headCount) = (Int(wide), 2 + width)
        }
        if !isControl, (message?.count ?? 0) + count > Self.messageBytesMax { throw .tooLong }
        guard bytes.count >= start + headCount + 4 else { return nil }
        let mask = bytes[(start + headCount)..<(start + headCount + 4)]
        return Head(
            isFinal: one & 0x80 != 0, opcode: opcode, mask: mask, headCount: headCount + 4,
            count: count)
    }

    private mutating func event(
        _ head: Head, _ payload: [UInt8]
    ) throws(WebSocketFault) -> WebSocketEvent? {
        switch head.opcode {
        case 8:
            isOver = true
            try Self.check(close: payload)
            return .close
        case 9: return .ping(payload)
        case 10: return .pong
        case 2: throw .binary
        case 1:
            guard message == nil else { throw .form }
            message = payload
        default:
            guard message != nil else { throw .form }
            message?.append(contentsOf: payload)
        }
        guard head.isFinal, let whole = message else { return nil }
        message = nil
        guard let text = String(validating: whole, as: UTF8.self) else { throw .notText }
        return .text(text)
    }

    private static func check(close payload: [UInt8]) throws(WebSocketFault) {
        guard !payload.isEmpty else { return }
        guard payload.count >= 2 else { throw .form }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        let isKnown =
            (1_000...1_003).contains(code) || (1_007...1_014).contains(code)
            || (3_000...4_999).contains(code)
        guard isKnown else { throw .form }
        guard String(validating: payload[2...], as: UTF8.self) != nil else { throw .notText }
    }
}

/// Writes what a server sends over a web socket, in one frame each.
package enum WebSocketWriter {
    /// A text.
    package static func text(_ bytes: [UInt8]) -> [UInt8] { frame(1, bytes) }

    /// A question whether the other side is still there.
    static let ping = frame(9, [])

    /// The answer to such a question, with what it held.
    static func pong(_ bytes: [UInt8]) -> [UInt8] { frame(10, bytes) }

    /// A good-bye with its reason.
    static func close(_ fault: WebSocketFault) -> [UInt8] {
        let code = [UInt8(fault.code >> 8), UInt8(truncatingIfNeeded: fault.code)]
        return frame(8, code + fault.words.utf8.prefix(120))
    }

    private static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ...125: out.append(UInt8(payload.count))
        case ...0xFFFF:
            out.append(126)
            out += [UInt8(payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        default:
            out.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: payload.count >> shift))
            }
        }
        return out + payload
    }
}
