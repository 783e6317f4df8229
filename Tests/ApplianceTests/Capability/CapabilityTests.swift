import AccessControl
import FHIRModel
import TestKit
import Testing

/// What the box says that it can do is what it can do.
@Suite struct `Capability statement` {
    @Test func `the document for tools names every interaction once`() async throws {
        try await TestBox.served { _, served in
            let answer = try await served.nobody().get("/fhir/openapi.json")
            #expect(answer.status == 200)
            let json = try #require(answer.json)
            #expect(json.string("openapi") == "3.0.3")
            let paths = json["paths"]?.members.map { $0 } ?? []
            let names = paths.map(\.key)
            #expect(names.contains("/{type}/{id}/_history/{version}"))
            #expect(names.contains("/{type}/_search"))
            let methods = paths.first { $0.key == "/{type}/{id}" }?.value.members.map(\.key) ?? []
            for method in ["get", "put", "patch", "delete"] {
                #expect(methods.count { $0 == method } == 1)
            }
            let types = json.at("paths", "/{type}", "parameters", 0, "schema", "enum")
            #expect(types?.count == ResourceType.all.count)
        }
    }

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
                    let value =
                        switch parameter.string("type") ?? "" {
                        case "date": "2020-05-01"
                        case "number", "quantity": "5"
                        case "composite": continue
                        default: "own"
                        }
                    let answer = try await doctor.get(
                        "/fhir/\(type)?\(name)=\(value)", ["Prefer": "handling=strict"])
                    #expect(answer.status == 200, "\(type) \(name)")
                }
            }
        }
    }
}
