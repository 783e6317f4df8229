/// Why an answer of a passkey is refused.
package enum WebAuthnError: Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// A part is longer than any honest one.
    case tooLong
    /// The bytes end too early.
    case truncated
    /// Bytes are left over.
    case trailingBytes
    /// Not CBOR, or not the part of it that authenticators write.
    case cbor
    /// The client data is no JSON object of the right form.
    case clientData
    /// The answer to another question: set up instead of signed in, or the reverse.
    case type
    /// Another challenge than the one that was sent.
    case challenge
    /// Another page than one of this box.
    case origin
    /// The page was shown inside a page of somebody else.
    case crossOrigin
    /// The parts of the attestation are not there, or others are.
    case attestationObject
    /// An attestation of another format than `none`.
    case attestationFormat
    /// The authenticator data has not the right form.
    case authenticatorData
    /// The passkey belongs to another name than that of the box.
    case relyingParty
    /// Nobody touched the authenticator.
    case userPresence
    /// The authenticator did not check who touched it.
    case userVerification
    /// Flags that exclude each other.
    case flags
    /// No credential, or one with an id that is too short or long.
    case credential
    /// A public key of another kind than P-256 or RSA, or in a wrong form.
    case publicKey
    /// The signature does not fit.
    case signature
    /// The passkey says that it belongs to somebody else.
    case userHandle

    package var description: String {
        switch self {
        case .origin, .relyingParty, .crossOrigin:
            "The passkey answered for another address. Open the box by its own name and try again."
        case .userVerification:
            "The passkey did not check who you are. Use one that asks for a PIN, finger or face."
        case .attestationFormat, .publicKey:
            "This kind of passkey is not supported. Use another one, or an authenticator app."
        case .challenge:
            "The passkey answered an older question. Try again."
        case .signature, .userHandle:
            "The passkey is not the one that was set up. Try another one."
        default:
            "The answer of the passkey cannot be used. Try again, or use another one."
        }
    }
}
