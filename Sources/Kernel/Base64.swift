/// Bytes written with sixty-four letters.
///
/// Spec: RFC 4648, 4, https://www.rfc-editor.org/rfc/rfc4648#section-4
package enum Base64 {
    /// The bytes of a text; nil for one that is not whole or has other letters.
    ///
    /// Blanks and line ends are left out.
    package static func bytes(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text.utf8 where byte != 0x20 && byte != 0x0A && byte != 0x0D {
            guard padding == 0 || byte == 0x3D, let value = value(byte) else { return nil }
            if byte == 0x3D { padding += 1 }
            bits = bits << 6 | value
            count += 1
            guard count == 4 else { continue }
            guard padding <= 2 else { return nil }
            for index in 0..<(3 - padding) {
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index)))
            }
            bits = 0
            count = 0
        }
        return count == 0 ? out : nil
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2B: 62
        case 0x2F: 63
        case 0x3D: 0
        default: nil
        }
    }
}

/// Base64 for cookies and headers, without filling characters.
///
/// Spec: RFC 4648, 5, https://www.rfc-editor.org/rfc/rfc4648#section-5
package enum Base64URL {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The text of some bytes, without filling characters.
    package static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 {
                bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0)
            }
            for index in 0...group.count {
                out.append(letters[Int(bits >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes of a text without filling characters; nil for one that is not whole, has other
    /// letters, or bits left over.
    package static func bytes(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let value = letters.firstIndex(of: byte) else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            count += 6
            if count >= 8 {
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count - 8)))
                count -= 8
            }
        }
        let rest = bits & ((1 << UInt32(count)) - 1)
        return count < 6 && rest == 0 ? out : nil
    }
}
