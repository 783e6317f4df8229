import AccessControl
import FHIRModel
import TestKit
import Testing

/// What the box says that it can do is what it can do.
@Suite struct `Capability statement` {
    @Test func `it is sound and names the types and searches that are there`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            let nobody = try await served.nobody()
            let json = try #require(try await nobody.get("/fhir/metadata").json)
            #expect(json.string("resourceType") == "CapabilityStatement")
            #expect(json.string("fhirVersion") == "4.0.1")
            #expect(ResourceCheck.problems(in: json).isEmpty)
            let resources = json.at("rest", 0, "resource")?.elements.map { $0 } ?? []
            #expect(resources.compactMap { $0.string("type") } == ResourceType.all)
            let doctor = try await served.signedIn("doctor")
            for resource in resources.filter({
                ["Patient", "Condition", "Practitioner"].contains($0.string("type") ?? "")
            }) {
                let type = resource.string("type") ?? ""
                for parameter in resource["searchParam"]?.elements.map({ $0 }) ?? [] {
                    let name = parameter.string("name") ?? ""
                    let value = name == "identifier" ? "a%7Cb" : "own"
                    let answer = try await doctor.get(
                        "/fhir/\(type)?\(name)=\(value)", ["Prefer": "handling=strict"])
                    #expect(answer.status == 200, "\(type) \(name)")
                }
            }
        }
    }
}
