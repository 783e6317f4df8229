import FHIRModel

extension ChartSummary {
    /// Allergies, and whether the patient was asked at all.
    ///
    /// `allergyStatus` is `known` if there is an allergy that was not refuted, `none-known` if it
    /// is recorded that there is none, else `not-asked`: an empty list alone says nothing.
    /// `allergyText` holds the words of what is recorded as absent, because no known drug allergy
    /// says nothing of food.
    mutating func writeAllergies(to out: inout JSONWriter) {
        let all = newest("AllergyIntolerance")
        let absences = all.filter { Self.isAbsence($0.json) }
        let present = all.filter { !Self.isAbsence($0.json) }
        let counting = present.filter { !Concept.has("refuted", in: $0.json["verificationStatus"]) }
        let valid = absences.filter {
            Self.isActive($0.json) && !Concept.has("refuted", in: $0.json["verificationStatus"])
        }
        let isKnown =
            valid.isEmpty ? !counting.isEmpty : counting.contains { Self.isActive($0.json) }
        let status = isKnown ? "known" : valid.isEmpty ? "not-asked" : "none-known"
        out.member("allergyStatus", status)
        let words = valid.compactMap { Concept.text($0.json["code"]) }
        out.member("allergyText", optional: words.isEmpty ? nil : words.joined(separator: "; "))
        out.array("allergies") { out in
            for allergy in present { Self.write(allergy, to: &out) }
        }
    }

    private static func write(_ allergy: Dated, to out: inout JSONWriter) {
        let json = allergy.json
        let reactions = json.list("reaction", max: 20)
        let substance = reactions.lazy.compactMap { Concept.text($0["substance"]) }.first
        out.object { out in
            out.member("id", allergy.id)
            out.member(
                "text", Concept.text(json["code"]) ?? substance ?? "Allergy without a name")
            out.member("criticality", optional: json.string("criticality"))
            out.member("status", optional: Concept.code(json["clinicalStatus"]))
            out.member("verification", optional: Concept.code(json["verificationStatus"]))
            out.array("reactions") { out in
                for manifestation in reactions.flatMap({ $0.list("manifestation", max: 20) }) {
                    if let text = Concept.text(manifestation) { out.string(text) }
                }
            }
            let recorded = json.string("recordedDate") ?? json.string("assertedDate")
            out.member("recorded", optional: recorded)
        }
    }

    /// Whether the clinical status lets an entry count; a missing one does.
    private static func isActive(_ allergy: JSON) -> Bool {
        let status = Concept.code(allergy["clinicalStatus"])
        return status == nil || status == "active"
    }

    /// Whether the entry states that an allergy is absent.
    private static func isAbsence(_ allergy: JSON) -> Bool {
        for coding in Concept.codings(allergy["code"]) {
            if let code = coding.string("code"), absenceCodes.contains(code) { return true }
        }
        guard let text = Concept.text(allergy["code"])?.lowercased() else { return false }
        return text == "nka" || text == "nkda"
            || (text.hasPrefix("no known") && text.contains("allerg"))
    }

    /// SNOMED CT: no known allergy at all, to a drug, food, environment, insect, latex, animal.
    private static let absenceCodes: Set = [
        "716186003", "409137002", "429625007", "428607008", "428197003", "716184000",
        "1003774007", "716220001", "160244002",
    ]
}
