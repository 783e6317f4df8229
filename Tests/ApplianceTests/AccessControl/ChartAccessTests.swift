import AccessControl
import TestKit
import Testing

/// Role, rule, compartment, relationship and emergency, cell by cell.
@Suite struct `Which charts open` {
    private static let emergency = EmergencyAccess(
        id: "e", patientID: "hurt", compartments: [.general, .part2])

    /// What a role opens, said once more from the handbook and not from the product's table.
    private static func opens(_ role: Role, _ compartment: Compartment) -> Bool {
        switch compartment {
        case .system: true
        case .general: role != .systemAdmin
        case .part2: role == .physician
        case .behavioral, .traditional: role == .physician || role == .nurse
        case .bloodQuantum: role == .admin || role == .frontDesk
        }
    }

    private static func caller(
        _ role: Role, _ rule: AccessRule, inEmergency: Bool
    ) -> Caller {
        var caller = Callers.person(role)
        caller.access = ChartAccess(
            rules: AccessRules(byRole: [role: rule]), relatedPatientIDs: ["mine"],
            emergencies: inEmergency ? [emergency] : [])
        return caller
    }

    @Test(arguments: AccessRule.roles, AccessRule.allCases)
    func `every cell of role, rule, part, chart and emergency is as the handbook says`(
        _ role: Role, _ rule: AccessRule
    ) throws {
        for verb in [Verb.read, .vread, .search, .create, .update, .delete] {
            guard RoleMatrix.cell(role, .demographics).verbs.contains(verb) else { continue }
            for isUrgent in [false, true] {
                let grant = try Self.caller(role, rule, inEmergency: isUrgent)
                    .grant(verb, "Patient")
                for compartment in Compartment.allCases where compartment != .system {
                    for patient in ["mine", "other", "hurt"] {
                        let isRelated = rule == .clinic || patient == "mine"
                        let isLook = [.read, .vread, .search].contains(verb)
                        let isOpenedNow =
                            isUrgent && isLook && patient == "hurt"
                            && (compartment == .general || compartment == .part2)
                        #expect(
                            grant.covers(compartment, ofPatient: patient)
                                == (Self.opens(role, compartment) && isRelated || isOpenedNow),
                            "\(role) \(rule) \(verb) \(compartment) \(patient) \(isUrgent)")
                    }
                }
            }
        }
    }

    @Test func `an emergency opens no kind of record that the role does not read`() throws {
        let lab = Self.caller(.lab, .relationship, inEmergency: true)
        #expect(try lab.grant(.read, "Observation").covers(.part2, ofPatient: "hurt"))
        #expect(throws: (any Error).self) { try lab.grant(.read, "MedicationRequest") }
        #expect(throws: (any Error).self) { try lab.grant(.export, "Observation") }
    }

    @Test func `a nurse who is a patient too opens protected parts of the own chart alone`() throws
    {
        let caller = Caller(
            kind: .person, userID: "u", name: "both", roles: [.nurse, .patient],
            ownPatientID: "own", address: "192.0.2.1", requestID: "r")
        let grant = try caller.grant(.read, "Condition")
        #expect(grant.covers(.part2, ofPatient: "own"))
        #expect(!grant.covers(.part2, ofPatient: "other"))
        #expect(grant.covers(.behavioral, ofPatient: "other"))
    }

    @Test func `rights of two roles hold each in the charts of its own rule`() throws {
        var caller = Caller(
            kind: .person, userID: "u", name: "both", roles: [.physician, .lab],
            address: "192.0.2.1", requestID: "r")
        caller.access = ChartAccess(
            rules: AccessRules(byRole: [.physician: .relationship]),
            relatedPatientIDs: ["mine"])
        let grant = try caller.grant(.read, "Observation")
        #expect(grant.covers(.general, ofPatient: "other"))
        #expect(!grant.covers(.part2, ofPatient: "other"))
        #expect(grant.covers(.part2, ofPatient: "mine"))
    }

    @Test func `no role of a patient or of the machine room has a rule`() {
        #expect(Set(AccessRule.roles) == Set(Role.allCases).subtracting([.systemAdmin, .patient]))
        #expect(!EmergencyAccess.compartments.contains(.bloodQuantum))
    }
}
