import FHIRModel
import Kernel
import ServerKit

/// Who pays: the fourth step of the registration, a Coverage for each entry.
///
/// Spec: US Core Coverage 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-coverage.html; CLINIC E-09.
struct CoverageForm: Sendable {
    static let takes: Set<String> = ["coverages"]
    private static let coveragesCountMax = 10
    private static let planSystem = "http://terminology.hl7.org/CodeSystem/coverage-class"
    private static let v2Identifiers = "http://terminology.hl7.org/CodeSystem/v2-0203"

    /// One policy.
    struct Entry: Sendable {
        /// Nil for one that was not there before.
        let id: String?
        let kind: CodedChoice
        let payer: String?
        let memberID: String
        let group: String?
        let subscriber: CodedChoice
        let from: String?
        let to: String?
    }

    let entries: [Entry]

    /// Reads the fields.
    ///
    /// - Throws: ``Problem`` that names the field.
    init(_ fields: BodyFields, _ moment: FormMoment) throws(Problem) {
        let sent = try fields.objects(
            "coverages", countMax: Self.coveragesCountMax,
            takes: ["id", "kind", "payer", "memberId", "group", "subscriber", "from", "to"])
        var entries: [Entry] = []
        for (index, one) in sent.enumerated() {
            let path = "coverages[\(index)]."
            guard
                let kind = try PatientElements.choice(
                    one, "kind", FrontDeskCodes.payers, path: path)
            else {
                throw Problem(
                    .required, "Choose the kind of coverage.", location: path + "kind")
            }
            guard let memberID = try one.text("memberId", charactersMax: 60) else {
                throw Problem(
                    .required, "Write the member number as it stands on the card.",
                    location: path + "memberId")
            }
            let from = try PatientElements.date(one, "from", moment, path: path, mayComeLater: true)
            let to = try PatientElements.date(one, "to", moment, path: path, mayComeLater: true)
            if let from, let to, from > to {
                throw Problem(
                    .value, "The coverage ends before it begins.", location: path + "to")
            }
            entries.append(
                Entry(
                    id: try one.text("id", charactersMax: 64), kind: kind,
                    payer: try one.text("payer"), memberID: memberID,
                    group: try one.text("group", charactersMax: 60),
                    subscriber: try PatientElements.choice(
                        one, "subscriber", FrontDeskCodes.subscribers, path: path)
                        ?? FrontDeskCodes.subscribers[0],
                    from: from, to: to))
        }
        self.entries = entries
    }

    /// The Coverage with the fields in it; what the form does not know stays.
    static func bytes(_ entry: Entry, id: String, patientID: String, before: JSON?) -> [UInt8] {
        var setting: [String: [UInt8]?] = [:]
        setting["status"] = PatientElements.text("active")
        setting["beneficiary"] = RelatedRecords.reference("Patient/\(patientID)")
        var kind = JSONWriter()
        kind.concept(nil, entry.kind)
        setting["type"] = kind.bytes
        var subscriber = JSONWriter()
        subscriber.concept(nil, entry.subscriber)
        setting["relationship"] = subscriber.bytes
        setting["identifier"] = .some(
            PatientElements.list(
                before?["identifier"],
                keeping: { $0.at("type", "coding", 0, "code")?.string != "MB" },
                adding: { list in
                    list.object { one in
                        one.object("type") {
                            $0.array("coding") {
                                $0.coding(nil, v2Identifiers, "MB", "Member Number")
                            }
                        }
                        one.member("value", entry.memberID)
                    }
                }))
        setting["payor"] = .some(payor(entry, before))
        setting["class"] = .some(
            PatientElements.list(
                before?["class"],
                keeping: { $0.at("type", "coding", 0, "code")?.string != "group" },
                adding: { list in
                    guard let group = entry.group else { return }
                    list.object { one in
                        one.object("type") {
                            $0.array("coding") { $0.coding(nil, planSystem, "group", "Group") }
                        }
                        one.member("value", group)
                    }
                }))
        var period = JSONWriter()
        period.object { one in
            if let from = entry.from { one.member("start", from) }
            if let to = entry.to { one.member("end", to) }
        }
        setting["period"] = .some(entry.from ?? entry.to == nil ? nil : period.bytes)
        let base = before ?? RelatedRecords.empty("Coverage", "us-core-coverage")
        return base.rewritten(stamp: ResourceStamp(id: id), setting: setting)
    }

    /// A payer that is a record stays, as long as its name does.
    private static func payor(_ entry: Entry, _ before: JSON?) -> [UInt8]? {
        let name = entry.payer ?? entry.kind.words
        if let payor = before?["payor"], payor.at(0, "display")?.string == name {
            return payor.canonicalBytes()
        }
        return PatientElements.list(nil) { list in
            list.object { $0.member("display", name) }
        }
    }

    /// The fields of those that are in use.
    static func write(_ records: [ChartRecord], to out: inout JSONWriter) {
        out.array("coverages") { list in
            for record in records where record.type == "Coverage" {
                let json = record.json
                guard json.string("status") == "active" else { continue }
                list.object { one in
                    one.member("id", record.id)
                    let code = json.at("type", "coding", 0, "code")?.string
                    let kind = FrontDeskCodes.payers.first { $0.code == code }
                    one.member("kind", kind?.key ?? "other")
                    if let payer = json.at("payor", 0, "display")?.string {
                        one.member("payer", payer)
                    }
                    let member = json["identifier"]?.elements.first {
                        $0.at("type", "coding", 0, "code")?.string == "MB"
                    }
                    let number = member?.string("value") ?? json.string("subscriberId")
                    if let number { one.member("memberId", number) }
                    let group = json["class"]?.elements.first {
                        $0.at("type", "coding", 0, "code")?.string == "group"
                    }
                    if let value = group?.string("value") { one.member("group", value) }
                    let relation = json.at("relationship", "coding", 0, "code")?.string
                    let known = FrontDeskCodes.subscribers.first { $0.key == relation }
                    one.member("subscriber", known?.key ?? "other")
                    if let from = json.at("period", "start")?.string { one.member("from", from) }
                    if let to = json.at("period", "end")?.string { one.member("to", to) }
                }
            }
        }
    }
}
