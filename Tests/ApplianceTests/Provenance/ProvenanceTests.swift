import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import Identity
import TestKit
import Testing

/// Where what was written comes from.
@Suite struct `Provenance of writes` {
    private static let type = ["Content-Type": "application/fhir+json"]

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served(adding: .provenance) { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static func about(_ name: String, _ visitor: Visitor) async throws -> [JSON] {
        let page = try await visitor.get("/fhir/Provenance?target=\(name)&_sort=_lastUpdated")
        return page.json?["entry"]?.elements.compactMap { $0["resource"] } ?? []
    }

    @Test func `a write says who did what, and for whom`() async throws {
        try await atTheBox { test, doctor in
            let made = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"), Self.type)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.json?.string("id"))
            let found = try await Self.about("Condition/\(id)", doctor)
            #expect(found.count == 1)
            let one = try #require(found.first)
            #expect(
                one.at("target", 0, "reference")?.string == "Condition/\(id)/_history/1")
            #expect(one.at("activity", "coding", 0, "code")?.string == "CREATE")
            #expect(one.at("agent", 0, "type", "coding", 0, "code")?.string == "author")
            #expect(one.at("agent", 0, "who", "display")?.string == "Person doctor")
            #expect(one.at("agent", 0, "onBehalfOf") != nil)
            #expect(one.at("agent", 1, "type", "coding", 0, "code")?.string == "transmitter")
            #expect(one.string("recorded") == made.json?.at("meta", "lastUpdated")?.string)
            #expect(ResourceCheck.problems(in: one).isEmpty)
            let profile =
                "http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"
            let checked = try await doctor.send(
                "POST", "/fhir/Provenance/$validate?profile=\(profile)",
                String(decoding: one.canonicalBytes(), as: UTF8.self), Self.type)
            let severities = checked.json?["issue"]?.elements.compactMap {
                $0.string("severity")
            }
            #expect(checked.status == 200, "\(checked.text)")
            #expect(severities?.contains("error") == false, "\(checked.text)")
            let with = try await doctor.get(
                "/fhir/Condition?_id=\(id)&_revinclude=Provenance:target")
            #expect(with.json?["entry"]?.count == 2)
            let again = try await doctor.send(
                "PUT", "/fhir/Condition/\(id)",
                #"{"resourceType":"Condition","id":"\#(id)","code":{"text":"x"},"subject":{"#
                    + #""reference":"Patient/own"}}"#, Self.type)
            #expect(again.status == 200)
            _ = try await doctor.send("DELETE", "/fhir/Condition/\(id)")
            let codes = try await Self.about("Condition/\(id)", doctor).compactMap {
                $0.at("activity", "coding", 0, "code")?.string
            }
            #expect(Set(codes) == ["CREATE", "UPDATE", "DELETE"])
            #expect(codes.count == 3)
        }
    }

    @Test func `a transaction leaves one for all that it wrote in a chart`() async throws {
        try await atTheBox { _, doctor in
            let entries = ["own", "own", "other"].map { patient in
                #"{"resource":\#(RouteTable.condition(nil, of: patient)),"#
                    + #""request":{"method":"POST","url":"Condition"}}"#
            }
            let answer = try await doctor.send(
                "POST", "/fhir",
                #"{"resourceType":"Bundle","type":"transaction","entry":["#
                    + entries.joined(separator: ",") + "]}", Self.type)
            #expect(answer.status == 200, "\(answer.text)")
            let all = try await doctor.get("/fhir/Provenance?_sort=_lastUpdated")
            let counts = all.json?["entry"]?.elements.compactMap {
                $0.at("resource", "target")?.count
            }
            #expect(counts?.sorted() == [1, 2])
        }
    }

    @Test func `what a client says in the header or in the transaction counts instead`()
        async throws
    {
        try await atTheBox { _, doctor in
            let said = #"{"resourceType":"Provenance","agent":[{"who":{"display":"A device"}}]}"#
            let made = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"),
                Self.type.merging(["X-Provenance": said]) { $1 })
            #expect(made.status == 201, "\(made.text)")
            let id = made.json?.string("id") ?? ""
            let found = try await Self.about("Condition/\(id)", doctor)
            #expect(found.count == 1)
            #expect(found.first?.at("agent", 0, "who", "display")?.string == "A device")
            #expect(found.first?.string("recorded") != nil)
            for wrong in ["{", "{}", #"{"resourceType":"Provenance"}"#] {
                let refused = try await doctor.send(
                    "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"),
                    Self.type.merging(["X-Provenance": wrong]) { $1 })
                #expect(refused.status == 400, "\(wrong)")
            }
            let own = try await doctor.send(
                "POST", "/fhir",
                """
                {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:\
                0b6d2b2e-1111-4222-8333-444455556666","resource":\
                \(RouteTable.condition(nil, of: "own")),"request":{"method":"POST","url":\
                "Condition"}},{"resource":{"resourceType":"Provenance","target":[{"reference":\
                "urn:uuid:0b6d2b2e-1111-4222-8333-444455556666"}],"recorded":\
                "2026-01-01T00:00:00Z","agent":[{"who":{"display":"Mine"}}]},"request":{"method":\
                "POST","url":"Provenance"}}]}
                """, Self.type)
            #expect(own.status == 200, "\(own.text)")
            let all = try await doctor.get("/fhir/Provenance?_summary=count")
            #expect(all.json?["total"]?.int == 2)
        }
    }

    @Test func `what is said of protected records is protected like them`() async throws {
        try await TestBox.served(adding: .provenance) { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await test.add("lab", [.lab])
            let doctor = try await served.signedIn("doctor")
            let made = try await doctor.send(
                "POST", "/fhir/Condition",
                #"{"resourceType":"Condition","meta":{"security":[{"code":"42CFRPart2"}]},"#
                    + #""subject":{"reference":"Patient/own"}}"#, Self.type)
            #expect(made.status == 201)
            let id = made.json?.string("id") ?? ""
            #expect(try await Self.about("Condition/\(id)", doctor).count == 1)
            let lab = try await served.signedIn("lab")
            #expect(try await Self.about("Condition/\(id)", lab).isEmpty)
            let all = try await lab.get("/fhir/Provenance?_summary=count")
            #expect(all.json?["total"]?.int == 0)
        }
    }

    @Test func `an import names its file by a digest, once, and not when nothing changed`()
        async throws
    {
        try await atTheBox { test, doctor in
            let bytes = try SampleResources.condition("imported", of: "own").canonicalBytes()
            for _ in 0..<2 {
                _ = try await test.box.importer.importDocument(bytes, caller: test.command)
            }
            let found = try await Self.about("Condition/imported", doctor)
            #expect(found.count == 1)
            let digest = found.first?.at("entity", 0, "what", "identifier", "value")?.string
            #expect(digest?.count == 64)
            #expect(found.first?.at("entity", 0, "role")?.string == "source")
        }
    }

    @Test func `a person who has a record is named by it, and the clinic by its own`()
        async throws
    {
        try await atTheBox { test, doctor in
            let user = try #require(test.box.identity.accounts.user(named: "doctor"))
            try await test.box.identity.accounts.setPractitioner(
                try await test.box.grant(.users(.update, id: user.id), test.command), id: user.id,
                "hale")
            let made = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"), Self.type)
            let found = try await Self.about(
                "Condition/\(made.json?.string("id") ?? "")", doctor)
            #expect(
                found.first?.at("agent", 0, "who", "reference")?.string == "Practitioner/hale")
        }
    }
}
