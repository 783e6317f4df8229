import FHIRModel
import FHIRSearch
import Foundation
import Testing

@Suite("What a resource is found by")
struct IndexExtractorTests {
    private let extractor = IndexExtractor()
    /// Evaluates every expression with FHIRPath.
    private let evaluator = IndexExtractor(isFollowing: false)

    @Test func `every parameter of every type finds values but those described in words`() {
        let without: Set = [
            "_content", "_filter", "_id", "_lastUpdated", "_query", "_text",
        ]
        var count = 0
        for type in Definitions.r4.resourceTypes {
            let all = Set(Definitions.r4.searchParameters(for: type).map(\.code))
            let ready = Set(extractor.codes(of: type))
            #expect(ready == all.subtracting(without), "\(type)")
            count += ready.count
        }
        #expect(count > 1_500)
        #expect(extractor.codes(of: "HumanName").isEmpty)
    }

    @Test func `a value stands once under a parameter and the order is fixed`() throws {
        let patient = try Searching.json(
            #"{"resourceType":"Patient","name":[{"family":"Lee","given":["Lee"]}]}"#)
        let entries = extractor.entries(of: patient, type: "Patient")
        #expect(entries.map(\.parameter) == ["deceased", "family", "given", "name", "phonetic"])
        #expect(entries == extractor.entries(of: patient, type: "Patient"))
    }

    @Test func `odd content gives no values and no failure`() throws {
        for text in [
            #"{"resourceType":"Patient","name":"x","birthDate":7,"gender":[["male"]],"active":"yes"}"#,
            #"{"resourceType":"Patient","name":[null,7,{"family":{"x":1},"given":"Ann"}]}"#,
            #"{"resourceType":"Observation","valueQuantity":{"value":"5"},"subject":"Patient/1"}"#,
            #"{"resourceType":"Observation","effectivePeriod":{"start":"2020-02-30"}}"#,
            #"{"resourceType":"Observation","effectivePeriod":{"start":"2021","end":"2020"}}"#,
            #"[1,2]"#, #""Patient""#, "{}",
        ] {
            let json = try Searching.json(text)
            let type = json.string("resourceType") ?? "Patient"
            let parameters = extractor.entries(of: json, type: type).map(\.parameter)
            #expect(
                Set(parameters).isSubset(of: [
                    "deceased", "given", "name", "phonetic", "subject",
                    "patient",
                ]), "\(text) \(parameters)")
        }
        #expect(extractor.entries(of: try Searching.json("{}"), type: "Nothing").isEmpty)
    }

    @Test func `the number of values and their length are limited`() throws {
        let names = Array(repeating: 0, count: 3_000).indices.map { #"{"family":"F\#($0)"}"# }
        let long = String(repeating: "é", count: 10_000)
        let patient = try Searching.json(
            #"""
            {"resourceType":"Patient","name":[\#(names.joined(separator: ","))],
             "address":[{"city":"\#(long)"}]}
            """#
        )
        let entries = extractor.entries(of: patient, type: "Patient")
        #expect(entries.count { $0.parameter == "family" } == IndexExtractor.valuesPerParameterMax)
        #expect(entries.count <= IndexExtractor.valuesMax)
        let city = try #require(entries.first { $0.parameter == "address-city" })
        guard case .string(let text) = city.value else { return }
        #expect(text.utf8.count == 8_192)
    }

    @Test func `every resource of the synthetic patients gives its values`() throws {
        guard let folder = SharedData.url("synthea-r4") else { return }
        var seen: [String: Int] = [:]
        for part in ["plain", "us-core-profiled", "inferno-us-core"] {
            let files = try SharedData.files(in: folder.appending(path: part), ending: ".json.gz")
            for file in files.prefix(3) {
                let json = try JSON.parse(SharedData.gunzipped(file), limits: .bundle)
                for entry in json["entry"]?.elements.map(\.self) ?? [] {
                    guard let resource = entry["resource"] else { continue }
                    check(resource, &seen)
                }
            }
        }
        #expect(seen.count > 100)
        for code in [
            "Observation code-value-quantity", "Observation component-code-value-quantity",
            "Patient race", "Patient birthdate", "Encounter class", "Condition clinical-status",
            "MedicationRequest intent", "DiagnosticReport category", "Immunization date",
            "DocumentReference period", "Practitioner identifier", "Provenance target",
        ] { #expect(seen[code] != nil, "\(code)") }
    }

    @Test func `every official example gives its values`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var seen: [String: Int] = [:]
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                check(try JSON.parse(Array(Data(contentsOf: file))), &seen)
            }
        }
        #expect(seen.count > 300)
        print("Parameters with values in the official examples: \(seen.count)")
    }

    /// Counts what is found and compares with the form that is asked for one parameter at a time.
    private func check(_ resource: JSON, _ seen: inout [String: Int]) {
        guard let type = resource.string("resourceType") else { return }
        let entries = extractor.entries(of: resource, type: type)
        #expect(entries.count < 5_000)
        let (fast, slow) = (
            compared(entries), compared(evaluator.entries(of: resource, type: type))
        )
        for parameter in Set(fast.keys).union(slow.keys) where fast[parameter] != slow[parameter] {
            // Cut at the limit, where the two ways take the values in another order.
            if entries.count(where: { $0.parameter == parameter }) >= 500 { continue }
            Issue.record("\(type) \(resource.string("id") ?? "") differs in \(parameter)")
        }
        for entry in entries { seen["\(type) \(entry.parameter)", default: 0] += 1 }
        for (parameter, values) in Dictionary(grouping: entries, by: \.parameter) {
            let single = extractor.values(of: resource, type: type, parameter: parameter)
            #expect(Set(single) == Set(values.map(\.value)), "\(type) \(parameter)")
        }
    }

    /// The values that both ways must have in common, each as it is compared.
    private func compared(_ entries: [IndexEntry]) -> [String: Set<IndexValue>] {
        // Found in extensions, with the whole coding, or under the right name of a type, which the
        // expressions do not say.
        let apart: Set = [
            "race", "ethnicity", "gender-identity", "mothersMaidenName", "din", "dna-variant",
            "assessed-condition", "gene-identifier", "amino-acid-change", "asserted-date",
            "code-value-date",
        ]
        var values: [String: Set<IndexValue>] = [:]
        for entry in entries where !apart.contains(entry.parameter) {
            values[entry.parameter, default: []].insert(plain(entry.value))
        }
        return values
    }

    private func plain(_ value: IndexValue) -> IndexValue {
        switch value {
        case .token(_, let code, let text): .token(system: nil, code: code, text: text)
        case .composite(let parts): .composite(parts.map(plain))
        default: value
        }
    }

    @Test func `an observation gives its values in little time`() throws {
        let text = #"""
            {"resourceType":"Observation","id":"o1","status":"final",
             "meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight"]},
             "category":[{"coding":[{"code":"vital-signs",
               "system":"http://terminology.hl7.org/CodeSystem/observation-category"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}],"text":"Weight"},
             "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},
             "effectiveDateTime":"2026-11-21T09:30:00-07:00","issued":"2026-11-21T09:30:00.5-07:00",
             "valueQuantity":{"value":84.5,"system":"http://unitsofmeasure.org","code":"kg"}}
            """#
        let observation = try Searching.json(text)
        var count = extractor.entries(of: observation, type: "Observation").count
        #expect(count == 15)
        let start = clock()
        for _ in 0..<1_000 {
            count &+= extractor.entries(of: observation, type: "Observation").count
        }
        let microseconds = Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1_000
        print("Extraction of one observation: \(microseconds) µs of processor time")
        #expect(microseconds < 5_000 && count > 0)
    }
}
