import AccessControl
import FHIRModel
import TestKit
import Testing

@Suite struct `Terminology over HTTP` {
    private static let icd = "http://hl7.org/fhir/sid/icd-10-cm"

    private func served(
        _ body: @escaping @Sendable (Person) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.add("admin", [.admin])
            let admin = try await served.signedIn("admin")
            try await body(Person { try await admin.send($0, $1, $2) })
        }
    }

    /// Somebody who is signed in.
    private struct Person: Sendable {
        let send: @Sendable (String, String, String?) async throws -> BoxAnswer

        func get(_ path: String) async throws -> BoxAnswer { try await send("GET", path, nil) }
    }

    private func value(_ answer: BoxAnswer, _ name: String) -> JSON? {
        answer.json?["parameter"]?.elements.first { $0.string("name") == name }
    }

    @Test func `codes are looked up, checked and ordered`() async throws {
        try await served { person in
            let found = try await person.get(
                "/fhir/CodeSystem/$lookup?system=\(Self.icd)&code=E11.9")
            #expect(found.status == 200)
            #expect(
                value(found, "display")?.string("valueString")
                    == "Type 2 diabetes mellitus without complications")
            #expect(found.text.contains(#""valueCode":"E11""#))
            let none = try await person.get(
                "/fhir/CodeSystem/$lookup?system=\(Self.icd)&code=E99.X")
            #expect(none.status == 404)
            let wrong = try await person.get(
                "/fhir/CodeSystem/$validate-code?url=\(Self.icd)&code=E99.X")
            #expect(value(wrong, "result")?["valueBoolean"]?.bool == false)
            let order = try await person.get(
                "/fhir/CodeSystem/$subsumes?system=\(Self.icd)&codeA=E11.9&codeB=E11")
            #expect(value(order, "outcome")?.string("valueCode") == "subsumed-by")
            let unit = try await person.get(
                "/fhir/CodeSystem/$lookup?system=http://unitsofmeasure.org&code=mg%2FdL")
            #expect(unit.text.contains("milligram per deciliter"))
        }
    }

    @Test func `a code that nobody here can tell is never called wrong`() async throws {
        try await served { person in
            for path in [
                "CodeSystem/$validate-code?url=http://loinc.org&code=99999-9",
                "CodeSystem/$lookup?system=http://www.ama-assn.org/go/cpt&code=99213",
                "ValueSet/$validate-code?url=http://snomed.info/sct?fhir_vs=isa/73211009"
                    + "&system=http://snomed.info/sct&code=44054006",
            ] {
                let answer = try await person.get("/fhir/\(path)")
                #expect(answer.status == 422, "\(path)")
                #expect(answer.text.contains("terms load"), "\(answer.text)")
                #expect(answer.text.contains("incomplete"))
            }
        }
    }

    @Test func `a value set is expanded by its address, by pages and by what is typed`()
        async throws
    {
        try await served { person in
            let set = "http://hl7.org/fhir/ValueSet/administrative-gender"
            let whole = try await person.get("/fhir/ValueSet/$expand?url=\(set)")
            #expect(whole.json?.at("expansion", "total")?.int == 4)
            #expect(whole.json?.at("expansion", "contains", 0)?.string("code") == "male")
            let condition = "http://hl7.org/fhir/us/core/ValueSet/us-core-condition-code"
            let typed = try await person.get(
                "/fhir/ValueSet/$expand?url=\(condition)&filter=asthma&count=5")
            #expect(typed.json?.at("expansion", "contains")?.count == 5)
            #expect(typed.text.contains("valueset-unclosed"))
            let sent = """
                {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{
                 "resourceType":"ValueSet","status":"active","compose":{"include":[{
                 "system":"\(Self.icd)","filter":[{"property":"concept","op":"is-a",
                 "value":"J45"}]}]}}},{"name":"count","valueInteger":2},
                 {"name":"offset","valueInteger":1}]}
                """
            let page = try await person.send("POST", "/fhir/ValueSet/$expand", sent)
            #expect(page.status == 200, "\(page.text)")
            #expect(page.json?.at("expansion", "contains", 0)?.string("code") == "J45.2")
            let costly = """
                {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{
                 "resourceType":"ValueSet","status":"active","compose":{"include":[{
                 "system":"\(Self.icd)"}]}}}]}
                """
            #expect(try await person.send("POST", "/fhir/ValueSet/$expand", costly).status == 422)
            #expect(try await person.get("/fhir/ValueSet/$expand?url=urn:none").status == 404)
            #expect(try await person.get("/fhir/ValueSet/$expand").status == 400)
            #expect(
                try await person.get("/fhir/ValueSet/$expand?url=\(set)&count=-1").status == 400)
            #expect(try await person.get("/fhir/Patient/$expand").status == 404)
        }
    }

    @Test func `what the clinic writes is used at once, and searches ask it`() async throws {
        try await served { person in
            let system = """
                {"resourceType":"CodeSystem","id":"clinic","url":"urn:clinic","status":"active",
                 "content":"complete","concept":[{"code":"heal","display":"Traditional healing",
                 "concept":[{"code":"sweat","display":"Sweat lodge"}]}]}
                """
            #expect(try await person.send("PUT", "/fhir/CodeSystem/clinic", system).status == 201)
            let set = """
                {"resourceType":"ValueSet","id":"own","url":"urn:own","status":"active",
                 "compose":{"include":[{"system":"urn:clinic","filter":[{"property":"concept",
                 "op":"is-a","value":"heal"}]}]}}
                """
            #expect(try await person.send("PUT", "/fhir/ValueSet/own", set).status == 201)
            let codes = try await person.get("/fhir/ValueSet/own/$expand")
            #expect(codes.json?.at("expansion", "total")?.int == 2)
            let map = """
                {"resourceType":"ConceptMap","id":"m","url":"urn:map","status":"active","group":[{
                 "source":"urn:clinic","target":"\(Self.icd)","element":[{"code":"sweat",
                 "target":[{"code":"Z71.89","equivalence":"wider"}]}]}]}
                """
            #expect(try await person.send("PUT", "/fhir/ConceptMap/m", map).status == 201)
            let moved = try await person.get(
                "/fhir/ConceptMap/$translate?system=urn:clinic&code=sweat")
            #expect(value(moved, "result")?["valueBoolean"]?.bool == true)
            #expect(moved.text.contains("Z71.89"))
            let service = """
                {"resourceType":"HealthcareService","id":"h","type":[{"coding":[{
                 "system":"urn:clinic","code":"sweat"}]}]}
                """
            #expect(
                try await person.send("PUT", "/fhir/HealthcareService/h", service).status == 201)
            for (query, total) in [
                ("service-type:in=urn:own", 1), ("service-type:not-in=urn:own", 0),
                ("service-type:below=urn:clinic%7Cheal", 1),
                ("service-type:above=urn:clinic%7Cheal", 0),
            ] {
                let found = try await person.get("/fhir/HealthcareService?\(query)")
                #expect(found.json?["total"]?.int == total, "\(query): \(found.text)")
            }
            #expect(try await person.send("DELETE", "/fhir/CodeSystem/clinic", nil).status < 300)
            let gone = try await person.get("/fhir/CodeSystem/$lookup?system=urn:clinic&code=heal")
            #expect(gone.status == 422)
        }
    }

    @Test func `typing finds codes in pages, in the envelope of the clinic's interface`()
        async throws
    {
        try await served { person in
            let found = try await person.get(
                "/api/v1/terms?system=icd-10-cm&q=sugar%20diabetes&limit=3")
            #expect(found.status == 200)
            #expect(found.json?.at("data", 0)?.string("code") == "E11.9")
            #expect(found.json?["data"]?.count == 3)
            #expect(found.json?.at("pagination", "hasNext")?.bool == true)
            let second = try await person.get(
                "/api/v1/terms?system=icd-10-cm&q=sugar%20diabetes&limit=3&page=2")
            #expect(second.json?.at("data", 0)?.string("code") != "E11.9")
            #expect(second.json?.at("pagination", "hasPrev")?.bool == true)
            for (system, text, code) in [
                ("ucum", "ug/kg/min", "ug/kg/min"), ("ucum", "mg/cm3", "mg/cm3"),
                ("languages", "navajo", "nv"), ("cvx", "141", "141"), ("states", "mont", "MT"),
            ] {
                let escaped = text.replacing("/", with: "%2F")
                let one = try await person.get("/api/v1/terms?system=\(system)&q=\(escaped)")
                #expect(one.json?.at("data", 0)?.string("code") == code, "\(one.text)")
            }
            for path in [
                "terms?q=x", "terms?system=icd-10-cm&limit=0", "terms?system=icd-10-cm&page=11",
                "terms?system=icd-10-cm&q=\(String(repeating: "a", count: 201))",
            ] {
                let status = try await person.get("/api/v1/\(path)").status
                #expect(status == 400 || status == 413, "\(path)")
            }
            #expect(try await person.get("/api/v1/terms?system=none&q=x").status == 404)
            let held = try await person.get("/api/v1/terms/systems")
            #expect(held.text.contains("ICD-10-CM"))
        }
    }

    @Test func `the box says what it can do with codes`() async throws {
        try await served { person in
            let said = try await person.get("/fhir/metadata?mode=terminology")
            #expect(said.json?.string("resourceType") == "TerminologyCapabilities")
            #expect(said.text.contains(Self.icd))
            let whole = try await person.get("/fhir/metadata?mode=full")
            #expect(whole.text.contains("OperationDefinition/ValueSet-expand"))
            #expect(try await person.get("/fhir/metadata?mode=none").status == 400)
        }
    }
}
