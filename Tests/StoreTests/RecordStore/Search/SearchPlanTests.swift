import AccessControl
import FHIRModel
import FHIRSearch
import RecordStore
import SQLite
import Synchronization
import TestKit
import Testing

/// The plans of all statements that searches really run.
@Suite struct `Plans of searches` {
    /// The types that US Core searches.
    private static let types = [
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Coverage", "Device",
        "DiagnosticReport", "DocumentReference", "Encounter", "Endpoint", "Goal", "Immunization",
        "Location", "Media", "Medication", "MedicationDispense", "MedicationRequest",
        "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure",
        "Provenance", "Questionnaire", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest",
        "Specimen",
    ]

    private static let largeTables = [
        "resource_version", "audit_entry", "identifier_tag", "search_resource", "search_tag",
        "search_link", "search_range", "search_quantity", "search_text", "search_patient",
        "deferred_answer",
    ]

    /// What a client may write as the value of a parameter, and behind its name.
    private static func asked(_ parameter: SearchParameter) -> [(suffix: String, value: String)] {
        switch parameter.type {
        case .token:
            [("", "http://loinc.org|8867-4"), ("", "final"), ("", "urn:x|"), (":not", "a")]
        case .reference: [("", "Patient/demo-patient-01"), ("", "demo-1"), (":identifier", "x|y")]
        case .string: [("", "ann"), (":contains", "ann"), (":exact", "Ann")]
        case .date: [("", "2026"), ("", "ge2025-01-01"), ("", "lt2026-02-03"), ("", "ne2024")]
        case .number: [("", "5"), ("", "gt0.1")]
        case .quantity: [("", "gt5"), ("", "5.4|http://unitsofmeasure.org|mg")]
        case .uri: [("", "urn:x"), (":below", "http://x.example")]
        case .special: parameter.code == "near" ? [("", "35.5|-108.7|100|km")] : []
        case .composite: []
        }
    }

    private static func searches(_ type: String) -> [[(name: String, value: String)]] {
        var all: [[(name: String, value: String)]] = [
            [], [("_id", "a,b")], [("_lastUpdated", "ge2020")], [("_text", "pain")],
            [("_content", "\"left knee\" or pain")], [("_contained", "true")],
            [("_has:Provenance:target:recorded", "ge2020")], [("_list", "a")],
            [("_list", "$current-problems")],
            [("_revinclude", "Provenance:target"), ("_include", "\(type):*")],
            [("_sort", "-_lastUpdated,_id")],
        ]
        let parameters = Definitions.r4.searchParameters(for: type)
        for parameter in parameters {
            let values = asked(parameter)
            for (suffix, value) in values { all.append([(parameter.code + suffix, value)]) }
            if let (suffix, value) = values.last {
                let one = (name: parameter.code + suffix, value: value)
                all.append([one, ("_sort", parameter.code), ("_count", "5")])
                if parameters.contains(where: { $0.code == "patient" }) {
                    all.append([("patient", "Patient/demo-patient-01"), one])
                    all.append([("patient.name", "ann"), one])
                }
            }
            all.append([("\(parameter.code):missing", "true")])
        }
        return all
    }

    @Test func `no search of a type of US Core reads a large table from end to end`() async throws {
        let test = try TestStore()
        try await test.store.putAll(DemoLines.all().map { try JSON.parse($0) })
        let parser = SearchParser(nowMs: FixedClock.mondayMs, offersText: true)
        var ran = 0
        for type in Self.types {
            for fields in Self.searches(type) {
                // An odd combination, such as an order by what has none, is refused.
                guard
                    let query = try? parser.query(type: type, parameters: fields, isStrict: true)
                else { continue }
                let grants = try Callers.physician.searchGrants(type)
                _ = try await test.store.search(grants, query)
                ran += 1
            }
        }
        let grant = try Callers.machine.grant(.search, "Patient")
        var texts: Set<String> = []
        for _ in 0..<64 {
            texts.formUnion(try await test.store.rows(grant) { $0.connection.statementTexts })
        }
        let raw = try test.rawConnection()
        var seen: Set<String> = []
        for text in texts where text.contains("SELECT") {
            let statement = try raw.prepare("EXPLAIN QUERY PLAN " + text)
            defer { statement.reset() }
            while try statement.step() {
                let line = statement.text(3)
                for table in Self.largeTables {
                    if line.contains(table) { seen.insert(table) }
                    #expect(!line.hasPrefix("SCAN \(table)"), "\(text): \(line)")
                }
                #expect(!line.contains("TEMP B-TREE"), "\(text): \(line)")
            }
        }
        print("plans: \(ran) searches ran \(texts.count) statements")
        #expect(ran > 2_000 && texts.count > 12)
        #expect(
            seen.isSuperset(of: [
                "search_resource", "search_tag", "search_link", "search_range", "search_quantity",
                "search_text",
            ]))
    }
}
