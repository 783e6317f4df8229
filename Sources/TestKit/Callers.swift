package import AccessControl
import Kernel

/// People and machines of an invented clinic who ask for things.
package enum Callers {
    /// A person of one role.
    package static func person(
        _ role: Role, userID: String? = nil, ownPatientID: String? = nil
    ) -> Caller {
        Caller(
            kind: .person, userID: userID ?? "user-\(role.rawValue)",
            name: role.rawValue.lowercased(), roles: [role], ownPatientID: ownPatientID,
            sessionTag: "tag-1", address: "192.0.2.10", requestID: "request-1")
    }

    /// Reads all clinical records, substance use and behavioral health among them.
    package static let physician = person(.physician)
    /// Reads behavioral health, not substance use records.
    package static let nurse = person(.nurse)
    /// Reads demographics and schedules, no clinical record.
    package static let frontDesk = person(.frontDesk)
    /// Reads the general chart only.
    package static let lab = person(.lab)
    /// Runs the box, reads no chart.
    package static let systemAdmin = person(.systemAdmin)
    /// Runs the clinic, reads the audit log.
    package static let admin = person(.admin)
    /// The box itself.
    package static let machine = Caller(
        kind: .machine, name: "job", address: "local", requestID: "request-machine")
    /// Nobody known.
    package static let anonymous = Caller(
        kind: .anonymous, name: "", address: "192.0.2.66", requestID: "request-0")

    /// The patient with an id, who may see the own chart.
    package static func patient(_ id: String) -> Caller {
        person(.patient, userID: "user-of-\(id)", ownPatientID: id)
    }
}

extension Caller {
    /// The grant of the policy for an ask about a resource type.
    ///
    /// - Throws: ``Problem`` where the policy refuses it.
    package func grant(
        _ verb: Verb, _ type: String, id: String? = nil, patientID: String? = nil
    ) throws -> Grant {
        try Policy().grant(Ask(verb, type, id: id, patientID: patientID), to: self)
    }

    /// The grant of the policy for an ask about a part of the box.
    ///
    /// - Throws: ``Problem`` where the policy refuses it.
    package func grant(_ verb: Verb, area: Area, _ type: String) throws -> Grant {
        try Policy().grant(Ask(verb, area: area, type: type), to: self)
    }
}

extension Caller {
    /// The same person where every role opens charts by relationship.
    package func opening(
        _ patientIDs: Set<String>, emergencies: [EmergencyAccess] = [],
        ownReferences: Set<String> = []
    ) -> Caller {
        var caller = self
        let rules = AccessRules(
            byRole: Dictionary(uniqueKeysWithValues: AccessRule.roles.map { ($0, .relationship) }))
        caller.access = ChartAccess(
            rules: rules, relatedPatientIDs: patientIDs, ownReferences: ownReferences,
            emergencies: emergencies)
        return caller
    }
}
