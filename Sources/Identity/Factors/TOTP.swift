import Kernel
package import Sealing

/// Codes of authenticator apps: six digits that change every half minute.
///
/// Spec: RFC 6238, https://www.rfc-editor.org/rfc/rfc6238; RFC 4226, 5.3,
/// https://www.rfc-editor.org/rfc/rfc4226#section-5.3
package enum TOTP {
    /// Bytes of a seed, as RFC 4226, 4 recommends.
    package static let seedBytes = 20
    /// How long one code holds, in milliseconds.
    package static let stepMs: Int64 = 30_000
    /// Digits of a code.
    package static let digits = 6
    /// How many steps a clock may be off, either way.
    static let stepsOff: Int64 = 1

    /// The step of a time in UTC milliseconds.
    package static func step(atMs ms: Int64) -> Int64 { ms / stepMs }

    /// The code of a step.
    ///
    /// - Parameter digits: 6 in this product; the vectors of the standard have 8.
    /// - Throws: ``SealingError``.
    package static func code(
        _ seed: SecretBytes, step: Int64, digits: Int = digits
    ) throws(SealingError) -> String {
        let moment = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * $0)) }
        let mac = try HMACSHA1.mac(moment, key: seed)
        let offset = Int(mac[mac.count - 1] & 0x0F)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let limit = (0..<digits).reduce(UInt64(1)) { product, _ in product * 10 }
        let text = "\(UInt64(number & 0x7FFF_FFFF) % limit)"
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step that a typed code belongs to: now, one before or one after, and later than the
    /// last one that was used; nil for a wrong or used code.
    static func match(
        _ typed: String, _ seed: SecretBytes, nowMs: Int64, after lastStep: Int64
    ) throws(SealingError) -> Int64? {
        let wanted = Array(typed.utf8)
        let now = step(atMs: nowMs)
        var found: Int64?
        // All steps are compared, so that time does not tell which one it was.
        for candidate in (now - stepsOff)...(now + stepsOff) {
            let code = try Array(Self.code(seed, step: candidate).utf8)
            if SHA256.equal(wanted, code), candidate > lastStep, found == nil { found = candidate }
        }
        return found
    }

    /// Whether a text has the form of a code; blanks in it do not count.
    static func digits(of typed: String) -> String? {
        let text = typed.filter { !$0.isWhitespace }
        let isCode = text.utf8.count == digits && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        return isCode ? text : nil
    }

    /// What an app reads from the picture.
    ///
    /// Spec: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    static func address(seed: [UInt8], issuer: String, account: String) -> String {
        let (issuer, account) = (percent(issuer), percent(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(Base32.text(seed))&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(digits)&period=\(stepMs / 1_000)"
    }

    private static func percent(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let isPlain =
                0x30...0x39 ~= byte || 0x41...0x5A ~= byte & 0xDF && byte < 0x80
                || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
            out += isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.text([byte]).uppercased()
        }
        return out
    }
}

/// Bytes as the letters that people can type into an app.
///
/// Spec: RFC 4648, 6, https://www.rfc-editor.org/rfc/rfc4648#section-6
enum Base32 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// The letters, without filling characters.
    static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                out.append(letters[Int(bits >> UInt32(count - 5) & 31)])
                count -= 5
            }
            bits &= (1 << UInt32(count)) - 1
        }
        if count > 0 { out.append(letters[Int(bits << UInt32(5 - count) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }
}
