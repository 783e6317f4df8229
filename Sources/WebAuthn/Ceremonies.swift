/// A passkey that was just set up.
///
/// Spec: Web Authentication Level 2, 7.1, https://www.w3.org/TR/webauthn-2/#sctn-registering-a-new-credential
package struct MadeCredential: Hashable, Sendable {
    /// By which the passkey is found again.
    package let id: [UInt8]
    /// The public key in COSE form.
    package let publicKey: [UInt8]
    /// How often the passkey signed so far; 0 where it does not count.
    package let signCount: UInt32
    /// Whether the authenticator checked who touched it.
    package let isVerified: Bool

    /// Checks the answer to the wish to set a passkey up.
    ///
    /// Attestations are asked for in the format `none` and taken in no other.
    ///
    /// - Throws: ``WebAuthnError``.
    package init(
        clientData: [UInt8], attestationObject: [UInt8], _ ceremony: Ceremony,
        _ computations: Computations
    ) throws(WebAuthnError) {
        try ClientData.check(clientData, type: "webauthn.create", ceremony)
        guard attestationObject.count <= AuthenticatorData.bytesMax else { throw .tooLong }
        guard case .map(let parts) = try CBORReader.whole(attestationObject), parts.count == 3,
            let format = parts[.text("fmt")], let statement = parts[.text("attStmt")],
            let bytes = parts[.text("authData")]?.bytes
        else { throw .attestationObject }
        guard format == .text("none"), statement == .map([:]) else { throw .attestationFormat }
        let data = try AuthenticatorData(bytes)
        try data.check(ceremony, computations)
        guard let attested = data.attested else { throw .credential }
        id = attested.id
        publicKey = attested.publicKey
        signCount = data.signCount
        isVerified = data.isVerified
    }
}

/// A passkey that signed a challenge.
///
/// Spec: Web Authentication Level 2, 7.2, https://www.w3.org/TR/webauthn-2/#sctn-verifying-assertion
package struct Assertion: Hashable, Sendable {
    /// The longest signature, in bytes.
    package static let signatureBytesMax = 1_024

    /// How often the passkey signed by now; 0 where it does not count.
    package let signCount: UInt32
    /// Whether the authenticator checked who touched it.
    package let isVerified: Bool

    /// The three parts that a browser sends.
    package struct Parts: Sendable {
        let clientData: [UInt8]
        let authenticatorData: [UInt8]
        let signature: [UInt8]

        /// Takes the parts as they came.
        package init(clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8]) {
            self.clientData = clientData
            self.authenticatorData = authenticatorData
            self.signature = signature
        }
    }

    /// Checks the answer of a passkey whose public key is known.
    ///
    /// Whether its counter went back is for the caller to see.
    ///
    /// - Parameter publicKey: in COSE form.
    /// - Throws: ``WebAuthnError``.
    package init(
        _ parts: Parts, publicKey: [UInt8], _ ceremony: Ceremony, _ computations: Computations
    ) throws(WebAuthnError) {
        try ClientData.check(parts.clientData, type: "webauthn.get", ceremony)
        let data = try AuthenticatorData(parts.authenticatorData)
        guard data.attested == nil else { throw .authenticatorData }
        try data.check(ceremony, computations)
        guard parts.signature.count <= Self.signatureBytesMax else { throw .tooLong }
        let signed = parts.authenticatorData + computations.sha256(parts.clientData)
        guard computations.isSigned(try PublicKey(cose: publicKey), signed, parts.signature) else {
            throw .signature
        }
        signCount = data.signCount
        isVerified = data.isVerified
    }
}
