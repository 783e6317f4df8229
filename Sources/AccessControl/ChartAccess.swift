/// What decides which charts a person opens, beside the roles: facts of the moment of the request.
package struct ChartAccess: Sendable {
    /// Nothing but the roles decides.
    package static let byRolesOnly = ChartAccess()

    /// The rule of each role.
    package let rules: AccessRules
    /// The patients with whom the person, or whom the person stands in for, has to do.
    package let relatedPatientIDs: Set<String>
    /// The references that name the person in a record, such as `Practitioner/5`.
    package let ownReferences: Set<String>
    /// The emergencies that the person has open.
    package let emergencies: [EmergencyAccess]

    /// Collects the facts.
    package init(
        rules: AccessRules = AccessRules(), relatedPatientIDs: Set<String> = [],
        ownReferences: Set<String> = [], emergencies: [EmergencyAccess] = []
    ) {
        self.rules = rules
        self.relatedPatientIDs = relatedPatientIDs
        self.ownReferences = ownReferences
        self.emergencies = emergencies
    }

    /// Whether relationships limit anybody with these roles.
    package static func needsRelations(_ roles: Set<Role>, _ rules: AccessRules) -> Bool {
        roles.contains { rules.rule($0) == .relationship }
    }
}
