import FHIRModel
import Testing

@Suite("Patient compartment")
struct PatientCompartmentTests {
    @Test(arguments: [
        (#"{"resourceType":"Patient","id":"p"}"#, "Patient/p" as String?),
        (#"{"resourceType":"Patient"}"#, nil),
        (#"{"resourceType":"Observation","subject":{"reference":"Patient/1"}}"#, "Patient/1"),
        (#"{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"}}"#, "urn:uuid:1"),
        (#"{"resourceType":"Observation","subject":{"reference":"Group/1"}}"#, nil),
        (
            #"{"resourceType":"Observation","subject":{"reference":"urn:uuid:1","type":"Group"}}"#,
            nil
        ),
        (#"{"resourceType":"Observation","performer":[{"reference":"Patient/1"}]}"#, nil),
        (#"{"resourceType":"Observation","subject":{"display":"x"}}"#, nil),
        (
            #"{"resourceType":"Claim","patient":{"reference":"http://a/fhir/Patient/1"}}"#,
            "http://a/fhir/Patient/1"
        ),
        (
            #"{"resourceType":"Coverage","beneficiary":{"reference":"Patient?identifier=1"}}"#,
            "Patient?identifier=1"
        ),
        (
            #"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Practitioner/1"}},"#
                + #"{"actor":{"reference":"Patient/2"}}]}"#,
            "Patient/2"
        ),
        (
            #"{"resourceType":"Appointment","participant":[{"actor":{"reference":"urn:uuid:1"}}]}"#,
            nil
        ),
        (
            #"{"resourceType":"Provenance","target":[{"reference":"Observation/1"},{"reference":"Patient/3"}]}"#,
            "Patient/3"
        ),
        (#"{"resourceType":"Task","for":{"reference":"Patient/1"}}"#, "Patient/1"),
        (#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/1"}}]}"#, nil),
        (#"{"resourceType":"Organization","id":"o"}"#, nil),
        (
            #"{"resourceType":"Account","subject":[{"reference":"Organization/1"},{"reference":"Patient/2"}]}"#,
            "Patient/2"
        ),
    ])
    func `a record belongs to the patient it is about`(resource: String, patient: String?) throws {
        #expect(PatientCompartment.patientReference(in: try json(resource)) == patient)
    }

    @Test func `every type of the standard's compartment has a line or a reason`() throws {
        guard let file = SharedData.url("fhir-r4/compartmentdefinitions.ndjson.gz") else { return }
        let definitions = try SharedData.lines(file).map { try JSON.parse($0) }
        let definition = try #require(definitions.first { $0.string("code") == "Patient" })
        let standard = try #require(definition["resource"]).elements
            .filter { $0["param"] != nil }.compactMap { $0.string("code") }
        // These are about several people, or about what people did with the system.
        let ofNobody = Set(["AuditEvent", "Group", "Person", "Schedule"])
        #expect(Set(standard).subtracting(PatientCompartment.types) == ofNobody)
        let added = Set(["Binary", "Device", "GuidanceResponse", "Task"])
        #expect(Set(PatientCompartment.types).subtracting(standard) == added)
    }

    @Test func `every path of the tables is an element of its type`() throws {
        guard let file = SharedData.url("fhir-r4/structuredefinitions.ndjson.gz") else { return }
        var types: [String: Set<String>] = [:]
        for line in try SharedData.lines(file) {
            let definition = try JSON.parse(line, limits: .bundle)
            guard let name = definition.string("name"),
                definition.string("derivation") != "constraint"
            else { continue }
            let elements =
                definition.at("snapshot", "element") ?? definition.at("differential", "element")
            types[name] = Set(try #require(elements).elements.compactMap { $0.string("path") })
        }
        #expect(ResourceType.all.allSatisfy { types[$0] != nil })
        for type in PatientCompartment.types where type != "Patient" {
            let path = try #require(PatientCompartment.patientPath(of: type))
            #expect(types[type]?.contains("\(type).\(path)") == true, "\(type).\(path)")
        }
        for type in ClinicalDate.types {
            for path in ClinicalDate.paths(of: type) {
                let isKnown = isElement("\(type).\(path)", in: types[type] ?? [])
                #expect(isKnown, "\(type).\(path)")
            }
        }
    }

    /// Whether a path is an element, one of a choice of types, or the start of a period.
    private func isElement(_ path: String, in elements: Set<String>) -> Bool {
        let whole = path.hasSuffix(".start") ? String(path.dropLast(6)) : path
        let choices = ["DateTime", "Date", "Instant", "Period"].compactMap { ending in
            whole.hasSuffix(ending) ? "\(whole.dropLast(ending.count))[x]" : nil
        }
        return elements.contains(path) || elements.contains(whole)
            || choices.contains { elements.contains($0) }
    }

    @Test func `a list is sorted by the date that counts`() throws {
        func date(_ text: String) throws -> String? { ClinicalDate.text(of: try json(text)) }
        #expect(
            try date(
                #"{"resourceType":"Observation","issued":"2020-01-01T00:00:00Z","effectiveDateTime":"2019"}"#
            )
                == "2019")
        #expect(
            try date(#"{"resourceType":"Condition","onsetDateTime":"x","recordedDate":"2018-05"}"#)
                == "2018-05")
        #expect(
            try date(#"{"resourceType":"Encounter","period":{"start":"2020-02-03"}}"#)
                == "2020-02-03")
        #expect(try date(#"{"resourceType":"Organization"}"#) == nil)
    }
}
