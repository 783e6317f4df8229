import AccessControl
import FHIRModel
import ServerKit
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
                for parameter in resource["searchParam"]?.elements.map({ $0 }) ?? []
                where parameter.string("type") != "composite" {
                    let name = parameter.string("name") ?? ""
                    let value =
                        switch parameter.string("type") ?? "" {
                        case "date": "2020-05-01"
                        case "number", "quantity": "5"
                        default: "own"
                        }
                    let answer = try await doctor.get(
                        "/fhir/\(type)?\(name)=\(value)", ["Prefer": "handling=strict"])
                    #expect(answer.status == 200, "\(type) \(name)")
                }
            }
        }
    }

    @Test func `it names every interaction that has a route, and no other`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let nobody = try await served.nobody()
            let json = try #require(try await nobody.get("/fhir/metadata").json)
            #expect(
                json["patchFormat"]?.elements.compactMap(\.string)
                    == [
                        "application/json-patch+json", "application/xml-patch+xml",
                        "application/fhir+json", "application/fhir+xml",
                    ])
            #expect(json["format"]?.elements.compactMap(\.string).contains("json") == true)
            func codes(_ place: JSON?) -> Set<String> {
                Set(place?["interaction"]?.elements.compactMap { $0.string("code") } ?? [])
            }
            let rest = json.at("rest", 0)
            #expect(
                codes(rest) == ["transaction", "batch", "history-system", "search-system"])
            let patient = rest?["resource"]?.elements.first { $0.string("type") == "Patient" }
            #expect(
                codes(patient) == [
                    "read", "vread", "update", "patch", "delete", "history-instance",
                    "history-type", "create", "search-type",
                ])
            #expect(patient?["conditionalCreate"]?.bool == true)
            #expect(patient?["conditionalUpdate"]?.bool == true)
            #expect(patient?.string("conditionalRead") == "full-support")
            #expect(patient?.string("conditionalDelete") == "multiple")
            // Each of them is answered by something other than "no such address or method".
            let doctor = try await served.signedIn("doctor")
            for (method, path) in [
                ("GET", "Goal/1"), ("GET", "Goal/1/_history/1"), ("PUT", "Goal/1"),
                ("PATCH", "Goal/1"), ("DELETE", "Goal/1"), ("GET", "Goal/1/_history"),
                ("GET", "Goal/_history"), ("POST", "Goal"), ("GET", "Goal"), ("PUT", "Goal?_id=1"),
                ("PATCH", "Goal?_id=1"), ("DELETE", "Goal?_id=1"), ("GET", "_history"),
                ("POST", ""),
            ] {
                let answer = try await doctor.send(
                    method, "/fhir/\(path)", method == "GET" ? nil : "")
                #expect(answer.status != 405, "\(method) \(path)")
                #expect(!answer.text.contains("There is nothing at this address"), "\(path)")
            }
        }
    }

    @Test func `it names operations that have a route, and no other`() async throws {
        try await TestBox.served { test, served in
            let json = try #require(try await served.nobody().get("/fhir/metadata").json)
            func names(_ place: JSON?) -> Set<String> {
                Set(place?["operation"]?.elements.compactMap { $0.string("name") } ?? [])
            }
            let rest = json.at("rest", 0)
            let resources = rest?["resource"]?.elements.map { $0 } ?? []
            let patient = resources.first { $0.string("type") == "Patient" }
            #expect(names(patient).isSuperset(of: ["everything", "match", "member-match", "meta"]))
            let documents = resources.first { $0.string("type") == "DocumentReference" }
            #expect(names(documents).contains("docref"))
            #expect(!names(documents).contains("everything"))
            let told = resources.reduce(into: names(rest)) { $0.formUnion(names($1)) }
            let routed = Set(
                ServedBox.book(test).list.compactMap { route -> String? in
                    guard route.template.hasPrefix("/fhir/"),
                        let word = route.template.split(separator: "/").last, word.first == "$",
                        word != "$fhirpath"
                    else { return nil }
                    return String(word.dropFirst())
                })
            #expect(told.subtracting(routed).sorted() == [])
            #expect(told.count > 10)
        }
    }
}
