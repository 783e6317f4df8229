/// A value of the part of CBOR that authenticators write: definite lengths, no tags, no floats.
///
/// Spec: RFC 8949, https://www.rfc-editor.org/rfc/rfc8949; CTAP 2.1, 8 Message Encoding,
/// https://fidoalliance.org/specifications/download/
enum CBOR: Hashable, Sendable {
    case unsigned(UInt64)
    /// The number -1 - n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([CBOR: CBOR])
    case bool(Bool)
    case null

    /// A whole number as a key or value is written.
    static func int(_ number: Int) -> CBOR {
        number < 0 ? .negative(UInt64(-1 - number)) : .unsigned(UInt64(number))
    }

    /// The bytes of a byte string.
    var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }

    /// The value of a key of a map.
    subscript(_ key: CBOR) -> CBOR? { if case .map(let map) = self { map[key] } else { nil } }
}

/// Reads CBOR from the front of some bytes.
///
/// Bounded: nothing is made that is larger than the bytes that are there.
struct CBORReader {
    /// The deepest nesting.
    static let depthMax = 4
    /// The most values in one reading.
    static let itemsMax = 256

    private let bytes: [UInt8]
    private(set) var position: Int
    private var items = 0

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The one value that some bytes hold, with nothing behind it.
    static func whole(_ bytes: [UInt8]) throws(WebAuthnError) -> CBOR {
        var reader = CBORReader(bytes)
        let value = try reader.value()
        guard reader.position == bytes.count else { throw .trailingBytes }
        return value
    }

    /// The next value.
    mutating func value(depth: Int = 0) throws(WebAuthnError) -> CBOR {
        items += 1
        guard depth <= Self.depthMax, items <= Self.itemsMax else { throw .cbor }
        let first = try byte()
        let detail = first & 0x1F
        switch first >> 5 {
        case 0: return .unsigned(try number(detail))
        case 1: return .negative(try number(detail))
        case 2: return .bytes(try string(detail))
        case 3:
            guard let text = String(validating: try string(detail), as: UTF8.self) else {
                throw .cbor
            }
            return .text(text)
        case 4: return .array(try list(detail, depth))
        case 5: return .map(try map(detail, depth))
        case 7:
            switch detail {
            case 20: return .bool(false)
            case 21: return .bool(true)
            case 22: return .null
            default: throw .cbor
            }
        default: throw .cbor
        }
    }

    private mutating func list(_ detail: UInt8, _ depth: Int) throws(WebAuthnError) -> [CBOR] {
        var values: [CBOR] = []
        for _ in 0..<(try count(detail)) { values.append(try value(depth: depth + 1)) }
        return values
    }

    private mutating func map(
        _ detail: UInt8, _ depth: Int
    ) throws(WebAuthnError) -> [CBOR: CBOR] {
        var map: [CBOR: CBOR] = [:]
        for _ in 0..<(try count(detail)) {
            let key = try value(depth: depth + 1)
            guard map[key] == nil else { throw .cbor }
            map[key] = try value(depth: depth + 1)
        }
        return map
    }

    /// How many values follow; never more than bytes are left.
    private mutating func count(_ detail: UInt8) throws(WebAuthnError) -> Int {
        let number = try number(detail)
        guard number <= UInt64(bytes.count - position) else { throw .truncated }
        return Int(number)
    }

    private mutating func string(_ detail: UInt8) throws(WebAuthnError) -> [UInt8] {
        let count = try count(detail)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// The number of a head, which must be written as short as it can be.
    private mutating func number(_ detail: UInt8) throws(WebAuthnError) -> UInt64 {
        guard detail >= 24 else { return UInt64(detail) }
        guard detail <= 27 else { throw .cbor }
        let width = 1 << Int(detail - 24)
        var number: UInt64 = 0
        for _ in 0..<width { number = number << 8 | UInt64(try byte()) }
        let least: UInt64 = width == 1 ? 24 : 1 << UInt64(width * 4)
        guard number >= least else { throw .cbor }
        return number
    }

    private mutating func byte() throws(WebAuthnError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }
}
