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
