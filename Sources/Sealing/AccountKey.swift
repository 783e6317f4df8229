import COpenSSL
import Kernel

/// A P-256 key by which the box proves to a server elsewhere that it is the same one as before.
///
/// Signs as ES256 does: SHA-256, and the two numbers of the signature behind each other.
///
/// Spec: RFC 7518, 3.4, https://www.rfc-editor.org/rfc/rfc7518#section-3.4
package struct AccountKey: Sendable {
    private static let numberBytes = 32
    private static let pointBytes = 65
    private static let signatureBytesMax = 80

    /// PKCS #8, without a password.
    package let pem: SecretBytes
    /// The public point; 32 bytes, most significant first.
    package let x: [UInt8]
    /// The public point; 32 bytes, most significant first.
    package let y: [UInt8]

    /// Makes a key.
    ///
    /// - Throws: ``CertificateError`` where libcrypto has none to give.
    package static func make() throws(CertificateError) -> AccountKey {
        try AccountKey(pem: CertificateDraft.pem(of: CertificateDraft.key()))
    }

    /// Reads a key that was kept.
    ///
    /// - Throws: ``CertificateError`` for what is no key on P-256.
    package init(pem: SecretBytes) throws(CertificateError) {
        let key = try CertificateDraft.key(pem: pem)
        var point = [UInt8](repeating: 0, count: Self.pointBytes)
        var count = 0
        guard
            EVP_PKEY_get_octet_string_param(
                key.pointer, OSSL_PKEY_PARAM_PUB_KEY, &point, point.count, &count) == 1,
            count == Self.pointBytes, point.first == 0x04
        else {
            ERR_clear_error()
            throw CertificateError.unreadable
        }
        self.pem = pem
        x = Array(point[1...Self.numberBytes])
        y = Array(point[(Self.numberBytes + 1)...])
    }

    /// The signature over some bytes; 64 bytes.
    ///
    /// - Throws: ``CertificateError``.
    package func signature(of bytes: [UInt8]) throws(CertificateError) -> [UInt8] {
        let key = try CertificateDraft.key(pem: pem)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var made = [UInt8](repeating: 0, count: Self.signatureBytesMax)
        var count = made.count
        guard EVP_DigestSignInit(context, nil, Algorithm.sha256, nil, key.pointer) == 1,
            EVP_DigestSign(context, &made, &count, bytes, bytes.count) == 1,
            let numbers = Self.numbers(Array(made.prefix(count)))
        else {
            ERR_clear_error()
            throw CertificateError.library("signature")
        }
        return numbers
    }

    /// The two numbers of a DER signature, each in 32 bytes.
    private static func numbers(_ der: [UInt8]) -> [UInt8]? {
        guard der.count > 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
        var place = 2
        var out: [UInt8] = []
        for _ in 0..<2 {
            guard place + 2 <= der.count, der[place] == 0x02 else { return nil }
            let end = place + 2 + Int(der[place + 1])
            guard end <= der.count else { return nil }
            let digits = der[(place + 2)..<end].drop { $0 == 0 }
            guard digits.count <= numberBytes else { return nil }
            out += [UInt8](repeating: 0, count: numberBytes - digits.count) + digits
            place = end
        }
        return place == der.count ? out : nil
    }
}
