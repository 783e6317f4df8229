/// The public key of a passkey.
///
/// Spec: RFC 9053, 2.1 and 7.1, https://www.rfc-editor.org/rfc/rfc9053; RFC 8812, 2,
/// https://www.rfc-editor.org/rfc/rfc8812#section-2
package enum PublicKey: Hashable, Sendable {
    /// ECDSA on P-256 with SHA-256 (COSE -7); 32 bytes each, most significant first.
    case p256(x: [UInt8], y: [UInt8])
    /// RSA, PKCS #1 v1.5 with SHA-256 (COSE -257); most significant byte first.
    case rsa(modulus: [UInt8], exponent: [UInt8])

    /// The algorithms that are taken, in the order of preference, by their COSE numbers.
    package static let algorithms = [-7, -257]
    /// The longest key, in bytes of COSE.
    package static let bytesMax = 1_024

    /// Reads a key in COSE form.
    ///
    /// - Throws: ``WebAuthnError/publicKey`` for another algorithm, curve or form.
    package init(cose bytes: [UInt8]) throws(WebAuthnError) {
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        try self.init(CBORReader.whole(bytes))
    }

    init(_ value: CBOR) throws(WebAuthnError) {
        let type = value[.int(1)]
        let algorithm = value[.int(3)]
        if type == .int(2), algorithm == .int(-7), value[.int(-1)] == .int(1),
            let x = value[.int(-2)]?.bytes, let y = value[.int(-3)]?.bytes, x.count == 32,
            y.count == 32
        {
            self = .p256(x: x, y: y)
        } else if type == .int(3), algorithm == .int(-257),
            let modulus = value[.int(-1)]?.bytes, let exponent = value[.int(-2)]?.bytes,
            (256...512).contains(modulus.count), (1...4).contains(exponent.count)
        {
            self = .rsa(modulus: modulus, exponent: exponent)
        } else {
            throw .publicKey
        }
    }
}
