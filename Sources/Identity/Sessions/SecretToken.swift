import Kernel
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
