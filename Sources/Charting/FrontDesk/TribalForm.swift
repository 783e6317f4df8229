import FHIRModel
import Kernel
import ServerKit

/// Tribes, eligibility and community: the second step of the registration.
///
/// Spec: US Core Tribal Affiliation 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-tribal-affiliation.html;
/// CLINIC T-01 to T-06, T-10.
struct TribalForm: PatientForm {
    static let takes: Set<String> = [
        "tribes", "beneficiary", "eligibility", "eligibilityReasons", "eligibilitySince",
        "eligibilityNote", "community", "communitySince",
    ]
    private static let tribesCountMax = 8
    private static let affiliationURL = PatientElements.usCore + "us-core-tribal-affiliation"
    private static let enrolmentURL = PatientElements.own + "enrollment"
    private static let beneficiaryURL = PatientElements.own + "beneficiary-class"
    private static let eligibilityURL = PatientElements.own + "eligibility"
    private static let communityURL = PatientElements.own + "community"
    private static let numberSystem = PatientElements.own + "enrollment-number:"

    /// What somebody has to do with one tribe.
    struct Tribe: Sendable {
        let name: String
        /// Of HL7's list; nil for a tribe that is not in it.
        let code: String?
        let standing: CodedChoice?
        let number: String?
        let proof: String?
        let verifiedOn: String?
    }

    private let tribes: [Tribe]
    private let beneficiary: CodedChoice?
    private let eligibility: CodedChoice?
    private let reasons: [CodedChoice]
    private let since: String?
    private let note: String?
    private let community: String?
    private let communitySince: String?
    private let moment: FormMoment

    init(_ fields: BodyFields, _ moment: FormMoment) throws(Problem) {
        self.moment = moment
        tribes = try Self.tribes(fields, moment)
        beneficiary = try PatientElements.choice(
            fields, "beneficiary", FrontDeskCodes.beneficiaries)
        eligibility = try PatientElements.choice(
            fields, "eligibility", FrontDeskCodes.eligibilities)
        since = try PatientElements.date(fields, "eligibilitySince", moment)
        note = try fields.text("eligibilityNote", charactersMax: 500)
        community = try fields.text("community")
        communitySince = try PatientElements.date(fields, "communitySince", moment)
        var reasons: [CodedChoice] = []
        let all = FrontDeskCodes.eligibilityReasons
        for key in try fields.texts("eligibilityReasons", countMax: all.count) {
            guard let reason = all.first(where: { $0.key == key }) else {
                throw Problem(
                    .value, "Choose among the reasons of the list.", location: "eligibilityReasons")
            }
            reasons.append(reason)
        }
        self.reasons = reasons
        guard eligibility != nil || (reasons.isEmpty && since == nil && note == nil) else {
            throw Problem(
                .required, "Choose the eligibility that these reasons belong to.",
                location: "eligibility")
        }
        guard community != nil || communitySince == nil else {
            throw Problem(
                .required, "Write the community that the person moved to.", location: "community")
        }
    }

    private static func tribes(
        _ fields: BodyFields, _ moment: FormMoment
    ) throws(Problem) -> [Tribe] {
        let sent = try fields.objects(
            "tribes", countMax: tribesCountMax,
            takes: ["name", "standing", "number", "proof", "verifiedOn"])
        var tribes: [Tribe] = []
        for (index, one) in sent.enumerated() {
            let path = "tribes[\(index)]."
            let name = try one.required("name")
            let number = try one.text("number", charactersMax: 40)
            let folded = SearchText.fold(name)
            let listed = FrontDeskCodes.tribes.first { SearchText.fold($0.name) == folded }
            tribes.append(
                Tribe(
                    name: listed?.name ?? name, code: listed?.code,
                    standing: try PatientElements.choice(
                        one, "standing", FrontDeskCodes.standings, path: path),
                    number: number, proof: try one.text("proof"),
                    verifiedOn: try PatientElements.date(one, "verifiedOn", moment, path: path)))
        }
        return tribes
    }

    func apply(to patient: JSON) -> [UInt8] {
        let owned = [Self.affiliationURL, Self.enrolmentURL, Self.beneficiaryURL]
        let extensions = PatientElements.list(
            patient["extension"],
            keeping: { one in
                let url = one.string("url") ?? ""
                return !owned.contains(url) && url != Self.eligibilityURL
                    && url != Self.communityURL
            },
            adding: { list in
                for tribe in tribes {
                    Self.writeAffiliation(tribe, to: &list)
                    writeEnrolment(tribe, to: &list)
                }
                if let beneficiary {
                    list.object { one in
                        one.member("url", Self.beneficiaryURL)
                        one.coding(
                            "valueCoding", Self.beneficiaryURL, beneficiary.key, beneficiary.words)
                    }
                }
                writeEligibility(patient, to: &list)
                writeCommunity(patient, to: &list)
            })
        let numbers = PatientElements.list(
            patient["identifier"],
            keeping: { !($0.string("system") ?? "").hasPrefix(Self.numberSystem) },
            adding: { list in
                for tribe in tribes {
                    guard let number = tribe.number else { continue }
                    list.object { one in
                        one.object("type") { $0.member("text", "Tribal enrollment number") }
                        one.member("system", Self.system(tribe))
                        one.member("value", number)
                        one.object("assigner") { $0.member("display", tribe.name) }
                    }
                }
            })
        return patient.rewritten(
            setting: ["extension": extensions, "identifier": numbers])
    }

    /// A tribe outside of the list is known by the bytes of its name, since a system is a URI.
    private static func system(_ tribe: Tribe) -> String {
        guard let code = tribe.code else {
            return numberSystem + Hex.text(SearchText.fold(tribe.name).prefix(16))
        }
        return numberSystem + code
    }

    private static func writeAffiliation(_ tribe: Tribe, to list: inout JSONWriter) {
        list.object { one in
            one.member("url", affiliationURL)
            one.array("extension") { parts in
                parts.object { part in
                    part.member("url", "tribalAffiliation")
                    part.object("valueCodeableConcept") { concept in
                        if let code = tribe.code {
                            concept.array("coding") {
                                $0.coding(nil, FrontDeskCodes.tribeSystem, code, tribe.name)
                            }
                        }
                        concept.member("text", tribe.name)
                    }
                }
                if let standing = tribe.standing {
                    parts.object { part in
                        part.member("url", "isEnrolled")
                        part.member("valueBoolean", standing.key == "enrolled")
                    }
                }
            }
        }
    }

    private func writeEnrolment(_ tribe: Tribe, to list: inout JSONWriter) {
        list.object { one in
            one.member("url", Self.enrolmentURL)
            one.array("extension") { parts in
                parts.textExtension("tribe", "valueString", tribe.name)
                if let standing = tribe.standing {
                    parts.textExtension("standing", "valueCode", standing.key)
                }
                if let proof = tribe.proof { parts.textExtension("proof", "valueString", proof) }
                if let day = tribe.verifiedOn {
                    parts.textExtension("verifiedOn", "valueDate", day)
                    parts.textExtension("verifiedBy", "valueString", moment.authorName)
                }
            }
        }
    }

    /// What was decided before stays, with the day on which it ended.
    private func writeEligibility(_ patient: JSON, to list: inout JSONWriter) {
        let before = PatientElements.all(Self.eligibilityURL, in: patient)
        let newest = before.last.map(Self.decision)
        let now = Decision(
            status: eligibility?.key, reasons: reasons.map(\.key), since: since, note: note)
        for one in before { list.value(one) }
        guard eligibility != nil, newest != now else { return }
        list.object { one in
            one.member("url", Self.eligibilityURL)
            one.array("extension") { parts in
                if let status = now.status { parts.textExtension("status", "valueCode", status) }
                for reason in now.reasons { parts.textExtension("reason", "valueCode", reason) }
                if let since { parts.textExtension("since", "valueDate", since) }
                if let note { parts.textExtension("note", "valueString", note) }
                parts.textExtension("decidedBy", "valueString", moment.authorName)
                parts.textExtension("decidedAt", "valueDateTime", moment.instant)
            }
        }
    }

    private func writeCommunity(_ patient: JSON, to list: inout JSONWriter) {
        let before = PatientElements.all(Self.communityURL, in: patient)
        for one in before { list.value(one) }
        guard let community else { return }
        let newest = before.last
        let isSame =
            PatientElements.find("name", in: newest)?.string("valueString") == community
            && PatientElements.find("since", in: newest)?.string("valueDate") == communitySince
        guard !isSame else { return }
        list.object { one in
            one.member("url", Self.communityURL)
            one.array("extension") { parts in
                parts.textExtension("name", "valueString", community)
                if let communitySince {
                    parts.textExtension("since", "valueDate", communitySince)
                }
                parts.textExtension("writtenAt", "valueDateTime", moment.instant)
            }
        }
    }

    private struct Decision: Equatable {
        let status: String?
        let reasons: [String]
        let since: String?
        let note: String?
    }

    private static func decision(_ one: JSON) -> Decision {
        Decision(
            status: PatientElements.find("status", in: one)?.string("valueCode"),
            reasons: PatientElements.all("reason", in: one).compactMap { $0.string("valueCode") },
            since: PatientElements.find("since", in: one)?.string("valueDate"),
            note: PatientElements.find("note", in: one)?.string("valueString"))
    }
}

extension TribalForm {
    static func write(_ patient: JSON, to out: inout JSONWriter) {
        let numbers = PatientElements.elements(patient["identifier"]).filter {
            ($0.string("system") ?? "").hasPrefix(numberSystem)
        }
        let details = PatientElements.all(enrolmentURL, in: patient)
        out.array("tribes") { list in
            for one in PatientElements.all(affiliationURL, in: patient) {
                let concept = PatientElements.find("tribalAffiliation", in: one)?[
                    "valueCodeableConcept"]
                let name =
                    concept?.at("coding", 0, "display")?.string ?? concept?.string("text") ?? ""
                let detail = details.first {
                    PatientElements.find("tribe", in: $0)?.string("valueString") == name
                }
                list.object { tribe in
                    tribe.member("name", name)
                    let enrolled = PatientElements.find("isEnrolled", in: one)?["valueBoolean"]?
                        .bool
                    let standing =
                        PatientElements.find("standing", in: detail)?.string("valueCode")
                        ?? enrolled.map { $0 ? "enrolled" : "not-enrolled" }
                    if let standing { tribe.member("standing", standing) }
                    let number = numbers.first { $0.at("assigner", "display")?.string == name }
                    if let value = number?.string("value") { tribe.member("number", value) }
                    if let proof = PatientElements.find("proof", in: detail)?.string("valueString")
                    {
                        tribe.member("proof", proof)
                    }
                    let day = PatientElements.find("verifiedOn", in: detail)?.string("valueDate")
                    if let day { tribe.member("verifiedOn", day) }
                }
            }
        }
        if let code = PatientElements.find(beneficiaryURL, in: patient)?.at("valueCoding", "code")?
            .string
        {
            out.member("beneficiary", code)
        }
        writeCurrent(patient, to: &out)
    }

    private static func writeCurrent(_ patient: JSON, to out: inout JSONWriter) {
        if let newest = PatientElements.all(eligibilityURL, in: patient).last {
            let now = decision(newest)
            if let status = now.status { out.member("eligibility", status) }
            out.array("eligibilityReasons") { list in
                for reason in now.reasons { list.string(reason) }
            }
            if let since = now.since { out.member("eligibilitySince", since) }
            if let note = now.note { out.member("eligibilityNote", note) }
        }
        guard let home = PatientElements.all(communityURL, in: patient).last else { return }
        if let name = PatientElements.find("name", in: home)?.string("valueString") {
            out.member("community", name)
        }
        if let since = PatientElements.find("since", in: home)?.string("valueDate") {
            out.member("communitySince", since)
        }
    }

    /// What was decided and where somebody lived, the newest first.
    static func writeHistory(_ patient: JSON, to out: inout JSONWriter) {
        out.array("eligibilityHistory") { list in
            for one in PatientElements.all(eligibilityURL, in: patient).reversed() {
                let was = decision(one)
                list.object { line in
                    if let status = was.status { line.member("status", status) }
                    line.array("reasons") { list in was.reasons.forEach { list.string($0) } }
                    if let since = was.since { line.member("since", since) }
                    if let note = was.note { line.member("note", note) }
                    for (name, kind) in [
                        ("decidedBy", "valueString"), ("decidedAt", "valueDateTime"),
                    ] {
                        if let text = PatientElements.find(name, in: one)?.string(kind) {
                            line.member(name, text)
                        }
                    }
                }
            }
        }
        out.array("communityHistory") { list in
            for one in PatientElements.all(communityURL, in: patient).reversed() {
                list.object { line in
                    for (name, kind) in [("name", "valueString"), ("since", "valueDate")] {
                        if let text = PatientElements.find(name, in: one)?.string(kind) {
                            line.member(name, text)
                        }
                    }
                }
            }
        }
    }
}
