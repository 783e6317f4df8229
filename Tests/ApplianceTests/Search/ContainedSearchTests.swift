import AccessControl
import FHIRModel
import TestKit
import Testing

/// Searches for what stands inside of other resources.
@Suite struct `Search inside of resources` {
    /// A prescription that holds its medication.
    private static func prescription(_ id: String, _ code: String) -> String {
        ##"{"resourceType":"MedicationRequest","id":"\##(id)","status":"active","intent":"order","##
            + ##""contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"##
            + ##""urn:drugs","code":"\##(code)"}]},"manufacturer":{"reference":"#org"}},"##
            + ##"{"resourceType":"Organization","id":"org","name":"Cedar Works"}],"##
            + ##""medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/own"}}"##
    }

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(
                SampleResources.patient("own"),
                MatrixRecords.json(Self.prescription("one", "aspirin")),
                MatrixRecords.json(Self.prescription("two", "ibuprofen")),
                MatrixRecords.json(
                    #"{"resourceType":"Medication","id":"plain","code":{"coding":[{"system":"#
                        + #""urn:drugs","code":"aspirin"}]}}"#))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static func names(_ answer: BoxAnswer) -> [String] {
        answer.json?["entry"]?.elements.compactMap { entry in
            entry.string("fullUrl").map { String($0.dropFirst("https://clinic.local/fhir/".count)) }
        } ?? []
    }

    @Test func `what stands inside is found by its container or by itself`() async throws {
        try await atTheBox { _, doctor in
            let code = "code=urn:drugs%7Caspirin"
            for (query, names) in [
                ("\(code)", ["Medication/plain"]),
                ("\(code)&_contained=false", ["Medication/plain"]),
                ("\(code)&_contained=true", ["MedicationRequest/one"]),
                ("\(code)&_contained=both", ["MedicationRequest/one", "Medication/plain"]),
                (
                    "\(code)&_contained=both&_containedType=contained",
                    ["MedicationRequest/one#m", "Medication/plain"]
                ),
                ("_contained=true", ["MedicationRequest/one", "MedicationRequest/two"]),
                ("_contained=true&_id=m", ["MedicationRequest/one", "MedicationRequest/two"]),
                ("_contained=true&code:not=aspirin", ["MedicationRequest/two"]),
                ("_contained=true&manufacturer.name=cedar&\(code)", ["MedicationRequest/one"]),
                ("_contained=true&manufacturer.name=oak", []),
                (
                    "_contained=true&_has:MedicationRequest:medication:_id=two",
                    ["MedicationRequest/two"]
                ),
            ] {
                let answer = try await doctor.get("/fhir/Medication?\(query)")
                #expect(Self.names(answer) == names, "\(query): \(answer.text)")
                #expect(answer.json?["total"]?.int == names.count, "\(query)")
            }
            let inner = try await doctor.get(
                "/fhir/Medication?\(code)&_contained=true&_containedType=contained")
            #expect(
                inner.json?.at("entry", 0, "resource")?.string("resourceType") == "Medication")
        }
    }

    @Test func `a chain looks inside`() async throws {
        try await atTheBox { _, doctor in
            for (query, names) in [
                ("medication.code=aspirin", ["MedicationRequest/one"]),
                ("medication.code=ibuprofen&patient=own", ["MedicationRequest/two"]),
                ("medication:Medication.code=none", []),
                ("_filter=medication.code eq aspirin", ["MedicationRequest/one"]),
            ] {
                let path = query.split(separator: " ").joined(separator: "%20")
                let answer = try await doctor.get("/fhir/MedicationRequest?\(path)")
                #expect(Self.names(answer) == names, "\(query): \(answer.text)")
            }
        }
    }

    @Test func `pages, wrong values and what goes without it`() async throws {
        try await atTheBox { _, doctor in
            let first = try await doctor.get("/fhir/Medication?_contained=true&_count=1")
            let next = first.json?["link"]?.elements.first { $0.string("relation") == "next" }
            let path = try #require(next?.string("url")?.dropFirst("https://clinic.local".count))
            #expect(Self.names(try await doctor.get(String(path))) == ["MedicationRequest/two"])
            for (path, status) in [
                ("/fhir/Medication?_contained=maybe", 400),
                ("/fhir/Medication?_contained=true&_containedType=x", 400),
                ("/fhir/Medication?_contained=true&_sort=code", 400),
                ("/fhir?_type=Medication,Patient&_contained=true", 200),
            ] {
                let answer = try await doctor.get(path)
                #expect(answer.status == status, "\(path)")
            }
        }
    }

    @Test func `a container that may not be seen is as if it were not there`() async throws {
        try await TestBox.served { test, served in
            let hidden = Self.prescription("one", "aspirin").split(
                separator: #""status":"#, maxSplits: 1)
            try await test.put(
                SampleResources.patient("own"),
                MatrixRecords.json(
                    hidden[0] + #""meta":{"security":[{"code":"SUD"}]},"status":"# + hidden[1]))
            try await test.add("doctor", [.physician])
            try await test.add("nurse", [.nurse])
            let query = "/fhir/Medication?_contained=true&code=aspirin"
            let doctor = try await served.signedIn("doctor")
            #expect(Self.names(try await doctor.get(query)) == ["MedicationRequest/one"])
            let nurse = try await served.signedIn("nurse")
            let answer = try await nurse.get(query)
            #expect(answer.status == 200 && answer.json?["total"]?.int == 0)
        }
    }
}
