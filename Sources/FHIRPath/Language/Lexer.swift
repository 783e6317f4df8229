/// Cuts the text of an expression into words.
///
/// Spec: FHIRPath, lexical elements, https://hl7.org/fhirpath/#lexical-elements
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The next word; `.end` behind the last one.
    mutating func next() throws(FHIRPathError) -> Token {
        try skipSpace()
        let place = Place(position)
        guard position < bytes.count else { return Token(kind: .end, place: place) }
        let byte = bytes[position]
        switch byte {
        case 0x30...0x39: return Token(kind: try number(), place: place)
        case 0x27: return Token(kind: .text(try quoted(0x27)), place: place)
        case 0x60: return Token(kind: .name(try quoted(0x60), isQuoted: true), place: place)
        case 0x40: return Token(kind: try moment(), place: place)
        case 0x24: return Token(kind: try special(), place: place)
        case 0x25: return Token(kind: try external(), place: place)
        case _ where Self.isNameStart(byte):
            return Token(kind: .name(name(), isQuoted: false), place: place)
        default: return Token(kind: .sign(try sign()), place: place)
        }
    }

    private func peek(_ distance: Int = 1) -> UInt8 {
        position + distance < bytes.count ? bytes[position + distance] : 0
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || byte &- 0x30 < 10
    }

    private mutating func skipSpace() throws(FHIRPathError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case 0x2F where peek() == 0x2F:
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            case 0x2F where peek() == 0x2A:
                let start = position
                position += 2
                while position < bytes.count, !(bytes[position] == 0x2A && peek() == 0x2F) {
                    position += 1
                }
                guard position < bytes.count else {
                    throw FHIRPathError(
                        .syntax, at: start, "The comment does not end; close it with */.")
                }
                position += 2
            case 0xC2 where peek() == 0xA0:
                // A no-break space, which text copied from a page often has.
                position += 2
            default: return
            }
        }
    }

    private mutating func name() -> String {
        let start = position
        while position < bytes.count, Self.isNamePart(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func number() throws(FHIRPathError) -> Token.Kind {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        if position < bytes.count, bytes[position] == 0x2E, peek() &- 0x30 < 10 {
            position += 1
            while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
            guard let value = PathDecimal(utf8: bytes[start..<position]) else {
                throw FHIRPathError(
                    .syntax, at: start, "The number has too many digits; write at most 38.")
            }
            return .decimal(value)
        }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        if position < bytes.count, bytes[position] == 0x4C {
            position += 1
            return .long(digits)
        }
        return .integer(digits)
    }

    private mutating func moment() throws(FHIRPathError) -> Token.Kind {
        guard let (value, byteCount) = PathMoment.literal(bytes[(position + 1)...]) else {
            throw FHIRPathError(
                .syntax, at: position,
                "This is no date or time; write it like @2014-01-25, @2014-01-25T14:30Z or @T14:30."
            )
        }
        position += 1 + byteCount
        return .moment(value)
    }

    private mutating func special() throws(FHIRPathError) -> Token.Kind {
        let start = position
        position += 1
        let word = name()
        guard word == "this" || word == "index" || word == "total" else {
            throw FHIRPathError(
                .syntax, at: start, "There is no such $ name; use $this, $index or $total.")
        }
        return .special(word)
    }

    private mutating func external() throws(FHIRPathError) -> Token.Kind {
        let start = position
        position += 1
        switch position < bytes.count ? bytes[position] : 0 {
        case 0x27, 0x60, 0x22: return .external(try quoted(bytes[position]))
        case let byte where Self.isNameStart(byte):
            var word = name()
            // Names of value sets and extensions were written with hyphens before backticks came.
            while word.hasPrefix("vs") || word.hasPrefix("ext"), position < bytes.count,
                bytes[position] == 0x2D, Self.isNameStart(peek())
            {
                position += 1
                word += "-" + name()
            }
            return .external(word)
        default:
            throw FHIRPathError(
                .syntax, at: start, "A name must follow %; put unusual names in backticks.")
        }
    }

    private mutating func sign() throws(FHIRPathError) -> Token.Sign {
        if position + 1 < bytes.count,
            let sign = Token.Sign(
                rawValue: String(decoding: bytes[position...position + 1], as: UTF8.self))
        {
            position += 2
            return sign
        }
        guard
            let sign = Token.Sign(
                rawValue: String(decoding: bytes[position...position], as: UTF8.self))
        else {
            throw FHIRPathError(
                .syntax, at: position,
                "The expression has a character that means nothing here; remove it.")
        }
        position += 1
        return sign
    }

    /// The text between quotes, its escapes resolved.
    private mutating func quoted(_ quote: UInt8) throws(FHIRPathError) -> String {
        let start = position
        position += 1
        var out: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote {
                position += 1
                return String(decoding: out, as: UTF8.self)
            }
            if byte == 0x5C {
                try escape(into: &out)
            } else {
                out.append(byte)
                position += 1
            }
        }
        throw FHIRPathError(.syntax, at: start, "The quoted text does not end; close the quote.")
    }

    private mutating func escape(into out: inout [UInt8]) throws(FHIRPathError) {
        let start = position
        let byte = peek()
        position = min(position + 2, bytes.count)
        switch byte {
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x66: out.append(0x0C)
        case 0x75:
            guard let unit = hexUnit() else {
                out.append(byte)
                return
            }
            var scalar = unit
            if unit & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == 0x5C,
                peek() == 0x75
            {
                position += 2
                guard let low = hexUnit(), low & 0xFC00 == 0xDC00 else {
                    throw FHIRPathError(
                        .syntax, at: start, "Half a surrogate pair stands alone; write both.")
                }
                scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            out += UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}").map(Array.init) ?? []
        default:
            // A backslash before anything else is not part of the text.
            out.append(byte)
        }
    }

    private mutating func hexUnit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = bytes[position..<position + 4]
        guard digits.allSatisfy({ $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }) else { return nil }
        position += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
