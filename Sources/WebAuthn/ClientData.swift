import FHIRModel

/// What the browser says of the page that asked a passkey.
///
/// Spec: Web Authentication Level 2, 5.8.1, https://www.w3.org/TR/webauthn-2/#dictionary-client-data
enum ClientData {
    /// The longest text, in bytes.
    static let bytesMax = 4_096

    /// Checks the text against what was asked.
    static func check(
        _ bytes: [UInt8], type: String, _ ceremony: Ceremony
    ) throws(WebAuthnError) {
        guard bytes.count <= bytesMax else { throw .tooLong }
        // What does not parse is refused, whatever the reason.
        guard let json = try? JSON.parse(bytes), json.isObject else { throw .clientData }
        guard json.string("type") == type else { throw .type }
        guard json.string("challenge") == ceremony.challenge else { throw .challenge }
        guard json.string("origin") == ceremony.origin else { throw .origin }
        if let isCross = json["crossOrigin"] {
            guard isCross.bool == false else { throw .crossOrigin }
        }
        guard json["topOrigin"] == nil else { throw .crossOrigin }
    }
}

/// What was asked of a passkey, and by whom.
package struct Ceremony: Sendable {
    /// The challenge in base64url, as it was sent.
    package let challenge: String
    /// The name that passkeys are bound to, such as `clinic.local`.
    package let partyID: String
    /// The page's origin, such as `https://clinic.local:8443`.
    package let origin: String
    /// Whether the authenticator must have checked who touched it.
    package let needsVerification: Bool

    /// Gathers the facts.
    package init(challenge: String, partyID: String, origin: String, needsVerification: Bool) {
        self.challenge = challenge
        self.partyID = partyID
        self.origin = origin
        self.needsVerification = needsVerification
    }
}

/// The two computations that this target leaves to others.
package struct Computations: Sendable {
    let sha256: @Sendable ([UInt8]) -> [UInt8]
    let isSigned: @Sendable (PublicKey, _ bytes: [UInt8], _ signature: [UInt8]) -> Bool

    /// Takes both.
    package init(
        sha256: @escaping @Sendable ([UInt8]) -> [UInt8],
        isSigned: @escaping @Sendable (PublicKey, _ bytes: [UInt8], _ signature: [UInt8]) -> Bool
    ) {
        self.sha256 = sha256
        self.isSigned = isSigned
    }
}
