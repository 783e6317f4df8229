import Sealing

/// A random text that stands for somebody; the box keeps its digest only.
package struct SecretToken: Sendable {
    /// What is handed out.
    package let text: String
    /// SHA-256 of the text, which is what is stored.
    var digest: [UInt8] { Self.digest(of: text) }

    /// Draws a token.
    ///
    /// - Parameter prefix: tells people and scanners what the text is.
    static func random(byteCount: Int, prefix: String = "") throws -> SecretToken {
        SecretToken(text: prefix + Base64URL.text(try Random.bytes(byteCount)))
    }

    static func digest(of text: String) -> [UInt8] { SHA256.digest(Array(text.utf8)) }
}

/// Base64 for cookies and headers, without filling characters.
///
/// Spec: RFC 4648, 5, https://www.rfc-editor.org/rfc/rfc4648#section-5
enum Base64URL {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
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
    static func bytes(_ text: String) -> [UInt8]? {
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
