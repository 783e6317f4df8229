import FHIRModel
import FHIRPath

/// What the records themselves have to show.
struct USCoreRecordChecks {
    let clinic: USCoreClinic
    let table: USCoreTable

    private static let absentURL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    private static let absentSystem = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

    /// The must-support elements that no record of their profile has, and the references that never
    /// point to what they must.
    func unseenElements() throws -> [String] {
        var faults: [String] = []
        for profile in table.profiles {
            let own = (clinic.records[profile.type] ?? []).filter {
                $0.profiles.contains(profile.url)
            }
            let name = profile.url.split(separator: "/").last ?? ""
            if own.isEmpty { faults.append("\(name): no record claims it.") }
            for element in profile.elements {
                let isSeen = try own.contains { try Self.holds(element.expression, $0.json) }
                if !isSeen { faults.append("\(name): \(element.name) is never seen.") }
                guard let path = element.reference else { continue }
                let reached = try own.flatMap { record in
                    try path.evaluate(on: record.json).compactMap(Self.text)
                }
                for target in element.targets
                where !reached.contains(where: { isOf(target, $0) }) {
                    faults.append("\(name): \(element.name) never points to \(target).")
                }
            }
        }
        return faults
    }

    private static func holds(_ expression: FHIRPathExpression, _ json: JSON) throws -> Bool {
        guard case .boolean(true)? = try expression.evaluate(on: json).first else { return false }
        return true
    }

    private static func text(_ value: PathValue) -> String? {
        guard case .node(let node) = value else { return value.text }
        return node.json?.string
    }

    /// Whether what an address names is of a profile or of a type.
    private func isOf(_ target: String, _ address: String) -> Bool {
        guard let record = clinic.byAddress[address] else { return false }
        return record.profiles.contains(target)
            || target == "http://hl7.org/fhir/StructureDefinition/\(record.type)"
    }

    /// References that lead nowhere.
    func looseReferences() -> [String] {
        var faults: [String] = []
        for record in clinic.byAddress.values {
            record.json.forEachString { key, value in
                guard key == "reference", clinic.byAddress[value] == nil else { return }
                faults.append("\(record.address): \(value) is not there.")
            }
        }
        return faults.sorted()
    }

    /// Which of the two ways to say that something is missing was not seen.
    func missingDataForms() -> [String] {
        var hasExtension = false
        var hasCode = false
        for record in clinic.byAddress.values {
            visit(record.json) { json in
                if json.string("url") == Self.absentURL { hasExtension = true }
                let isUnknown = json.string("code") == "unknown"
                if isUnknown && json.string("system") == Self.absentSystem { hasCode = true }
            }
        }
        return (hasExtension ? [] : ["No extension says that a value is missing."])
            + (hasCode ? [] : ["No code says that a value is unknown."])
    }

    private func visit(_ json: JSON, _ body: (JSON) -> Void) {
        if json.isObject {
            body(json)
            for (_, value) in json.members { visit(value, body) }
        } else if json.isArray {
            for value in json.elements { visit(value, body) }
        }
    }

    /// Records of a patient without a Provenance, and agents that act for nobody.
    func provenanceFaults() -> [String] {
        var faults: [String] = []
        var told: Set<String> = []
        for record in clinic.records["Provenance"] ?? [] {
            for target in record.json["target"]?.elements.map({ $0 }) ?? [] {
                told.insert(target.string("reference") ?? "")
            }
            for agent in record.json["agent"]?.elements.map({ $0 }) ?? [] {
                let who = agent.at("who", "reference")?.string ?? ""
                let needsOther = who.hasPrefix("Practitioner/") || who.hasPrefix("Device/")
                if needsOther, agent["onBehalfOf"] == nil {
                    faults.append("\(record.address): \(who) acts for nobody.")
                }
            }
        }
        for rule in table.types where rule.revincludes.contains("Provenance:target") {
            for record in clinic.records[rule.type] ?? [] where !told.contains(record.address) {
                faults.append("\(record.address): nothing tells where it comes from.")
            }
        }
        return faults
    }

    /// Codes of the guidance pages that no record carries.
    func unseenCodes() -> [String] {
        var faults: [String] = []
        func expect(_ type: String, _ member: String, _ codes: [String]) {
            var seen: Set<String> = []
            for record in clinic.records[type] ?? [] {
                record.json[member].map {
                    visit($0) { $0.string("code").map { _ = seen.insert($0) } }
                }
            }
            faults += codes.filter { !seen.contains($0) }.map { "\(type).\(member): no \($0)." }
        }
        expect(
            "DocumentReference", "type",
            [
                "11488-4", "18842-5", "34117-2", "28570-0", "11506-3", "18748-4", "11502-2",
                "11526-1",
            ])
        expect("DiagnosticReport", "category", ["LP29684-5", "LP29708-2", "LP7839-6", "LAB"])
        let screening = ["sdoh", "functional-status", "disability-status", "cognitive-status"]
        expect("Observation", "category", screening)
        expect("Condition", "category", ["sdoh", "problem-list-item", "health-concern"])
        return faults
    }

    /// What the guidance pages ask of reports, documents, people and medicines.
    func guidanceFaults() -> [String] {
        var faults: [String] = []
        let files = Set(
            (clinic.records["DocumentReference"] ?? []).flatMap { record in
                record.json["content"]?.elements.compactMap {
                    $0.at("attachment", "url")?.string
                } ?? []
            })
        for record in clinic.records["DiagnosticReport"] ?? [] {
            for form in record.json["presentedForm"]?.elements.map({ $0 }) ?? [] {
                guard let url = form.string("url"), !files.contains(url) else { continue }
                faults.append("\(record.address): \(url) is in no document.")
            }
        }
        for record in clinic.records["DocumentReference"] ?? []
        where record.json.at("custodian", "reference") == nil {
            faults.append("\(record.address): nobody keeps it.")
        }
        for record in clinic.records["Practitioner"] ?? [] {
            let parts = ["line", "city", "state", "postalCode", "country"]
            for part in parts where record.json.at("address", 0)?[part] == nil {
                faults.append("\(record.address): the address has no \(part).")
            }
        }
        for record in clinic.records["MedicationRequest"] ?? [] {
            let address = record.json.at("medicationReference", "reference")?.string
            let code =
                record.json["medicationCodeableConcept"]
                ?? address.flatMap { clinic.byAddress[$0]?.json["code"] }
            let system = code?.at("coding", 0, "system")?.string
            if system != "http://www.nlm.nih.gov/research/umls/rxnorm" {
                faults.append("\(record.address): the medicine has no code of RxNorm.")
            }
        }
        return faults
    }
}
