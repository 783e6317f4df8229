import AccessControl
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Several interactions in one request, each on its own.
@Suite struct `Batch` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await body(test, served, try await served.signedIn("doctor"))
        }
    }

    private static func statuses(_ answer: BoxAnswer) -> [String] {
        answer.json?["entry"]?.elements.map {
            String($0.at("response", "status")?.string?.prefix(3) ?? "")
        } ?? []
    }

    private typealias Texts = BundleTexts

    @Test func `every entry is answered in its place, whatever becomes of the others`()
        async throws
    {
        try await atTheBox { test, _, doctor in
            let cough = RouteTable.condition("cough", of: "own")
            let body = Texts.bundle(
                "batch",
                [
                    Texts.entry("GET", "Condition/cough"), Texts.entry("GET", "Condition/none"),
                    Texts.entry("POST", "Condition", RouteTable.condition(nil, of: "own")),
                    Texts.entry("PUT", "Condition/cough", cough),
                    Texts.entry("PUT", "Condition/other", cough),
                    Texts.entry("PATCH", "Condition/cough", Texts.patch),
                    Texts.entry("PATCH", "Condition?_id=none", Texts.patch),
                    Texts.entry("DELETE", "Condition/cough-other"),
                    Texts.entry("DELETE", "Condition?_id=none"),
                    Texts.entry("GET", "Condition?patient=own"),
                    Texts.entry("GET", "Condition/cough/_history/1"),
                    Texts.entry("GET", "Condition/cough/_history"),
                    Texts.entry("GET", "https://clinic.local/fhir/Patient/own"),
                    Texts.entry("POST", "Nothing", #"{"resourceType":"Nothing"}"#),
                    Texts.entry(
                        "PUT", "Condition/cough", cough, more: #","ifMatch":"W/\"1\"""#),
                    Texts.entry("GET", "metadata"),
                    Texts.entry(
                        "GET", "Condition/cough", more: #","ifNoneMatch":"W/\"3\"""#),
                    Texts.entry("HEAD", "Condition/cough"),
                    #"{"resource":{"resourceType":"Patient"}}"#,
                ])
            let answer = try await doctor.send("POST", "/fhir", body)
            #expect(answer.status == 200)
            #expect(answer.json?.string("type") == "batch-response")
            #expect(
                Self.statuses(answer) == [
                    "200", "404", "201", "200", "400", "200", "404", "204", "204", "200", "200",
                    "200", "200", "400", "412", "400", "304", "200", "400",
                ])
            let json = try #require(answer.json)
            #expect(json.at("entry", 0, "resource", "id")?.string == "cough")
            #expect(
                json.at("entry", 1, "response", "outcome", "issue", 0, "code")?.string
                    == "not-found")
            #expect(answer.text.contains("Bundle.entry[4]"))
            #expect(json.at("entry", 9, "resource", "type")?.string == "searchset")
            #expect(json.at("entry", 11, "resource", "type")?.string == "history")
            #expect(json.at("entry", 17, "resource") == nil)
            let stored = try await doctor.get("/fhir/Condition/cough").json
            #expect(stored?.at("code", "text")?.string == "Asthma")
        }
    }

    @Test func `an entry gets what its role may get`() async throws {
        try await atTheBox { test, served, _ in
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let before = try await test.audit().last?.seq ?? 0
            let answer = try await lab.send(
                "POST", "/fhir",
                Texts.bundle(
                    "batch",
                    [
                        Texts.entry("GET", "Condition/cough-bh"),
                        Texts.entry("GET", "Condition?patient=own"),
                        Texts.entry("GET", "Condition/_history"),
                        Texts.entry("POST", "Patient", #"{"resourceType":"Patient"}"#),
                        Texts.entry("GET", "Claim"),
                    ]))
            #expect(Self.statuses(answer) == ["404", "200", "200", "403", "403"])
            #expect(!answer.text.contains("cough-sud"))
            #expect(answer.json?.at("entry", 1, "resource", "total")?.int == 1)
            let entries = try await test.audit(after: before)
            #expect(entries.filter { $0.name == "lab" }.count == 5)
        }
    }

    @Test func `the same batch with the same key makes nothing twice`() async throws {
        try await atTheBox { _, _, doctor in
            let body = Texts.bundle(
                "batch",
                [
                    Texts.entry("POST", "Condition", RouteTable.condition(nil, of: "other")),
                    Texts.entry("POST", "Condition", RouteTable.condition(nil, of: "other")),
                ])
            let key = ["Idempotency-Key": "0123456789-abcdef"]
            let one = try await doctor.send("POST", "/fhir", body, key)
            let two = try await doctor.send("POST", "/fhir", body, key)
            #expect(one.body == two.body && Self.statuses(two) == ["201", "201"])
            let page = try await doctor.get("/fhir/Condition?patient=other&_summary=count")
            #expect(page.json?["total"]?.int == 3)
        }
    }

    @Test func `the client says how much of each record it wants back`() async throws {
        try await atTheBox { _, _, doctor in
            let body = Texts.bundle(
                "batch",
                [
                    Texts.entry("POST", "Condition", RouteTable.condition(nil, of: "own")),
                    Texts.entry("GET", "Condition/cough?_elements=onset"),
                ])
            let plain = try await doctor.send("POST", "/fhir", body)
            #expect(plain.json?.at("entry", 0, "resource") == nil)
            #expect(plain.json?.at("entry", 1, "resource", "code") == nil)
            let whole = try await doctor.send(
                "POST", "/fhir", body, ["Prefer": "return=representation"])
            #expect(
                whole.json?.at("entry", 0, "resource", "resourceType")?.string == "Condition")
            let told = try await doctor.send(
                "POST", "/fhir", body, ["Prefer": "return=OperationOutcome"])
            #expect(told.json?.at("entry", 0, "response", "outcome") != nil)
        }
    }

    @Test func `a batch has a limit`() async throws {
        try await atTheBox { _, _, doctor in
            let entries = [String](repeating: Texts.entry("GET", "Claim/none"), count: 2_001)
            let answer = try await doctor.send("POST", "/fhir", Texts.bundle("batch", entries))
            #expect(answer.status == 422 && answer.text.contains("2000"))
        }
    }
}
