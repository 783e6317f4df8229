import FHIRModel

extension ChartSummary {
    /// Who the patient is.
    func writeBanner(to out: inout JSONWriter) {
        let person = Demographics.extract(patient: patient)
        out.object("patient") { out in
            out.member("id", optional: person.id)
            writeNames(of: person, to: &out)
            out.member("birthDate", optional: person.birthDate)
            writeLife(of: person, to: &out)
            out.member("sex", optional: birthSex ?? person.gender)
            out.member("gender", optional: person.gender)
            out.member("mrn", optional: person.mrn)
            writeIdentifiers(to: &out)
            Self.write(person.phones, as: "phones", to: &out)
            Self.write(person.emails, as: "emails", to: &out)
            Self.write(person.addresses.compactMap(Self.line), as: "addresses", to: &out)
            Self.write(languages, as: "languages", to: &out)
            out.member("race", optional: person.race.map(Concept.clipped))
            out.member("ethnicity", optional: person.ethnicity.map(Concept.clipped))
            writeTribes(of: person, to: &out)
            out.member("maritalStatus", optional: maritalStatus)
            out.member("isDemo", isDemo)
            out.member("mergedInto", optional: MergeLinks.replacement(of: patient))
            Self.write(MergeLinks.replaced(by: patient), as: "replaces", to: &out)
        }
    }

    private func writeNames(of person: Demographics, to out: inout JSONWriter) {
        let shown = person.officialName
        // Father and son may differ in this word alone.
        let whole = shown.map { ([$0.display] + $0.suffix).joined(separator: ", ") }
        out.member("name", Concept.clipped(whole ?? ""))
        var seen: Set = [shown?.display ?? ""]
        let others = person.names.compactMap { name -> String? in
            guard !name.display.isEmpty, seen.insert(name.display).inserted else { return nil }
            let isSpecial = ["maiden", "nickname", "old", "temp"].contains(name.use)
            return isSpecial ? "\(name.display) (\(name.use ?? ""))" : name.display
        }
        Self.write(others, as: "otherNames", to: &out)
    }

    private func writeLife(of person: Demographics, to out: inout JSONWriter) {
        switch person.deceased {
        case .no:
            let age = person.birthDate.flatMap { AgeText.text(birthDate: $0, on: today) }
            out.member("ageText", optional: age)
            out.member("isDeceased", false)
            out.member("deceasedAt", optional: nil)
        case .yes:
            out.member("ageText", AgeText.text(birthDate: person.birthDate, diedOn: nil))
            out.member("isDeceased", true)
            out.member("deceasedAt", optional: nil)
        case .at(let time):
            out.member("ageText", AgeText.text(birthDate: person.birthDate, diedOn: time))
            out.member("isDeceased", true)
            out.member("deceasedAt", time)
        }
    }

    /// Sex by the US Core extensions, in words.
    ///
    /// Spec: US Core 6.1.0 Birth Sex and Sex,
    /// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-birthsex.html
    private var birthSex: String? {
        let prefix = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
        for item in patient.list("extension", max: 100) {
            let isSex =
                item["url"]?.equals(prefix + "birthsex") == true
                || item["url"]?.equals(prefix + "sex") == true
            guard isSex else { continue }
            switch item.string("valueCode") {
            case "F", "248152002": return "female"
            case "M", "248153007": return "male"
            case "OTH": return "other"
            case "UNK", "ASKU": return "unknown"
            default: continue
            }
        }
        return nil
    }

    /// The identifiers with a label each; of a Social Security number only that it is there.
    private func writeIdentifiers(to out: inout JSONWriter) {
        out.array("identifiers") { out in
            for identifier in patient.list("identifier", max: 50) {
                guard let value = identifier.string("value"),
                    identifier["use"]?.equals("old") != true
                else { continue }
                let code = Concept.code(identifier["type"])
                let isSocialSecurity =
                    code == "SS"
                    || identifier.string("system") == "http://hl7.org/fhir/sid/us-ssn"
                    || identifier.string("system") == "urn:oid:2.16.840.1.113883.4.1"
                let label =
                    isSocialSecurity
                    ? "Social Security number"
                    : code.flatMap { Self.identifierLabels[$0] }
                        ?? Concept.text(identifier["type"]) ?? "Other identifier"
                out.object { out in
                    out.member("label", label)
                    out.member("value", isSocialSecurity ? "on file" : Concept.clipped(value))
                }
            }
        }
    }

    private static let identifierLabels = [
        "MR": "Medical record number", "DL": "Driver's license", "PPN": "Passport number",
        "MB": "Member number", "MA": "Medicaid number", "MC": "Medicare number",
        "SN": "Subscriber number", "TEN": "Tribal enrollment number",
    ]

    private var languages: [String] {
        let all = patient.list("communication", max: 20)
        let preferred = all.filter { $0["preferred"]?.bool == true }
        let others = all.filter { $0["preferred"]?.bool != true }
        return (preferred + others).compactMap { Concept.text($0["language"]) }
    }

    private func writeTribes(of person: Demographics, to out: inout JSONWriter) {
        out.array("tribalAffiliations") { out in
            for affiliation in person.tribalAffiliations.prefix(20) {
                guard let tribe = affiliation.display ?? affiliation.code else { continue }
                out.object { out in
                    out.member("tribe", Concept.clipped(tribe))
                    out.key("isEnrolled")
                    if let isEnrolled = affiliation.isEnrolled {
                        out.bool(isEnrolled)
                    } else {
                        out.null()
                    }
                }
            }
        }
    }

    /// The words of the marital status, also where the record has its code alone.
    private var maritalStatus: String? {
        let concept = patient["maritalStatus"]
        guard let text = Concept.text(concept) else { return nil }
        return text.utf8.count > 3 ? text : Self.maritalWords[text] ?? text
    }

    private static let maritalWords = [
        "A": "Annulled", "D": "Divorced", "I": "Interlocutory", "L": "Legally separated",
        "M": "Married", "P": "Polygamous", "S": "Never married", "T": "Domestic partner",
        "U": "Unmarried", "W": "Widowed", "UNK": "Unknown",
    ]

    private var isDemo: Bool {
        patient.at("meta", "tag")?.elements.contains {
            $0["system"]?.equals("urn:tribal-ehr:tag") == true && $0["code"]?.equals("demo") == true
        } ?? false
    }

    /// An address on one line; nil if it is out of use or empty.
    private static func line(_ address: Demographics.Address) -> String? {
        guard address.use != "old", address.periodEnd == nil else { return nil }
        let place = [address.state, address.postalCode].compactMap { $0 }.joined(separator: " ")
        let parts = address.lines + [address.city, place].compactMap { $0 }
        let text = parts.filter { !$0.isEmpty }.joined(separator: ", ")
        return text.isEmpty ? address.text : text
    }

    private static func write(_ texts: [String], as name: String, to out: inout JSONWriter) {
        out.array(name) { out in
            for text in texts.prefix(20) { out.string(Concept.clipped(text)) }
        }
    }
}
