/// What the authenticator says of itself and of the touch.
///
/// Spec: Web Authentication Level 2, 6.1, https://www.w3.org/TR/webauthn-2/#sctn-authenticator-data
struct AuthenticatorData {
    /// The longest data, in bytes.
    static let bytesMax = 4_096
    /// The length of a credential's id, in bytes.
    static let credentialIDBytes = 1...1_023

    private static let headBytes = 37
    private static let modelBytes = 16

    /// A credential that was just made.
    struct Attested {
        let id: [UInt8]
        /// The key as it was written.
        let publicKey: [UInt8]
    }

    let partyHash: [UInt8]
    let isPresent: Bool
    let isVerified: Bool
    let signCount: UInt32
    let attested: Attested?

    /// Reads all of the bytes.
    init(_ bytes: [UInt8]) throws(WebAuthnError) {
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        guard bytes.count >= Self.headBytes else { throw .truncated }
        partyHash = Array(bytes[..<32])
        let flags = bytes[32]
        isPresent = flags & 0x01 != 0
        isVerified = flags & 0x04 != 0
        // A key that cannot be backed up is not backed up.
        guard flags & 0x10 == 0 || flags & 0x08 != 0 else { throw .flags }
        signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var position = Self.headBytes
        attested = flags & 0x40 == 0 ? nil : try Self.attested(bytes, &position)
        if flags & 0x80 != 0 {
            var reader = CBORReader(bytes, from: position)
            guard case .map = try reader.value() else { throw .authenticatorData }
            position = reader.position
        }
        guard position == bytes.count else { throw .trailingBytes }
    }

    private static func attested(
        _ bytes: [UInt8], _ position: inout Int
    ) throws(WebAuthnError) -> Attested {
        let start = position + modelBytes + 2
        guard bytes.count >= start else { throw .truncated }
        let count = Int(bytes[start - 2]) << 8 | Int(bytes[start - 1])
        guard credentialIDBytes.contains(count) else { throw .credential }
        guard bytes.count > start + count else { throw .truncated }
        var reader = CBORReader(bytes, from: start + count)
        _ = try PublicKey(reader.value())
        position = reader.position
        return Attested(
            id: Array(bytes[start..<start + count]),
            publicKey: Array(bytes[start + count..<position]))
    }

    /// Checks what both ceremonies ask.
    func check(_ ceremony: Ceremony, _ computations: Computations) throws(WebAuthnError) {
        guard partyHash == computations.sha256(Array(ceremony.partyID.utf8)) else {
            throw .relyingParty
        }
        guard isPresent else { throw .userPresence }
        guard isVerified || !ceremony.needsVerification else { throw .userVerification }
    }
}
