package import Kernel

/// Proof that the policy allowed one ask.
///
/// Only ``Policy/grant(_:to:)`` makes one.
package struct Grant: Sendable {
    package let caller: Caller
    package let ask: Ask
    /// The compartments whose records the grant covers; all others are as if they were not there.
    package let compartments: Set<Compartment>
    /// The one patient that the grant covers, where it does not cover every patient.
    package let onlyPatientID: String?

    fileprivate init(
        caller: Caller, ask: Ask, compartments: Set<Compartment>, onlyPatientID: String?
    ) {
        self.caller = caller
        self.ask = ask
        self.compartments = compartments
        self.onlyPatientID = onlyPatientID
    }

    /// The same grant for one more resource of the same act: an entry of a bundle, a row of a page.
    ///
    /// - Throws: ``Problem`` `.forbidden` as the policy would for the ask itself.
    package func extended(to ask: Ask, by policy: Policy) throws(Problem) -> Grant {
        try policy.grant(ask, to: caller)
    }
}

/// Decides from facts alone whether an ask is allowed.
///
/// Pure: knows no store, no clock.
package struct Policy: Sendable {
    /// Makes the policy.
    package init() {}

    /// The grant for an ask, or a refusal.
    ///
    /// Rights of several roles add up; a token's scopes only narrow them, except that `system`
    /// scopes stand for the box itself, whose administrator made the token. A token reaches
    /// records, never users, sessions, the audit log or the box.
    /// - Throws: ``Problem`` `.login` if nobody is signed in; `.forbidden` if no role allows it.
    package func grant(_ ask: Ask, to caller: Caller) throws(Problem) -> Grant {
        switch caller.kind {
        case .anonymous:
            guard ask.verb == .signIn else {
                throw Problem(.login, "Sign in first.")
            }
            return Grant(caller: caller, ask: ask, compartments: [.system], onlyPatientID: nil)
        case .machine:
            return Grant(
                caller: caller, ask: ask, compartments: Set(Compartment.allCases),
                onlyPatientID: nil)
        case .person:
            return try grantPerson(ask, caller)
        }
    }

    private func grantPerson(_ ask: Ask, _ caller: Caller) throws(Problem) -> Grant {
        if ask.verb == .signOut || ask.verb == .signIn {
            return Grant(caller: caller, ask: ask, compartments: [.system], onlyPatientID: nil)
        }
        if let scopes = caller.scopes {
            guard ask.area.isOfRecords else {
                throw Problem(.forbidden, "A token reaches records only. Sign in for this.")
            }
            let covering = scopes.filter { $0.covers(ask.verb, type: ask.type) }
            if covering.contains(where: { $0.level == .system }) {
                return Grant(
                    caller: caller, ask: ask, compartments: Set(Compartment.allCases),
                    onlyPatientID: nil)
            }
            guard !covering.isEmpty else {
                throw Problem(.forbidden, "The token's scopes do not cover this.")
            }
        }
        return try grantRoles(ask, caller)
    }

    private func grantRoles(_ ask: Ask, _ caller: Caller) throws(Problem) -> Grant {
        var compartments: Set<Compartment> = [.system]
        var isAllowedForAll = false
        var isAllowedForOwn = false
        for role in caller.roles {
            let cell = RoleMatrix.cell(role, ask.area)
            guard cell.verbs.contains(ask.verb) else { continue }
            compartments.formUnion(RoleMatrix.compartments(role))
            if cell.isOwnOnly { isAllowedForOwn = true } else { isAllowedForAll = true }
        }
        if isAllowedForAll {
            return Grant(caller: caller, ask: ask, compartments: compartments, onlyPatientID: nil)
        }
        if isAllowedForOwn, let own = caller.ownPatientID,
            ask.patientID == nil || ask.patientID == own
        {
            return Grant(caller: caller, ask: ask, compartments: compartments, onlyPatientID: own)
        }
        throw Problem(.forbidden, "Your role does not allow this.")
    }
}
