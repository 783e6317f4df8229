/// Where new identifiers come from: unguessable, and rising with time so that pages of the
/// database fill in order.
package struct IDs: Sendable {
    /// A new identifier of 36 characters in the form of a UUID version 7.
    package let next: @Sendable () -> String

    /// Makes a source from its one function.
    package init(next: @escaping @Sendable () -> String) { self.next = next }

    /// The UUID version 7 of a time and ten random bytes.
    ///
    /// Spec: RFC 9562, 5.7 UUID Version 7, https://www.rfc-editor.org/rfc/rfc9562#section-5.7
    package static func uuid7(ms: Int64, random: [UInt8]) -> String {
        precondition(random.count == 10, "A UUID version 7 takes ten random bytes.")
        var bytes = [UInt8](repeating: 0, count: 16)
        let stamp = UInt64(bitPattern: max(0, ms))
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: stamp >> UInt64(40 - 8 * index))
        }
        for index in 0..<10 { bytes[6 + index] = random[index] }
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(0x2D) }
            text.append(Hex.digit(byte >> 4))
            text.append(Hex.digit(byte & 0x0F))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a text has the form of an identifier from here: a UUID version 7 in lower case.
    package static func isOwn(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36, bytes[14] == 0x37 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            return isDash
                ? byte == 0x2D : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        }
    }
}

/// Bytes as lower-case hexadecimal text and back.
package enum Hex {
    /// Two digits a byte, lower case.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digit(byte >> 4))
            out.append(digit(byte & 0x0F))
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes that a text of digits stands for, or nil if it is not one.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else {
                return nil
            }
            out.append(high << 4 | low)
        }
        return out
    }

    fileprivate static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}
