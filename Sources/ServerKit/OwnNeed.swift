package import Kernel

/// What a person has to do first, before the box does what they ask.
///
/// The word stands as `location` in the details of the 403, so that a page knows what to show.
package enum OwnNeed: String, Hashable, Sendable, CaseIterable {
    /// Prove anew who they are, by password or factor.
    case freshProof = "fresh-proof"
    /// Choose a password of their own.
    case password = "change-password"
    /// Set up a second factor.
    case factor = "set-up-factor"
    /// Unlock the session.
    case unlock = "unlock"

    /// The refusal to answer.
    package var problem: Problem { Problem(.forbidden, sentence, location: rawValue) }

    private var sentence: String {
        switch self {
        case .freshProof: "Confirm that it is you, then try again."
        case .password: "Change your password first."
        case .factor: "Set up a second factor first."
        case .unlock: "This session is locked. Unlock it with your PIN, or sign in again."
        }
    }
}
