import Sealing

/// A code of 80 random bits that people write down or say: sixteen letters and digits in groups.
///
/// The letters have no I, L, O or U; reading takes small letters, blanks and hyphens anywhere, O
/// for 0, and I or L for 1. The box keeps its digest only.
///
/// Spec: OWASP ASVS 5.0, 6.5.2 and 6.5.4; FEATURES AUTH-04, AUTH-13
package struct SpokenCode: Sendable {
    private static let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let lettersCount = 16
    /// The longest text that is looked at, in bytes.
    private static let typedBytesMax = 64

    /// The letters without hyphens.
    private let code: [UInt8]

    /// Draws a code.
    static func random() throws(SealingError) -> SpokenCode {
        // 256 is a multiple of 32: each letter is as likely as any other.
        SpokenCode(code: try Random.bytes(lettersCount).map { letters[Int($0 & 31)] })
    }

    /// Reads what somebody typed; nil for what is no code.
    init?(typed: String) {
        guard typed.utf8.count <= Self.typedBytesMax else { return nil }
        var code: [UInt8] = []
        for byte in typed.utf8 where byte != 0x20 && byte != 0x2D && byte != 0x09 {
            let upper = 0x61...0x7A ~= byte ? byte - 0x20 : byte
            let letter: UInt8 =
                switch upper {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: upper
                }
            guard Self.letters.contains(letter) else { return nil }
            code.append(letter)
        }
        guard code.count == Self.lettersCount else { return nil }
        self.code = code
    }

    private init(code: [UInt8]) { self.code = code }

    /// The code as it is handed out, such as `7K2M-Q4ZT-09HF-WXB3`.
    package var text: String {
        stride(from: 0, to: code.count, by: 4)
            .map { String(decoding: code[$0..<$0 + 4], as: UTF8.self) }.joined(separator: "-")
    }

    /// What is kept: SHA-256, bound to the user and to what the code is for.
    func digest(userID: String, kind: CodeKind) -> [UInt8] {
        SHA256.digest(Array("\(kind.rawValue)/\(userID)/".utf8) + code)
    }
}

/// What a code is for.
enum CodeKind: String, Sendable {
    /// Stands in for a second factor that is not at hand.
    case recovery
    /// Lets somebody who forgot the password choose another one.
    case password
    /// Lets somebody who lost the second factor set up another one.
    case factorReset = "factor-reset"
}
