/// Which charts a role opens.
///
/// Spec: FEATURES AUTH-09.
package enum AccessRule: String, CaseIterable, Hashable, Sendable {
    /// Every chart of the clinic.
    case clinic
    /// The charts of patients with whom the person has to do.
    case relationship

    /// The roles that a rule can be set for: those of people who work with charts.
    package static let roles: [Role] = Role.allCases.filter {
        $0 != .systemAdmin && $0 != .patient
    }
}

/// What a clinic has set about relationships.
package struct AccessRules: Hashable, Sendable {
    /// The fewest and most days that a visit can count.
    package static let visitDays = 1...3_650

    /// The rule of each role; a role that is missing has the rule of the clinic.
    package var byRole: [Role: AccessRule]
    /// How many days a visit or an appointment makes a relationship, before and after its day.
    package var visitDaysMax: Int

    /// The rules of a clinic that set nothing: everybody opens every chart.
    package init(byRole: [Role: AccessRule] = [:], visitDaysMax: Int = 90) {
        self.byRole = byRole
        self.visitDaysMax = visitDaysMax
    }

    /// The rule of a role.
    package func rule(_ role: Role) -> AccessRule { byRole[role] ?? .clinic }
}
