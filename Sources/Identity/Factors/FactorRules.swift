import AccessControl
import Kernel

/// Who must have a second factor, and since when.
///
/// Spec: FEATURES AUTH-04; NIST SP 800-63B-4, 2.2
struct FactorRules: Sendable {
    private static let dayMs: Int64 = 86_400_000
    /// Roles that no grace is given to: whoever has their password has the box.
    private static let administrators: Set<Role> = [.systemAdmin, .admin]

    let live: LiveIdentitySettings
    let clock: Clock

    /// Whether a person needs a second factor at all.
    func isRequired(_ user: User) -> Bool {
        user.mustSetUpFactor || !live.current.factorRoles.isDisjoint(with: user.roles)
    }

    /// Whether the person has to set one up before anything else.
    func isDue(_ user: User) -> Bool {
        guard isRequired(user), !user.hasFactor else { return false }
        guard let endMs = graceEndMs(user) else { return true }
        return clock.wallMs() >= endMs
    }

    /// Until when the person may put it off, in UTC milliseconds; nil where they may not.
    func graceEndMs(_ user: User) -> Int64? {
        guard live.current.factorGraceDays > 0, isRequired(user), !user.hasFactor,
            !user.mustSetUpFactor, user.roles.isDisjoint(with: Self.administrators)
        else { return nil }
        let fromMs = min(user.factorAskedMs ?? clock.wallMs(), clock.wallMs())
        return fromMs + Int64(live.current.factorGraceDays) * Self.dayMs
    }
}
