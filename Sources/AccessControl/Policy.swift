package import Kernel

/// Proof that the policy allowed one ask.
///
/// Only ``Policy/grant(_:to:)`` makes one.
package struct Grant: Sendable {
    package let caller: Caller
    package let ask: Ask
    /// What the grant covers; everything else is as if it were not there.
    package let covers: [Cover]

    fileprivate init(caller: Caller, ask: Ask, covers: [Cover]) {
        self.caller = caller
        self.ask = ask
        self.covers = covers
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
            return Grant(caller: caller, ask: ask, covers: [Cover([.system])])
        case .machine:
            return Grant(caller: caller, ask: ask, covers: [Cover(Set(Compartment.allCases))])
        case .person:
            return try grantPerson(ask, caller)
        }
    }

    private func grantPerson(_ ask: Ask, _ caller: Caller) throws(Problem) -> Grant {
        if ask.verb == .signOut || ask.verb == .signIn {
            return Grant(caller: caller, ask: ask, covers: [Cover([.system])])
        }
        if let scopes = caller.scopes {
            guard ask.area.isOfRecords else {
                throw Problem(.forbidden, "A token reaches records only. Sign in for this.")
            }
            let covering = scopes.filter { $0.covers(ask.verb, type: ask.type) }
            if covering.contains(where: { $0.level == .system }) {
                return Grant(caller: caller, ask: ask, covers: [Cover(Set(Compartment.allCases))])
            }
            guard !covering.isEmpty else {
                throw Problem(.forbidden, "The token's scopes do not cover this.")
            }
        }
        return try grantRoles(ask, caller)
    }

    private func grantRoles(_ ask: Ask, _ caller: Caller) throws(Problem) -> Grant {
        var parts = Parts()
        for role in caller.roles {
            let cell = RoleMatrix.cell(role, ask.area)
            guard cell.verbs.contains(ask.verb) else { continue }
            parts.add(RoleMatrix.compartments(role), of: role, isOwnOnly: cell.isOwnOnly, caller)
        }
        if parts.isStaff, RoleMatrix.emergencyVerbs.contains(ask.verb) {
            for one in caller.access.emergencies {
                parts.covers.append(Cover(one.compartments, of: [one.patientID]))
            }
        }
        let isOwnAsk = ask.patientID == nil || ask.patientID == caller.ownPatientID
        guard parts.isStaff || (!parts.covers.isEmpty && isOwnAsk) else {
            throw Problem(.forbidden, "Your role does not allow this.")
        }
        return Grant(caller: caller, ask: ask, covers: parts.covers)
    }

    /// What the roles of a caller add up to, each role only for the charts that it opens.
    private struct Parts {
        var covers: [Cover] = []
        /// Whether a role of somebody who works here allows it.
        var isStaff = false

        mutating func add(
            _ compartments: Set<Compartment>, of role: Role, isOwnOnly: Bool, _ caller: Caller
        ) {
            if isOwnOnly {
                guard let own = caller.ownPatientID else { return }
                covers.append(Cover(compartments, of: [own]))
                return
            }
            isStaff = true
            switch caller.access.rules.rule(role) {
            case .clinic: covers.append(Cover(compartments.union([.system])))
            case .relationship:
                covers.append(Cover([.system]))
                covers.append(Cover(compartments, of: caller.access.relatedPatientIDs))
            }
        }
    }
}

extension Grant {
    /// Whether it covers a compartment of a patient's chart.
    ///
    /// - Parameter patientID: empty for a record of no patient.
    package func covers(_ compartment: Compartment, ofPatient patientID: String) -> Bool {
        covers.contains { $0.contains(compartment, ofPatient: patientID) }
    }

    /// The compartments that it covers in the chart of every patient, and of records of none.
    package var wholeCompartments: Set<Compartment> {
        covers.reduce(into: []) { if $1.patientIDs == nil { $0.formUnion($1.compartments) } }
    }

    /// The compartments that it covers in any chart.
    package var anyCompartments: Set<Compartment> {
        covers.reduce(into: []) { $0.formUnion($1.compartments) }
    }

    /// The patients whose charts it covers in part or whole, where it covers no others.
    package var onlyPatientIDs: Set<String>? {
        var ids: Set<String> = []
        for cover in covers {
            guard let some = cover.patientIDs else { return nil }
            ids.formUnion(some)
        }
        return ids
    }

    /// The patients in whose charts it covers more than in others.
    package var somePatientIDs: Set<String> {
        covers.reduce(into: []) { $0.formUnion($1.patientIDs ?? []) }
    }

    /// Whether nothing is hidden from it.
    package var isOfEverything: Bool { wholeCompartments.count == Compartment.allCases.count }

    /// Whether the caller may choose the id of a new record of a patient.
    ///
    /// Where it fails, it tells that a hidden record has the id; so only those may from whom no
    /// clinical record is hidden.
    package var choosesIDs: Bool {
        Set(Compartment.allCases).subtracting(wholeCompartments).isSubset(of: [.bloodQuantum])
    }

    /// Whether the caller may know that a patient is there whose chart stays closed: the name and
    /// the date of birth, to find whom an emergency is about.
    package var findsClosedCharts: Bool {
        caller.roles.contains { role in
            let cell = RoleMatrix.cell(role, ask.area)
            return cell.verbs.contains(ask.verb) && !cell.isOwnOnly
                && caller.access.rules.rule(role) == .relationship
        }
    }
}
