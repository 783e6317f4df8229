import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Changes that hold only where a search finds something.
@Suite struct `Conditional changes` {
    private static let path = "/fhir/Condition?identifier=urn:s%7C1"

    static func condition(_ value: String, _ id: String? = nil, text: String = "Cough") -> String {
        let name = id.map { #""id":"\#($0)","# } ?? ""
        return """
            {"resourceType":"Condition",\(name)"identifier":[{"system":"urn:s",\
            "value":"\(value)"}],"code":{"text":"\(text)"},"subject":{"reference":"Patient/own"}}
            """
    }

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, served, try await served.signedIn("doctor"))
        }
    }

    private func count(_ visitor: Visitor) async throws -> Int? {
        try await visitor.get("/fhir/Condition?patient=own").json?["total"]?.int
    }

    @Test(arguments: ["POST", "PUT"])
    func `of twenty clients at once one makes the record`(method: String) async throws {
        try await atTheBox { test, served, doctor in
            let token = try await test.token("doctor", "user/*.cruds")
            let answers = try await withThrowingTaskGroup(of: BoxAnswer.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let visitor = try await served.bearer(token)
                        return try await visitor.send(
                            method, method == "POST" ? "/fhir/Condition" : Self.path,
                            Self.condition("1"),
                            method == "POST" ? ["If-None-Exist": "identifier=urn:s|1"] : [:])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.status == 201 }.count == 1)
            #expect(answers.filter { $0.status == 200 }.count == 19)
            #expect(Set(answers.compactMap { $0.json?.string("id") }).count == 1)
            #expect(try await count(doctor) == 1)
            #expect(try await test.box.store.auditVerdict().firstBad == nil)
        }
    }

    @Test func `a people's identifier makes one patient of twenty`() async throws {
        try await atTheBox { test, served, doctor in
            let token = try await test.token("doctor", "user/*.cruds")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let visitor = try await served.bearer(token)
                        let answer = try await visitor.send(
                            "POST", "/fhir/Patient",
                            #"{"resourceType":"Patient","identifier":[{"system":"urn:m","#
                                + #""value":"7"}],"name":[{"family":"Nez"}]}"#,
                            ["If-None-Exist": "identifier=urn:m|7"])
                        #expect([200, 201].contains(answer.status))
                    }
                }
                try await group.waitForAll()
            }
            let page = try await doctor.get("/fhir/Patient?identifier=urn:m%7C7")
            #expect(page.json?["total"]?.int == 1)
        }
    }

    @Test func `an update changes the one record that the condition finds`() async throws {
        try await atTheBox { _, _, doctor in
            let made = try await doctor.send("PUT", Self.path, Self.condition("1"))
            #expect(made.status == 201)
            let id = try #require(made.json?.string("id"))
            let changed = try await doctor.send(
                "PUT", Self.path, Self.condition("1", text: "Asthma"))
            #expect(changed.status == 200 && changed.json?.string("id") == id)
            #expect(changed["etag"] == "W/\"2\"")
            let named = try await doctor.send("PUT", Self.path, Self.condition("1", id))
            #expect(named.status == 200)
            let other = try await doctor.send("PUT", Self.path, Self.condition("1", "x"))
            #expect(other.status == 400)
            let stale = try await doctor.send(
                "PUT", Self.path, Self.condition("1"), ["If-Match": "W/\"1\""])
            #expect(stale.status == 412)
            let none = "/fhir/Condition?identifier=urn:s%7C2"
            let chosen = try await doctor.send("PUT", none, Self.condition("2", "mine"))
            #expect(chosen.status == 201 && chosen.json?.string("id") == "mine")
            let taken = try await doctor.send(
                "PUT", "/fhir/Condition?identifier=urn:s%7C3", Self.condition("3", "mine"))
            #expect(taken.status == 409)
            _ = try await doctor.send("POST", "/fhir/Condition", Self.condition("1"))
            let several = try await doctor.send("PUT", Self.path, Self.condition("1"))
            #expect(several.status == 412)
        }
    }

    @Test func `a condition may be any search`() async throws {
        try await atTheBox { _, _, doctor in
            let body =
                #"{"resourceType":"Condition","code":{"coding":[{"system":"urn:c","#
                + #""code":"7"}]},"onsetDateTime":"2026-01-02","#
                + #""subject":{"reference":"Patient/own"}}"#
            let search = "code=urn:c|7&patient=own&onset-date=ge2026-01-01"
            let unless = ["If-None-Exist": search]
            let one = try await doctor.send("POST", "/fhir/Condition", body, unless)
            let two = try await doctor.send("POST", "/fhir/Condition", body, unless)
            #expect(one.status == 201 && two.status == 200, "\(two.text)")
            #expect(one["location"] == two["location"])
            let path = "/fhir/Condition?code=urn:c%7C7&patient=own"
            let changed = try await doctor.send("PUT", path, body)
            #expect(changed.status == 200 && changed["etag"] == "W/\"2\"")
            let bundle = try await doctor.send(
                "POST", "/fhir",
                BundleTexts.bundle(
                    "transaction",
                    [
                        BundleTexts.entry("PATCH", "Condition?code=7", BundleTexts.patch),
                        BundleTexts.entry(
                            "POST", "Condition", body, more: #","ifNoneExist":"code=8""#),
                    ]))
            #expect(bundle.status == 200, "\(bundle.text)")
            #expect(try await count(doctor) == 2)
            #expect(try await doctor.send("DELETE", "/fhir/Condition?code=9").status == 204)
        }
    }

    @Test func `a deletion takes the one record that the condition finds`() async throws {
        try await atTheBox { _, _, doctor in
            let made = try await doctor.send("PUT", Self.path, Self.condition("1", "one"))
            #expect(made.status == 201)
            #expect(
                try await doctor.send("DELETE", Self.path, nil, ["If-Match": "W/\"9\""]).status
                    == 412)
            #expect(try await doctor.send("DELETE", Self.path).status == 204)
            #expect(try await doctor.get("/fhir/Condition/one").status == 410)
            #expect(try await doctor.send("DELETE", Self.path).status == 204)
            for _ in 0..<2 {
                _ = try await doctor.send("POST", "/fhir/Condition", Self.condition("1"))
            }
            #expect(try await doctor.send("DELETE", Self.path).status == 412)
            #expect(try await count(doctor) == 2)
        }
    }

    @Test func `a deletion takes as many as it says, or none`() async throws {
        try await atTheBox { test, _, doctor in
            for _ in 0..<5 {
                _ = try await doctor.send("POST", "/fhir/Condition", Self.condition("1"))
            }
            _ = try await doctor.send("POST", "/fhir/Condition", Self.condition("2"))
            for (count, status) in [("4", 412), ("0", 400), ("1000", 400), ("x", 400)] {
                let refused = try await doctor.send(
                    "DELETE", "\(Self.path)&_count=\(count)")
                #expect(refused.status == status, "\(count)")
            }
            #expect(try await count(doctor) == 6)
            let seen = try await test.audit().count
            let key = ["Idempotency-Key": "0123456789abcdef-delete"]
            let done = try await doctor.send("DELETE", "\(Self.path)&_count=5", nil, key)
            #expect(done.status == 200 && done.text.contains("5 records"))
            let again = try await doctor.send("DELETE", "\(Self.path)&_count=5", nil, key)
            #expect(again.status == 200 && again.text.contains("5 records"))
            let deletions = try await test.audit().dropFirst(seen).filter { $0.verb == "delete" }
            #expect(deletions.count == 5)
            #expect(try await count(doctor) == 1)
            let none = try await doctor.send(
                "DELETE", "\(Self.path)&_count=5", nil, ["Prefer": "return=minimal"])
            #expect(none.status == 204)
        }
    }

    @Test func `a condition in the address of a create counts like one in its header`() async throws
    {
        try await atTheBox { _, _, doctor in
            let path = "/fhir/Condition?identifier=urn:s|1"
            let first = try await doctor.send("POST", path, Self.condition("1"))
            #expect(first.status == 201)
            let second = try await doctor.send("POST", path, Self.condition("1"))
            #expect(second.status == 200 && second["location"] == first["location"])
            let odd = try await doctor.send(
                "POST", "/fhir/Condition?color=blue", Self.condition("1"))
            #expect(odd.status == 400)
            let empty = try await doctor.get("/fhir/Condition?patient=")
            #expect(empty.status == 400)
        }
    }

    @Test func `a condition that is not understood changes nothing`() async throws {
        try await atTheBox { _, _, doctor in
            _ = try await doctor.send("PUT", "/fhir/Condition/c", Self.condition("1", "c"))
            for query in ["", "?", "?color=blue", "?patient=own&color=blue", "?_count=1"] {
                for method in ["PUT", "DELETE"] {
                    let body = method == "PUT" ? Self.condition("1") : nil
                    let answer = try await doctor.send(method, "/fhir/Condition\(query)", body)
                    #expect(answer.status == 400, "\(method) \(query)")
                }
            }
            for condition in ["", "color=blue", "_count=1", "onset-date=x"] {
                let answer = try await doctor.send(
                    "POST", "/fhir/Condition", Self.condition("1"), ["If-None-Exist": condition])
                #expect(answer.status == 400, "\(condition)")
            }
            #expect(try await doctor.get("/fhir/Condition/c")["etag"] == "W/\"1\"")
        }
    }

    @Test func `a condition finds nothing that its asker may not see`() async throws {
        try await atTheBox { test, served, _ in
            try await test.put(
                MatrixRecords.json(
                    """
                    {"resourceType":"Condition","id":"hidden","meta":{"security":[{"code":"BH"}]},\
                    "identifier":[{"system":"urn:s","value":"1"}],\
                    "subject":{"reference":"Patient/own"}}
                    """))
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let made = try await lab.send(
                "POST", "/fhir/Condition", Self.condition("1"),
                ["If-None-Exist": "identifier=urn:s|1"])
            #expect(made.status == 201)
            let bundle = try await lab.send(
                "POST", "/fhir",
                #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":"#
                    + Self.condition("1")
                    + #","request":{"method":"POST","url":"Condition","#
                    + #""ifNoneExist":"identifier=urn:s|1"}}]}"#)
            #expect(bundle.status == 200)
            let place = bundle.json?.at("entry", 0, "response", "location")?.string ?? ""
            let id = try #require(made.json?.string("id"))
            #expect(place.contains(id), "\(bundle.text)")
        }
    }

    @Test func `an update that may not create is refused where there is nothing`() async throws {
        try await atTheBox { test, served, _ in
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let order =
                #"{"resourceType":"ServiceRequest","id":"s","status":"active","#
                + #""intent":"order","subject":"#
                + #"{"reference":"Patient/own"}}"#
            #expect(try await lab.send("PUT", "/fhir/ServiceRequest/s", order).status == 403)
            try await test.put(MatrixRecords.json(order))
            #expect(try await lab.send("PUT", "/fhir/ServiceRequest/s", order).status == 200)
        }
    }

    @Test func `a record is written only where there is none, if asked so`() async throws {
        try await atTheBox { _, _, doctor in
            let body = RouteTable.condition("c", of: "own")
            let absent = ["If-None-Match": "*"]
            var statuses: [Int] = []
            for method in ["PUT", "PUT", "DELETE", "PUT"] {
                let answer = try await doctor.send(
                    method, "/fhir/Condition/c", method == "PUT" ? body : nil,
                    method == "PUT" ? absent : [:])
                statuses.append(answer.status)
            }
            #expect(statuses == [201, 412, 204, 200])
        }
    }

    @Test func `the same key with the same condition answers the same again`() async throws {
        try await atTheBox { _, _, doctor in
            var headers = ["Idempotency-Key": "0123456789abcdef"]
            headers["If-None-Exist"] = "identifier=urn:s|1"
            for _ in 0..<2 {
                let answer = try await doctor.send(
                    "POST", "/fhir/Condition", Self.condition("1"), headers)
                #expect(answer.status == 201)
            }
            headers["Idempotency-Key"] = "1123456789abcdef"
            for _ in 0..<2 {
                let answer = try await doctor.send(
                    "POST", "/fhir/Condition", Self.condition("1"), headers)
                #expect(answer.status == 200)
            }
            let gone = ["Idempotency-Key": "2123456789abcdef"]
            let first = try await doctor.send("DELETE", Self.path, nil, gone)
            _ = try await doctor.send("POST", "/fhir/Condition", Self.condition("1"))
            let again = try await doctor.send("DELETE", Self.path, nil, gone)
            #expect(first.status == 204 && again.status == 204 && first["etag"] == again["etag"])
            #expect(try await count(doctor) == 1)
        }
    }
}
