import COpenSSL

/// Checks signatures of keys that somebody else holds.
///
/// A key that is none, a point that is not on its curve and a signature in a wrong form check
/// nothing: the answer is false.
///
/// Spec: RFC 5480, 2, https://www.rfc-editor.org/rfc/rfc5480#section-2; RFC 8017, 8.2 and A.1.1,
/// https://www.rfc-editor.org/rfc/rfc8017
package enum SignatureCheck {
    /// The shortest and longest RSA key, in bytes of its modulus.
    package static let modulusBytes = 256...512

    /// Whether an ECDSA signature on P-256, as DER, belongs to the bytes.
    ///
    /// - Parameters:
    ///   - x: 32 bytes, most significant first.
    ///   - y: 32 bytes, most significant first.
    package static func p256(
        x: [UInt8], y: [UInt8], bytes: [UInt8], signature: [UInt8]
    ) -> Bool {
        guard x.count == 32, y.count == 32 else { return false }
        let algorithm: [UInt8] = [
            0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A,
            0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
        ]
        let point = tagged(0x03, [0x00, 0x04] + x + y)
        return isValid(tagged(0x30, algorithm + point), bytes, signature)
    }

    /// Whether an RSA signature (PKCS #1 v1.5) belongs to the bytes.
    ///
    /// - Parameters:
    ///   - modulus: as ``modulusBytes`` bounds it, most significant byte first, without zeros
    ///     before it.
    ///   - exponent: 1 to 4 bytes, odd, at least 3.
    package static func rsa(
        modulus: [UInt8], exponent: [UInt8], bytes: [UInt8], signature: [UInt8]
    ) -> Bool {
        guard modulusBytes.contains(modulus.count), modulus.first != 0,
            (1...4).contains(exponent.count), let last = exponent.last, last & 1 == 1,
            exponent.drop(while: { $0 == 0 }) != [1], signature.count == modulus.count
        else { return false }
        let algorithm: [UInt8] = [
            0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05,
            0x00,
        ]
        let key = tagged(0x30, integer(modulus) + integer(exponent))
        return isValid(
            tagged(0x30, algorithm + tagged(0x03, [0x00] + key)), bytes, signature)
    }

    /// What the public key of Ed25519 begins with in its usual form, before the 32 bytes of the key.
    package static let ed25519Prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// Whether an Ed25519 signature belongs to the bytes.
    ///
    /// Spec: RFC 8032, 5.1, https://www.rfc-editor.org/rfc/rfc8032#section-5.1; RFC 8410, 4,
    /// https://www.rfc-editor.org/rfc/rfc8410#section-4
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - signature: 64 bytes.
    package static func ed25519(key: [UInt8], bytes: [UInt8], signature: [UInt8]) -> Bool {
        guard key.count == 32, signature.count == 64 else { return false }
        return isValid(ed25519Prefix + key, bytes, signature, digest: nil)
    }

    private static func isValid(
        _ publicKey: [UInt8], _ bytes: [UInt8], _ signature: [UInt8],
        digest: OpaquePointer? = Algorithm.sha256
    ) -> Bool {
        defer { ERR_clear_error() }
        let key = publicKey.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var next = buffer.baseAddress
            return d2i_PUBKEY(nil, &next, buffer.count)
        }
        guard let key else { return false }
        defer { EVP_PKEY_free(key) }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else {
            return false
        }
        return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }

    /// One element of DER.
    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            switch count {
            case ..<0x80: [UInt8(count)]
            case ..<0x100: [0x81, UInt8(count)]
            default:
                [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
            }
        return [tag] + length + content
    }

    /// A number that is not negative.
    private static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        return tagged(0x02, (digits.first ?? 0x80) & 0x80 == 0 ? digits : [0] + digits)
    }
}
