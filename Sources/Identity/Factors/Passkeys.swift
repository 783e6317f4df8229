import Kernel

/// A number that a passkey signs once.
struct Challenge: Sendable {
    /// How long it holds, in milliseconds.
    static let lifeMs: Int64 = 300_000

    let bytes: [UInt8]
}

/// What a passkey answered.
struct PasskeyAnswer: Sendable {
    let credentialID: [UInt8]
    /// How often the passkey signed, if its answer is good under the key that the box knows; nil
    /// for an answer that is not.
    let check: @Sendable (Factor.Passkey) -> UInt32?

    func signCount(with passkey: Factor.Passkey) -> UInt32? { check(passkey) }
}
