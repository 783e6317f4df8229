import FHIRModel

extension ChartSummary {
    /// Conditions, whether on the problem list or diagnoses of a visit.
    mutating func writeProblems(to out: inout JSONWriter) {
        let conditions = newest("Condition")
        out.array("problems") { out in
            for condition in conditions {
                let json = condition.json
                let status = Concept.code(json["clinicalStatus"])
                let coding = Concept.codings(json["code"]).first
                out.object { out in
                    out.member("id", condition.id)
                    out.member("text", Concept.text(json["code"]) ?? "Problem without a name")
                    out.member("code", optional: coding?.string("code"))
                    out.member("system", optional: coding?.string("system"))
                    out.member("status", optional: status)
                    out.member("verification", optional: Concept.code(json["verificationStatus"]))
                    out.member("onset", optional: Self.onset(of: json))
                    out.member("recorded", optional: json.string("recordedDate"))
                    out.member("isActive", Self.isActive(json, status: status))
                }
            }
        }
    }

    /// Whether a problem still counts; without a status it does until it has ended.
    private static func isActive(_ condition: JSON, status: String?) -> Bool {
        if Concept.has("refuted", in: condition["verificationStatus"]) { return false }
        switch status {
        case "active", "recurrence", "relapse": return true
        case nil:
            return !["abatementDateTime", "abatementAge", "abatementPeriod", "abatementString"]
                .contains { condition[$0] != nil }
        default: return false
        }
    }

    private static func onset(of condition: JSON) -> String? {
        condition.string("onsetDateTime") ?? condition.at("onsetPeriod", "start")?.string
            ?? condition.string("onsetString").map(Concept.clipped)
    }

    /// Prescriptions and reported medications.
    mutating func writeMedications(to out: inout JSONWriter) {
        let medications = newest("MedicationRequest", "MedicationStatement")
        out.array("medications") { out in
            for medication in medications {
                let json = medication.json
                let status = json.string("status")
                let concept = medicationConcept(of: json)
                let name =
                    Concept.text(concept) ?? json.at("medicationReference", "display")?.string
                let isForbidden = json["doNotPerform"]?.bool == true
                out.object { out in
                    out.member("id", medication.id)
                    out.member(
                        "text",
                        (isForbidden ? "Do not give: " : "")
                            + (name.map(Concept.clipped) ?? "Medication without a name"))
                    out.member("code", optional: Concept.code(concept))
                    out.member("status", optional: status)
                    out.member("isActive", status == "active" || status == "on-hold")
                    out.member("dosage", optional: dosage(of: json))
                    out.member("authoredOn", optional: json.string("authoredOn") ?? medication.at)
                    out.member("reason", optional: reason(of: json))
                }
            }
        }
    }

    private func medicationConcept(of json: JSON) -> JSON? {
        json["medicationCodeableConcept"]
            ?? references.find(json["medicationReference"], in: json, types: "Medication")?["code"]
    }

    private func dosage(of json: JSON) -> String? {
        let all = json.list("dosageInstruction", max: 10) + json.list("dosage", max: 10)
        let words = all.compactMap(DosageWords.text)
        return words.isEmpty ? nil : Concept.clipped(words.joined(separator: "; then "))
    }

    /// Why something was done: reason codes, else the words of what the reasons point to.
    private func reason(of json: JSON) -> String? {
        if let text = Concept.texts(json["reasonCode"]) { return text }
        let texts = json.list("reasonReference", max: 10).compactMap { reference in
            reference.string("display")
                ?? Concept.text(references.find(reference, in: json, types: "Condition")?["code"])
        }
        return texts.isEmpty ? nil : Concept.clipped(texts.joined(separator: ", "))
    }

    /// Vaccines given, and those that were offered and not given.
    mutating func writeImmunizations(to out: inout JSONWriter) {
        let immunizations = newest("Immunization")
        out.array("immunizations") { out in
            for immunization in immunizations {
                let json = immunization.json
                let vaccine = json["vaccineCode"]
                out.object { out in
                    out.member("id", immunization.id)
                    out.member("text", Concept.text(vaccine) ?? "Vaccine without a name")
                    let cvx = Concept.code(vaccine, system: "http://hl7.org/fhir/sid/cvx")
                    out.member("cvx", optional: cvx)
                    out.member("date", optional: immunization.at)
                    out.member("status", optional: json.string("status"))
                    out.member("lot", optional: json.string("lotNumber"))
                    out.member("site", optional: Concept.text(json["site"]))
                }
            }
        }
    }

    /// Visits, stays and calls.
    mutating func writeEncounters(to out: inout JSONWriter) {
        let encounters = newest("Encounter")
        out.array("encounters") { out in
            for encounter in encounters {
                let json = encounter.json
                out.object { out in
                    out.member("id", encounter.id)
                    out.member("type", Concept.text(json["type"]?[0]) ?? "Visit")
                    out.member("class", optional: Self.classText(json["class"]))
                    out.member("status", optional: json.string("status"))
                    out.member("start", optional: encounter.at)
                    out.member("end", optional: json.at("period", "end")?.string)
                    out.member("reason", optional: reason(of: json))
                    out.member("provider", optional: provider(of: json))
                    let place = json.at("location", 0, "location")
                    let name =
                        references.name(place, in: json)
                        ?? references.name(json["serviceProvider"], in: json)
                    out.member("location", optional: name.map(Concept.clipped))
                }
            }
        }
    }

    /// Who led the visit: the primary performer or attender, else the first who took part.
    private func provider(of encounter: JSON) -> String? {
        let all = encounter.list("participant", max: 20)
        let lead = all.first { participant in
            Concept.allCodings(participant["type"]).contains {
                $0["code"]?.equals("PPRF") == true || $0["code"]?.equals("ATND") == true
            }
        }
        for participant in [lead].compactMap({ $0 }) + all {
            if let name = references.name(participant["individual"], in: encounter) {
                return Concept.clipped(name)
            }
        }
        return nil
    }

    private static func classText(_ coding: JSON?) -> String? {
        guard let coding else { return nil }
        switch coding.string("code") {
        case "AMB": return "ambulatory"
        case "EMER": return "emergency"
        case "IMP", "ACUTE", "NONAC": return "inpatient"
        case "OBSENC": return "observation"
        case "SS": return "short stay"
        case "HH": return "home visit"
        case "VR": return "virtual"
        case "FLD": return "field"
        default: return coding.string("display") ?? coding.string("code")
        }
    }

    /// Documents, and of those the notes with their first words.
    mutating func writeDocuments(to out: inout JSONWriter) {
        let documents = newest("DocumentReference")
        out.array("documents") { out in
            for document in documents {
                let json = document.json
                out.object { out in
                    out.member("id", document.id)
                    out.member("title", NoteText.title(of: json))
                    out.member("category", optional: Concept.texts(json["category"]))
                    out.member("date", optional: document.at)
                    out.member("status", optional: json.string("status"))
                    out.member("author", optional: author(of: json))
                    let type = json.at("content", 0, "attachment", "contentType")?.string
                    out.member("contentType", optional: type)
                    out.member("isNote", NoteText.isNote(json))
                }
            }
        }
        let replaced = NoteText.replacedIDs(by: documents.map(\.json))
        out.array("notes") { out in
            for note in documents
            where NoteText.isNote(note.json) && !replaced.contains(note.id[...]) {
                out.object { out in
                    out.member("id", note.id)
                    out.member("title", NoteText.title(of: note.json))
                    out.member("date", optional: note.at)
                    out.member("author", optional: author(of: note.json))
                    out.member("preview", NoteText.preview(of: note.json))
                }
            }
        }
    }

    private func author(of document: JSON) -> String? {
        let names = document.list("author", max: 10)
            .compactMap { references.name($0, in: document) }
        return names.isEmpty ? nil : Concept.clipped(names.joined(separator: ", "))
    }
}
