import AccessControl
import FHIRModel
import TestKit
import Testing

/// Creating, reading, changing and deleting one record over the wire.
@Suite struct `Record routes` {
    /// A doctor at a box with one patient.
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    @Test func `a record is created, read, changed, read as it was, and deleted`() async throws {
        try await atTheBox { _, doctor in
            let made = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"))
            #expect(made.status == 201)
            #expect(made["etag"] == "W/\"1\"")
            #expect(made["last-modified"] == "Mon, 02 Mar 2026 15:00:00 GMT")
            #expect(made["content-type"] == "application/fhir+json; charset=utf-8")
            let id = try #require(made.json?.string("id"))
            let path = "/fhir/Condition/\(id)"
            #expect(made["location"] == "https://clinic.local\(path)/_history/1")
            let changed = try await doctor.send(
                "PUT", path, RouteTable.condition(id, of: "own"), ["If-Match": "W/\"1\""])
            #expect(changed.status == 200 && changed["etag"] == "W/\"2\"")
            #expect(try await doctor.get(path)["etag"] == "W/\"2\"")
            let old = try await doctor.get("\(path)/_history/1")
            #expect(old.status == 200 && old.body == made.body)
            #expect(try await doctor.get("\(path)/_history/3").status == 404)
            #expect(try await doctor.get("\(path)/_history/x").status == 404)
            let head = try await doctor.send("HEAD", path)
            #expect(head.status == 200 && head.body.isEmpty && head["etag"] == "W/\"2\"")
            #expect(try await doctor.send("DELETE", path).status == 204)
            #expect(try await doctor.get(path).status == 410)
            #expect(try await doctor.get("\(path)/_history/2").status == 200)
            #expect(try await doctor.get("\(path)/_history/3").status == 410)
            #expect(try await doctor.send("DELETE", path).status == 204)
            let page = try await doctor.get("/fhir/Condition?patient=own")
            #expect(page.json?["total"]?.int == 0)
        }
    }

    @Test func `a change of an old version is refused and changes nothing`() async throws {
        try await atTheBox { test, doctor in
            try await test.put(SampleResources.condition("cough", of: "own"))
            let body = RouteTable.condition("cough", of: "own")
            let path = "/fhir/Condition/cough"
            let first = ["If-Match": "W/\"1\""]
            #expect(try await doctor.send("PUT", path, body, first).status == 200)
            let stale = try await doctor.send("PUT", path, body, first)
            #expect(stale.status == 412)
            #expect(stale.json?.string("resourceType") == "OperationOutcome")
            #expect(try await doctor.send("DELETE", path, nil, first).status == 412)
            #expect(try await doctor.send("PUT", path, body, ["If-Match": "2"]).status == 400)
            #expect(try await doctor.get(path)["etag"] == "W/\"2\"")
            let missing = try await doctor.send(
                "PUT", "/fhir/Condition/none", RouteTable.condition("none", of: "own"), first)
            #expect(missing.status == 412)
            #expect(try await doctor.get("/fhir/Condition/none").status == 404)
        }
    }

    @Test func `the same key makes one record and answers the same again`() async throws {
        try await atTheBox { test, doctor in
            let key = ["Idempotency-Key": "0123456789abcdef"]
            let body = RouteTable.condition(nil, of: "own")
            let one = try await doctor.send("POST", "/fhir/Condition", body, key)
            let two = try await doctor.send("POST", "/fhir/Condition", body, key)
            #expect(one.status == 201 && two.status == 201)
            #expect(one.body == two.body && one["location"] == two["location"])
            let other = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own") + " ", key)
            #expect(other.status == 409)
            let short = try await doctor.send(
                "POST", "/fhir/Condition", body, ["Idempotency-Key": "short"])
            #expect(short.status == 400)
            let page = try await doctor.get("/fhir/Condition?patient=own")
            #expect(page.json?["total"]?.int == 1)
        }
    }

    @Test func `a record is created only where none carries the identifier`() async throws {
        try await atTheBox { _, doctor in
            let body = """
                {"resourceType":"Condition","identifier":[{"system":"urn:s","value":"a b|c"}],\
                "subject":{"reference":"Patient/own"}}
                """
            let unless = ["If-None-Exist": #"identifier=urn:s|a b\|c"#]
            let one = try await doctor.send("POST", "/fhir/Condition", body, unless)
            #expect(one.status == 201)
            let two = try await doctor.send("POST", "/fhir/Condition", body, unless)
            #expect(two.status == 200)
            #expect(two["location"] == one["location"] && two["etag"] == "W/\"1\"")
            #expect(try await doctor.send("POST", "/fhir/Condition", body).status == 201)
            let twice = try await doctor.send("POST", "/fhir/Condition", body, unless)
            #expect(twice.status == 412)
            let other = try await doctor.send(
                "POST", "/fhir/Condition", body, ["If-None-Exist": "onset-date=x"])
            #expect(other.status == 400)
        }
    }

    @Test func `a body that cannot be one is told where`() async throws {
        try await atTheBox { _, doctor in
            for (body, status, word) in [
                ("{\n  \"resourceType\": \"Condition\",\n  oops}", 400, "3"),
                (#"{"resourceType":"Condition","resourceType":"Condition"}"#, 400, "resourceType"),
                (#"{"resourceType":"Condition","id":"not ok"}"#, 400, "Condition.id"),
                (#"{"resourceType":"Nothing"}"#, 400, "resourceType"),
                (#"["Condition"]"#, 400, ""),
                ("", 400, ""),
                (String(repeating: "[", count: 200), 422, ""),
            ] {
                let answer = try await doctor.send("POST", "/fhir/Condition", body)
                #expect(answer.status == status, "\(body.prefix(40)) \(answer.status)")
                #expect(answer.json?.string("resourceType") == "OperationOutcome")
                #expect(word.isEmpty || answer.text.contains(word), "\(answer.text)")
                #expect(!answer.text.contains("oops"))
            }
        }
    }

    @Test func `whoever wants little gets no body`() async throws {
        try await atTheBox { _, doctor in
            let answer = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"),
                ["Prefer": "return=minimal"])
            #expect(answer.status == 201 && answer.body.isEmpty)
            #expect(answer["location"] != nil && answer["etag"] == "W/\"1\"")
        }
    }

    @Test func `numbers and texts come back as they were written`() async throws {
        try await atTheBox { _, doctor in
            let body = """
                {"resourceType":"Observation","status":"final","code":{"text":"Łóʼ \\u00e9"},\
                "subject":{"reference":"Patient/own"},"valueQuantity":{"value":1.500E2}}
                """
            let answer = try await doctor.send("POST", "/fhir/Observation", body)
            #expect(answer.text.contains("\"value\":1.500E2"))
            #expect(answer.json?.at("code", "text")?.string == "Łóʼ é")
        }
    }
}
