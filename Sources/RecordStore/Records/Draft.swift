import AccessControl
import FHIRModel
import Kernel
import Sealing

/// A change made ready off the writer's thread: stamped, sealed, with everything that its rows
/// need.
///
/// Holds only while the newest version in the store is still the one it was made from.
struct Draft: Sendable {
    let change: Change
    /// The version that this change makes.
    let version: Int64
    let patientID: String
    let compartment: Compartment
    let key: DataKey
    let sortMs: Int64
    let json: [UInt8]
    let sealedBody: [UInt8]
    let digest: [UInt8]
    let identifierTags: [Int64]
    let extract: (sealed: [UInt8], person: Person)?
    let entry: SealedAuditEntry
    let isUnchanged: Bool
    /// When the version that stays was written, UTC milliseconds; nil where another one is made.
    var keptMs: Int64?
    /// How the search index follows; nil where nothing changes.
    let index: IndexDraft?
}

/// Makes drafts of changes.
struct DraftRoom: Sendable {
    let keys: DataKeys
    let tags: TagMaker
    let auditSealer: AuditSealer
    let index: IndexMaker
    let writing: WritingRules

    /// The draft of a change, given the newest version that the store has.
    ///
    /// - Throws: ``Problem`` `.lockError` if another version is newest than the change was made
    ///   from; `.deleted` where a deletion finds nothing.
    func draft(_ change: Change, newest: ResourceRow?, nowMs: Int64) throws -> Draft {
        try check(change, newest: newest)
        if change.act == .keep { return try kept(change, newest: newest) }
        if change.act == .delete { return try deletion(change, newest: newest, nowMs: nowMs) }
        guard let json = change.json else {
            throw Problem(.required, "The change holds no resource.")
        }
        let patientID = try patientID(of: json, change: change, newest: newest)
        let compartment = try compartment(of: json, change: change, patientID: patientID)
        if change.act == .importing, let newest, !newest.isDeleted,
            try isEqual(json, to: newest, change)
        {
            return try unchanged(change, newest: newest, compartment: compartment)
        }
        return try written(
            change, IndexMaker.Owner(patientID: patientID, compartment: compartment),
            newest: newest, nowMs: nowMs)
    }

    /// The draft of a change that writes a version into a compartment of a chart.
    func written(
        _ change: Change, _ owner: IndexMaker.Owner, newest: ResourceRow?, nowMs: Int64
    ) throws -> Draft {
        guard let json = change.json else {
            throw Problem(.required, "The change holds no resource.")
        }
        let (patientID, compartment) = (owner.patientID, owner.compartment)
        let version = (newest?.version ?? 0) + 1
        let body = json.rewritten(
            stamp: ResourceStamp(
                id: change.id, versionID: "\(version)", lastUpdated: Timestamp.text(ms: nowMs)),
            setting: writing.narrative(for: json, change.act))
        let key = try keys.current(owner: patientID, compartment: compartment)
        let place = Body.place(
            type: change.type, id: change.id, version: version, patientID: patientID,
            compartment: compartment.rawValue)
        let sealed = try Body.seal(body, key: key, at: place)
        let sortMs = ClinicalDate.of(json)?.lowerBoundMs() ?? nowMs
        return Draft(
            change: change, version: version, patientID: patientID, compartment: compartment,
            key: key, sortMs: sortMs, json: body, sealedBody: sealed,
            digest: VersionFacts(
                type: change.type, id: change.id, version: version, isDeleted: false,
                patientID: patientID, compartment: compartment.rawValue, dataKeyID: Int64(key.id),
                changedMs: nowMs, sortMs: sortMs
            ).digest(sealedBody: SHA256.digest(sealed)),
            identifierTags: tags.identifiers(of: json, type: change.type),
            extract: try extract(json, change: change, version: version, key: key),
            entry: try entry(change, version: version, patientID: patientID),
            isUnchanged: false,
            index: try index.draft(
                type: change.type, id: change.id, old: indexed(newest),
                new: (owner, json, key)))
    }

    /// What the version before is found by.
    private func indexed(_ newest: ResourceRow?) -> (owner: IndexMaker.Owner, json: JSON)? {
        guard let newest, !newest.isDeleted else { return nil }
        // A damaged version can still be replaced; the next rebuild clears what it leaves behind.
        return try? (IndexMaker.Owner(of: newest), JSON.parse(newest.opened(with: keys).json))
    }

    private func check(_ change: Change, newest: ResourceRow?) throws {
        if let wanted = change.ifVersion, Int64(wanted) != (newest?.version ?? 0) {
            throw Problem(
                .lockError,
                "Somebody else changed this record since it was opened. Open it again and repeat "
                    + "the change.")
        }
        if change.ifAbsent, let newest, !newest.isDeleted {
            throw Problem(
                .lockError, "There is already a record with this id, and none was to be there.")
        }
        if change.act == .update, !change.mayCreate, newest?.isDeleted ?? true {
            throw Problem.noSuchID
        }
        if change.act == .create, newest != nil {
            throw Problem(.duplicate, "There is already a record with this id.")
        }
        if change.act == .delete, newest == nil {
            throw Problem(.notFound, "\(change.type)/\(change.id) was not found.")
        }
    }

    private func deletion(_ change: Change, newest: ResourceRow?, nowMs: Int64) throws -> Draft {
        guard let newest, let compartment = Compartment(rawValue: newest.compartment) else {
            throw Problem(.notFound, "\(change.type)/\(change.id) was not found.")
        }
        if newest.isDeleted {
            return try unchanged(change, newest: newest, compartment: compartment)
        }
        let version = newest.version + 1
        let key = try keys.current(owner: newest.patientID, compartment: compartment)
        let facts = VersionFacts(
            type: change.type, id: change.id, version: version, isDeleted: true,
            patientID: newest.patientID, compartment: compartment.rawValue,
            dataKeyID: Int64(key.id), changedMs: nowMs, sortMs: nowMs)
        return Draft(
            change: change, version: version, patientID: newest.patientID,
            compartment: compartment, key: key, sortMs: nowMs, json: [], sealedBody: [],
            digest: facts.digest(sealedBody: SHA256.digest([])),
            identifierTags: [], extract: nil,
            entry: try entry(change, version: version, patientID: newest.patientID),
            isUnchanged: false,
            index: try index.draft(
                type: change.type, id: change.id, old: indexed(newest), new: nil))
    }

    private func kept(_ change: Change, newest: ResourceRow?) throws -> Draft {
        guard let newest, !newest.isDeleted,
            let compartment = Compartment(rawValue: newest.compartment)
        else { throw Problem(.lockError, "The record is not there any more.") }
        return try unchanged(change, newest: newest, compartment: compartment)
    }

    private func unchanged(
        _ change: Change, newest: ResourceRow, compartment: Compartment
    ) throws -> Draft {
        Draft(
            change: change, version: newest.version, patientID: newest.patientID,
            compartment: compartment, key: try keys.key(id: newest.dataKeyID),
            sortMs: newest.sortMs, json: [], sealedBody: [], digest: [], identifierTags: [],
            extract: nil,
            entry: try entry(change, version: newest.version, patientID: newest.patientID),
            isUnchanged: true, keptMs: newest.changedMs, index: nil)
    }

    private func patientID(of json: JSON, change: Change, newest: ResourceRow?) throws -> String {
        if change.type == "Patient" { return change.id }
        var id = ""
        if let text = PatientCompartment.patientReference(in: json),
            case .local(type: "Patient", let found, _)? = Reference(text)
        {
            id = found
        }
        // What the box says of a record lies in the chart of that, which its content does not name.
        if id.isEmpty, change.type == "Provenance", let newest { return newest.patientID }
        if let newest, !newest.isDeleted, !newest.patientID.isEmpty, newest.patientID != id {
            throw Problem(
                .conflict,
                "A record cannot move to another patient's chart. Mark it entered-in-error and "
                    + "write it anew.")
        }
        return id
    }

    /// Where a record carries labels of several classes, the class that fewest may read wins.
    private static let strictestFirst: [Compartment] = [
        .part2, .bloodQuantum, .behavioral, .traditional,
    ]

    private func compartment(of json: JSON, change: Change, patientID: String) throws -> Compartment
    {
        guard change.type != "Patient" else {
            try checkChart(json, change)
            return .general
        }
        if patientID.isEmpty, Self.isNeverHidden(change.type) { return .system }
        var labelled: Set<Compartment> = []
        if let labels = json.at("meta", "security") {
            for label in labels.elements {
                guard let code = label.string("code") else { continue }
                if let one = Compartment(securityLabel: code) { labelled.insert(one) }
            }
        }
        let found =
            Self.strictestFirst.first { labelled.contains($0) }
            ?? (patientID.isEmpty ? .system : .general)
        guard change.grant.covers(found, ofPatient: patientID) else {
            // The same words for the class and for the chart: they tell neither from the other.
            throw Problem(.forbidden, "You may not write such a record in this chart.")
        }
        return found
    }

    /// Whether records of a type are open to everybody who may read the type: a list of the clinic
    /// or a definition, which labels of protection make no sense on.
    static func isNeverHidden(_ type: String) -> Bool {
        let area = Area(resourceType: type)
        return area == .directory || area == .definitions
    }

    /// Whether the caller may write this patient, or begin a chart with it.
    ///
    /// Who opens charts by relationship only begins a chart as its general practitioner; else the
    /// chart would be closed to its own maker.
    private func checkChart(_ json: JSON, _ change: Change) throws(Problem) {
        let access = change.grant.caller.access
        guard !change.grant.covers(.general, ofPatient: change.id) else { return }
        let names = json["generalPractitioner"]?.elements.compactMap { $0.string("reference") }
        let isOwn = names?.contains(where: access.ownReferences.contains) ?? false
        guard change.act == .create, isOwn else {
            throw Problem(
                .forbidden,
                "Name yourself as the general practitioner of a patient whom you register, or ask "
                    + "the front desk to register the patient.", location: "generalPractitioner")
        }
    }

    private func isEqual(_ json: JSON, to newest: ResourceRow, _ change: Change) throws -> Bool {
        let stored = try newest.opened(with: keys)
        let stamp = try JSON.parse(stored.json)
        let again = json.rewritten(
            stamp: ResourceStamp(
                id: change.id, versionID: stamp.at("meta", "versionId")?.string,
                lastUpdated: stamp.at("meta", "lastUpdated")?.string))
        return again == stored.json
    }

    private func extract(_ json: JSON, change: Change, version: Int64, key: DataKey) throws
        -> (sealed: [UInt8], person: Person)?
    {
        guard change.type == "Patient" else { return nil }
        let facts = Demographics.extract(patient: json)
        let sealed = try SealedValue.seal(
            facts.encode(), key: key, at: PersonExtract.place(change.id, version: version))
        return (sealed, Person(id: change.id, facts))
    }

    private func entry(_ change: Change, version: Int64, patientID: String) throws
        -> SealedAuditEntry
    {
        try auditSealer.seal(
            AuditNote(
                change.grant.ask, id: change.id, version: Int(version),
                patientID: patientID.isEmpty ? nil : patientID),
            by: change.grant.caller)
    }
}

/// Where the sealed extract of a person belongs.
enum PersonExtract {
    static func place(_ patientID: String, version: Int64) -> Place {
        Place(
            table: "person_extract", column: "sealed_extract", row: patientID,
            patient: patientID, compartment: Compartment.general.rawValue, version: version)
    }
}

extension Problem {
    /// The one answer to a change under an id that is not there, that is hidden, or that the
    /// caller may not choose: nobody tells one from the others by it.
    static let noSuchID = Problem(
        .forbidden,
        "There is no record with this id that you may change. Send a new record without an id, "
            + "with POST: the box gives it one.")
}
