import AccessControl
import FHIRModel
import Kernel

/// Says of writes who did what, when, and on whose behalf.
///
/// One Provenance names what one transaction wrote into one compartment of one chart, so that it is
/// seen by those who see what it is about, and by nobody else.
///
/// Spec: FHIR R4 Provenance, https://hl7.org/fhir/R4/provenance.html; US Core 6.1.0 Provenance,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-provenance.html
struct ProvenanceMaker {
    /// Resources that one Provenance is about.
    static let targetsMax = 500

    /// What one Provenance is about.
    struct Group {
        let patientID: String
        let compartment: Compartment
        fileprivate(set) var drafts: [Draft]
    }

    let rules: WritingRules
    let nowMs: Int64

    /// The writes that want a Provenance, chart by chart; empty where none does.
    func groups(of drafts: [Draft]) -> [Group] {
        guard rules.isTraced else { return [] }
        let told = Self.told(drafts)
        var groups: [Group] = []
        var open: [String: Int] = [:]
        for draft in drafts where wantsTrace(draft, told) {
            let name = "\(draft.compartment.rawValue) \(draft.patientID)"
            if let index = open[name], groups[index].drafts.count < Self.targetsMax {
                groups[index].drafts.append(draft)
                continue
            }
            open[name] = groups.count
            groups.append(
                Group(patientID: draft.patientID, compartment: draft.compartment, drafts: [draft]))
        }
        return groups
    }

    private func wantsTrace(_ draft: Draft, _ told: Set<String>) -> Bool {
        let caller = draft.change.grant.caller
        guard !draft.isUnchanged, caller.kind == .person || caller.origin != nil else {
            return false
        }
        let type = draft.change.type
        return type != "Provenance" && type != "AuditEvent"
            && !told.contains("\(type)/\(draft.change.id)")
    }

    /// What a Provenance of the same transaction speaks of already.
    private static func told(_ drafts: [Draft]) -> Set<String> {
        var told: Set<String> = []
        for draft in drafts where draft.change.type == "Provenance" {
            for target in draft.change.json?["target"]?.elements.map({ $0 }) ?? [] {
                guard let text = target.string("reference"),
                    case .local(let type, let id, _)? = Reference(text)
                else { continue }
                told.insert("\(type)/\(id)")
            }
        }
        return told
    }

    /// The content of the Provenance of a group.
    func json(of group: Group) throws -> JSON {
        guard let caller = group.drafts.first?.change.grant.caller else {
            throw Problem(.unexpected, "A Provenance is about nothing.")
        }
        if case .statement(let bytes)? = caller.origin {
            let sent = try JSON.parse(bytes, limits: .resource)
            return try JSON.parse(
                sent.rewritten(setting: [
                    "target": value { targets(of: group, to: &$0) },
                    "recorded": sent["recorded"]?.canonicalBytes()
                        ?? value { $0.string(Timestamp.text(ms: nowMs)) },
                ]))
        }
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { one in
            one.member("resourceType", "Provenance")
            label(group, &one)
            one.key("target")
            targets(of: group, to: &one)
            one.member("recorded", Timestamp.text(ms: nowMs))
            activity(of: group, &one)
            one.array("agent") { list in
                list.object { agent("author", author(caller), &$0) }
                list.object { agent("transmitter", Self.box(rules.place), &$0) }
            }
            if case .file(let digest)? = caller.origin { Self.source(digest, &one) }
        }
        return try JSON.parse(writer.bytes)
    }

    private func value(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        body(&writer)
        return writer.bytes
    }

    private func targets(of group: Group, to writer: inout JSONWriter) {
        writer.array { list in
            for draft in group.drafts {
                list.object {
                    $0.member(
                        "reference",
                        "\(draft.change.type)/\(draft.change.id)/_history/\(draft.version)")
                }
            }
        }
    }

    /// What protects the records protects what is said about them.
    private func label(_ group: Group, _ one: inout JSONWriter) {
        let labels = group.drafts.lazy.compactMap { $0.change.json?.at("meta", "security") }
        guard group.compartment != .general, group.compartment != .system, let first = labels.first
        else { return }
        one.object("meta") { $0.member("security", first) }
    }

    private func activity(of group: Group, _ one: inout JSONWriter) {
        let codes = Set(
            group.drafts.map { draft in
                draft.change.act == .delete ? "DELETE" : draft.version == 1 ? "CREATE" : "UPDATE"
            })
        guard codes.count == 1, let code = codes.first else {
            let words = codes.sorted().joined(separator: ", ").lowercased()
            return one.object("activity") { $0.member("text", words) }
        }
        one.object("activity") { activity in
            activity.array("coding") { list in
                list.object { coding in
                    coding.member(
                        "system", "http://terminology.hl7.org/CodeSystem/v3-DataOperation")
                    coding.member("code", code)
                }
            }
        }
    }

    private func author(_ caller: Caller) -> ProvenanceAuthor {
        if let known = rules.author(caller) { return known }
        guard caller.kind == .person else { return Self.box(rules.place) }
        return ProvenanceAuthor(reference: nil, display: caller.name)
    }

    private static func box(_ place: WritingRules.Place) -> ProvenanceAuthor {
        ProvenanceAuthor(
            reference: place.isKept ? "Device/\(WritingRules.boxID)" : nil,
            display: "Tribal EHR box")
    }

    private func agent(_ kind: String, _ who: ProvenanceAuthor, _ agent: inout JSONWriter) {
        let isAuthor = kind == "author"
        agent.object("type") { type in
            type.array("coding") { list in
                list.object { coding in
                    coding.member(
                        "system",
                        isAuthor
                            ? "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
                            : "http://hl7.org/fhir/us/core/CodeSystem/"
                                + "us-core-provenance-participant-type")
                    coding.member("code", kind)
                }
            }
        }
        agent.object("who") { one in
            if let reference = who.reference { one.member("reference", reference) }
            one.member("display", who.display)
        }
        let place = rules.place
        agent.object("onBehalfOf") { one in
            if place.isKept { one.member("reference", "Organization/\(WritingRules.clinicID)") }
            one.member("display", place.clinicName)
        }
    }

    /// The file that was imported, by its digest: a name may be that of a person.
    private static func source(_ digest: String, _ one: inout JSONWriter) {
        one.array("entity") { list in
            list.object { entity in
                entity.member("role", "source")
                entity.object("what") { what in
                    what.object("identifier") { identifier in
                        // The object identifier of SHA-256.
                        identifier.member("system", "urn:oid:2.16.840.1.101.3.4.2.1")
                        identifier.member("value", digest)
                    }
                    what.member("display", "Imported file")
                }
            }
        }
    }
}

extension DraftRoom {
    /// The drafts of what says where other drafts come from.
    func provenances(of drafts: [Draft], ids: IDs, nowMs: Int64) throws -> [Draft] {
        let maker = ProvenanceMaker(rules: writing, nowMs: nowMs)
        return try maker.groups(of: drafts).map { group in
            let json = try maker.json(of: group)
            let id = ids.next()
            let ask = Ask(
                .create, "Provenance", id: id,
                patientID: group.patientID.isEmpty ? nil : group.patientID)
            let caller = group.drafts[0].change.grant.caller
            let grant = try Policy().grant(ask, to: caller.asBox)
            return try written(
                Change(grant, .create, type: "Provenance", id: id, json: json),
                IndexMaker.Owner(patientID: group.patientID, compartment: group.compartment),
                newest: nil, nowMs: nowMs)
        }
    }
}

extension Caller {
    /// The box, which acts because of this caller.
    fileprivate var asBox: Caller {
        Caller(
            kind: .machine, userID: userID, name: name, sessionTag: sessionTag, address: address,
            requestID: requestID)
    }
}
