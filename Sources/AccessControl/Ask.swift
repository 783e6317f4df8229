/// What somebody wants to do.
package enum Verb: String, CaseIterable, Hashable, Sendable {
    case read, vread, search, create, update, delete
    /// Proving who one is, and ending that.
    case signIn = "sign-in"
    case signOut = "sign-out"
    /// Taking records out of the box in bulk.
    case export
    /// Acts on the box itself: keys, settings, jobs, imports, users.
    case administer
}

/// One thing that somebody wants: the verb, what it is about, and which one.
package struct Ask: Sendable {
    package let verb: Verb
    package let area: Area
    /// The FHIR resource type, or the word for a part of the box: `User`, `Session`, `AuditLog`.
    package let type: String
    package let id: String?
    /// The patient whose chart it is, where the ask names one.
    package let patientID: String?

    /// An ask about a FHIR resource type.
    package init(_ verb: Verb, _ type: String, id: String? = nil, patientID: String? = nil) {
        self.verb = verb
        self.area = Area(resourceType: type)
        self.type = type
        self.id = id
        self.patientID = type == "Patient" ? (patientID ?? id) : patientID
    }

    /// An ask about a part of the box.
    package init(
        _ verb: Verb, area: Area, type: String, id: String? = nil, patientID: String? = nil
    ) {
        self.verb = verb
        self.area = area
        self.type = type
        self.id = id
        self.patientID = patientID
    }
}
