import FHIRModel
package import Sealing

/// A password as it was typed, in the one form in which passwords are compared and hashed.
///
/// Never printed. Two keyboards that send one password as different scalars give the same bytes.
///
/// Spec: NIST SP 800-63B-4, 3.1.1.2, https://pages.nist.gov/800-63-4/sp800-63b.html
package struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The longest password, in characters (Unicode scalars), before and after normalization.
    package static let charactersMax = 1_000

    /// UTF-8 of the normalized text; empty where the text was too long.
    let bytes: [UInt8]
    /// Unicode scalars of the normalized text.
    let characterCount: Int
    let isTooLong: Bool

    /// Takes what was typed.
    ///
    /// A text that is too long is no password of anybody.
    package init(_ typed: String) {
        guard typed.unicodeScalars.count <= Self.charactersMax else {
            (bytes, characterCount, isTooLong) = ([], 0, true)
            return
        }
        let text = NFKC.normalize(typed)
        characterCount = text.unicodeScalars.count
        isTooLong = characterCount > Self.charactersMax
        bytes = isTooLong ? [] : Array(text.utf8)
    }

    /// A random password to hand over once: 20 letters and digits in groups, 98 bits, or more
    /// where the clinic wants longer passwords.
    package static func temporary(charactersMin: Int = 20) throws(SealingError) -> String {
        let wanted = max(20, charactersMin)
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
        var text: [UInt8] = []
        var drawn = 0
        while drawn < wanted {
            for byte in try Random.bytes(32) where drawn < wanted && Int(byte) < letters.count * 8 {
                if drawn > 0, drawn.isMultiple(of: 5) { text.append(0x2D) }
                text.append(letters[Int(byte) % letters.count])
                drawn += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text for the rules.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    package var description: String { "<Password>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
