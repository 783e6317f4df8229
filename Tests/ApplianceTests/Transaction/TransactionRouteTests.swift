import AccessControl
import FHIRModel
import TestKit
import Testing

/// Several changes in one request over the wire.
@Suite struct `Transaction route` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await test.add("lab", [.lab])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static func bundle(_ entries: String...) -> String {
        #"{"resourceType":"Bundle","type":"transaction","entry":["#
            + entries.joined(separator: ",") + "]}"
    }

    private static func entry(
        _ method: String, _ url: String, _ resource: String? = nil, _ more: String = ""
    ) -> String {
        let body = resource.map { #""resource":\#($0),"# } ?? ""
        return #"{\#(more)\#(body)"request":{"method":"\#(method)","url":"\#(url)"}}"#
    }

    @Test func `new records point at each other under the ids they got`() async throws {
        try await atTheBox { _, doctor in
            let urn = "urn:uuid:6f1f4f0e-6d5c-4a4e-9d3e-0a5c4b1f2d3e"
            let answer = try await doctor.send(
                "POST", "/fhir",
                Self.bundle(
                    Self.entry(
                        "POST", "Condition",
                        #"{"resourceType":"Condition","subject":{"reference":"\#(urn)"}}"#),
                    Self.entry(
                        "POST", "Patient", #"{"resourceType":"Patient","id":"x"}"#,
                        #""fullUrl":"\#(urn)","#)))
            #expect(answer.status == 200)
            let json = try #require(answer.json)
            #expect(json.string("type") == "transaction-response")
            let places = json["entry"]?.elements.compactMap {
                $0.at("response", "location")?.string
            }
            let condition = try #require(places?.first).dropFirst("https://clinic.local".count)
            let patient = try #require(places?.last).split(separator: "/")[4]
            let stored = try await doctor.get(String(condition)).json
            #expect(stored?.at("subject", "reference")?.string == "Patient/\(patient)")
        }
    }

    @Test func `one bad entry undoes all and is named`() async throws {
        try await atTheBox { test, doctor in
            let good = Self.entry("POST", "Condition", RouteTable.condition(nil, of: "own"))
            let lab = #"{"resourceType":"Condition","subject":{"reference":"Patient/other"}"#
            for (bad, status) in [
                (Self.entry("POST", "Nothing", #"{"resourceType":"Nothing"}"#), 400),
                (Self.entry("PATCH", "Condition/cough", lab + "}"), 400),
                (Self.entry("PUT", "Condition/y", lab + #","id":"x"}"#), 400),
                (Self.entry("PUT", "Condition/cough", lab + #","id":"cough"}"#), 409),
                (Self.entry("DELETE", "Condition/none"), 404),
                (
                    Self.entry(
                        "POST", "Condition",
                        #"{"resourceType":"Condition","subject":{"reference":"#
                            + #""Patient?identifier=urn:s|none"}}"#), 404
                ),
            ] {
                let answer = try await doctor.send("POST", "/fhir", Self.bundle(good, bad))
                #expect(answer.status == status, "\(bad) \(answer.status)")
                #expect(answer.text.contains("Bundle.entry[1]"), "\(answer.text)")
            }
            let page = try await doctor.get("/fhir/Condition?_summary=count")
            #expect(page.json?["total"]?.int == 4)
        }
    }

    @Test func `an entry that a role may not do refuses the whole`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let answer = try await lab.send(
                "POST", "/fhir",
                Self.bundle(
                    Self.entry("POST", "Condition", RouteTable.condition(nil, of: "own")),
                    Self.entry("POST", "Patient", #"{"resourceType":"Patient"}"#)))
            #expect(answer.status == 403)
            #expect(answer.text.contains("Bundle.entry[1]"), "\(answer.text)")
            let page = try await lab.get("/fhir/Condition?_summary=count")
            #expect(page.json?["total"]?.int == 2)
        }
    }

    @Test func `the same transaction with the same key is made once`() async throws {
        try await atTheBox { _, doctor in
            let body = Self.bundle(
                Self.entry("POST", "Condition", RouteTable.condition(nil, of: "other")),
                Self.entry("DELETE", "Condition/cough"))
            let key = ["Idempotency-Key": "0123456789-abcdef"]
            let one = try await doctor.send("POST", "/fhir", body, key)
            #expect(one.status == 200)
            let two = try await doctor.send("POST", "/fhir", body, key)
            #expect(two.status == 200)
            #expect(
                one.json?.at("entry", 0, "response", "etag")?.string
                    == two.json?.at("entry", 0, "response", "etag")?.string)
            let page = try await doctor.get("/fhir/Condition?patient=other")
            #expect(page.json?["total"]?.int == 2)
        }
    }

    @Test func `other bundles are refused`() async throws {
        try await atTheBox { _, doctor in
            for type in ["collection", "searchset", "transaction-response"] {
                let body = #"{"resourceType":"Bundle","type":"\#(type)"}"#
                let answer = try await doctor.send("POST", "/fhir", body)
                #expect(answer.status == 400, "\(type)")
            }
            for body in ["{", #"{"resourceType":"Patient"}"#] {
                let answer = try await doctor.send("POST", "/fhir", body)
                #expect(answer.status == 400, "\(body)")
            }
        }
    }
}
