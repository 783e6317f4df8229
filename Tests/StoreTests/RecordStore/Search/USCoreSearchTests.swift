import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Searches of US Core` {
    /// A type and its parameters on each line.
    ///
    /// Spec: US Core 6.1.0 server capability statement,
    /// https://hl7.org/fhir/us/core/STU6.1/CapabilityStatement-us-core-server.html
    private static let searches = """
        AllergyIntolerance patient clinical-status
        CarePlan patient category status date
        CareTeam patient status role
        Condition patient category clinical-status code onset-date recorded-date encounter
        Coverage patient
        Device patient type status
        DiagnosticReport patient category code date status
        DocumentReference patient type category date status period
        Encounter patient date identifier type status class location discharge-disposition
        Goal patient target-date description lifecycle-status
        Immunization patient date status
        Location name address address-city address-state address-postalcode
        MedicationDispense patient status type
        MedicationRequest patient intent status encounter authoredon
        Observation patient category code date status
        Organization name address
        Patient identifier name family given birthdate gender death-date
        Practitioner name identifier
        PractitionerRole specialty practitioner
        Procedure patient date status code
        RelatedPerson patient name
        ServiceRequest patient category code authored status
        """

    /// A value that a resource has, as a client would write it.
    private func asked(_ value: IndexValue, _ random: inout SeededRandom) -> String? {
        switch value {
        case .token(let system, let code?, _):
            guard let system, random.isChance(percent: 50) else { return escaped(code) }
            return "\(system)|\(escaped(code))"
        case .reference(let reference):
            guard let type = reference.type, let id = reference.id else { return nil }
            return random.isChance(percent: 50) ? id : "\(type)/\(id)"
        case .string(let text): return escaped(String(text.prefix(4)))
        case .date(let low, _):
            let prefix = random.pick(["gt", "ge", "lt", "le"])
            return low < 0 ? nil : prefix + Timestamp.text(ms: low).prefix(10)
        default: return nil
        }
    }

    private func escaped(_ text: String) -> String {
        String(text.flatMap { ",|$\\".contains($0) ? ["\\", $0] : [$0] })
    }

    @Test func `every one finds what looking at every record finds`() async throws {
        guard let resources = try SharedPatients()?.resources(files: 2) else { return }
        let test = try TestStore()
        for json in resources { try await test.store.put(json) }
        let extractor = IndexExtractor()
        let match = SearchMatch()
        let entries = resources.map { json in
            extractor.entries(of: json, type: json.string("resourceType") ?? "")
        }
        let parser = SearchParser(nowMs: FixedClock.mondayMs)
        var random = SeededRandom(seed: 5)
        var hits = 0
        for line in Self.searches.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let places = resources.indices.filter {
                resources[$0].string("resourceType") == words[0]
            }
            guard !places.isEmpty else { continue }
            for _ in 0..<25 {
                let one = entries[random.pick(Array(places))]
                var parameters: [(name: String, value: String)] = []
                for code in words.dropFirst()
                where parameters.isEmpty || random.isChance(percent: 40) {
                    let values = one.filter { $0.parameter == code }.map(\.value)
                    guard !values.isEmpty, let value = asked(random.pick(values), &random) else {
                        continue
                    }
                    parameters.append((code, value))
                }
                let query = try parser.query(type: words[0], parameters: parameters, isStrict: true)
                let expected = places.filter { place in
                    query.criteria.allSatisfy { criterion in
                        guard case .parameter(let parameter) = criterion else { return false }
                        return match.matches(entries[place], parameter)
                    }
                }
                let found = try await test.store.found(words[0], .all(query.criteria), count: 1_000)
                hits += found.isEmpty ? 0 : 1
                #expect(
                    Set(found) == Set(expected.compactMap { resources[$0].string("id") }),
                    "\(words[0])?\(parameters)")
            }
        }
        #expect(hits > 100)
    }

    @Test func `whole texts are found by their words`() async throws {
        let test = try TestStore()
        let text =
            #"{"resourceType":"Condition","id":"c","text":{"status":"generated","div":"#
            + #""<div>Seen at the cedar lodge</div>"},"subject":{"reference":"Patient/a"},"#
            + #""code":{"text":"Cough"}}"#
        try await test.store.put(JSON.parse(Array(text.utf8)))
        try await test.store.put(SampleResources.condition("d", of: "a", labels: ["BH"]))
        let parser = SearchParser(nowMs: FixedClock.mondayMs, offersText: true)
        for (name, value, ids) in [
            ("_text", "cedar", ["c"]), ("_text", "cough", []), ("_content", "cough", ["c", "d"]),
        ] {
            let query = try parser.query(type: "Condition", parameters: [(name, value)])
            let found = try await test.store.found("Condition", .all(query.criteria))
            #expect(found == ids, "\(name)=\(value)")
        }
    }

    @Test func `what a client writes finds what it means`() async throws {
        let test = try TestStore()
        let store = test.store
        for (id, name) in [("a", "Yázhí"), ("b", "Begay")] {
            try await store.put(SampleResources.patient(id, family: name))
            let time = id == "a" ? "2026-02-01" : "2025-07-10"
            try await store.put(
                SampleResources.observation("o\(id)", of: id, value: "7", at: time))
            try await store.put(SampleResources.condition("c\(id)", of: id, labels: ["BH"]))
        }
        let parser = SearchParser(nowMs: FixedClock.mondayMs)
        for (type, name, value, ids) in [
            ("Observation", "subject:Patient.family", "yazhi", ["oa"]),
            ("Observation", "patient.family", "BEG", ["ob"]),
            ("Patient", "_has:Observation:patient:date", "gt2026", []),
            ("Patient", "_has:Observation:patient:date", "ge2026", ["a"]),
            ("Patient", "_has:Condition:patient:code:text", "cough", ["a", "b"]),
            ("Patient", "family:exact", "Yazhi", []),
            ("Patient", "family:contains", "azh", ["a"]),
            ("Patient", "birthdate", "1980-02", ["a", "b"]),
            ("Patient", "_id", "a,z", ["a"]),
            ("Observation", "value-quantity", "gt6.5", ["oa", "ob"]),
            ("Observation", "value-quantity", "gt6.5||g", []),
            ("Observation", "value-quantity", "7||kg", ["oa", "ob"]),
            ("Observation", "date", "2026", ["oa"]),
            ("Observation", "date", "lt2026-01-01", ["ob"]),
            ("Condition", "_security", "BH", ["ca", "cb"]),
            ("Condition", "patient", "Patient/a", ["ca"]),
            ("Observation", "_filter", "date lt 2026-01-01 or subject eq Patient/a", ["oa", "ob"]),
        ] as [(String, String, String, [String])] {
            let query = try parser.query(type: type, parameters: [(name, value)], isStrict: true)
            let found = try await store.found(type, .all(query.criteria))
            #expect(found == ids, "\(type)?\(name)=\(value)")
        }
    }
}
