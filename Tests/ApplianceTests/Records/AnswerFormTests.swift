import AccessControl
import Deflate
import FHIRModel
import RecordStore
import TestKit
import Testing

/// How answers are written, and when they need not be sent.
@Suite struct `Forms of answers` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(
                SampleResources.patient("own"), SampleResources.condition("cough", of: "own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static let path = "/fhir/Condition/cough"

    @Test func `who has the version is sent nothing again`() async throws {
        try await atTheBox { test, doctor in
            let changed = "Mon, 02 Mar 2026 15:00:00 GMT"
            for (name, value, status) in [
                ("If-None-Match", "W/\"1\"", 304), ("If-None-Match", "\"1\"", 304),
                ("If-None-Match", "W/\"7\", W/\"1\"", 304), ("If-None-Match", "*", 304),
                ("If-None-Match", "W/\"2\"", 200), ("If-None-Match", "1", 400),
                ("If-Modified-Since", changed, 304),
                ("If-Modified-Since", "Mon, 02 Mar 2026 14:59:59 GMT", 200),
                ("If-Modified-Since", "yesterday", 200),
            ] {
                let answer = try await doctor.get(Self.path, [name: value])
                #expect(answer.status == status, "\(name) \(value)")
                guard status == 304 else { continue }
                #expect(answer.body.isEmpty && answer["etag"] == "W/\"1\"")
                #expect(answer["last-modified"] == changed)
            }
            let both = ["If-None-Match": "W/\"2\"", "If-Modified-Since": changed]
            #expect(try await doctor.get(Self.path, both).status == 200)
            let old = try await doctor.get("\(Self.path)/_history/1", ["If-None-Match": "W/\"1\""])
            #expect(old.status == 304)
            let seq = try await test.audit().last?.seq ?? 0
            _ = try await doctor.get(Self.path, ["If-None-Match": "W/\"1\""])
            #expect(try await test.audit(after: seq).count == 1)
        }
    }

    @Test func `a head is the answer without its body`() async throws {
        try await atTheBox { _, doctor in
            for path in [
                Self.path, "\(Self.path)/_history/1", "\(Self.path)/_history",
                "/fhir/Condition?patient=own", "/fhir/metadata",
            ] {
                let whole = try await doctor.get(path)
                let head = try await doctor.send("HEAD", path)
                #expect(head.status == 200 && head.body.isEmpty, "\(path)")
                for name in ["etag", "last-modified", "content-type", "content-length"] {
                    #expect(head[name] == whole[name], "\(path) \(name)")
                }
            }
            #expect(try await doctor.send("HEAD", "/fhir/Condition/none").status == 404)
        }
    }

    @Test(arguments: [
        ("", "application/json", 200), ("", "application/fhir+json", 200),
        ("", "application/fhir+json; fhirVersion=4.0", 200),
        ("", "application/fhir+json; fhirVersion=3.0", 406),
        ("", "text/html, application/json;q=0.5", 200), ("", "*/*;q=0.1", 200),
        ("", "application/*", 200), ("", "text/turtle", 406), ("", "application/json;q=0", 406),
        ("?_format=json", "text/turtle", 200), ("?_format=application/fhir%2Bjson", "", 200),
        ("?_format=application/fhir+json", "", 200), ("?_format=ttl", "*/*", 406),
    ])
    func `the format is agreed on`(query: String, accept: String, status: Int) async throws {
        try await atTheBox { _, doctor in
            let headers = accept.isEmpty ? [:] : ["Accept": accept]
            for path in [Self.path, "/fhir/Condition", "/fhir/metadata", "/fhir/_history"] {
                let answer = try await doctor.get(path + query, headers)
                #expect(answer.status == status, "\(path)")
                #expect(answer["content-type"] == "application/fhir+json; charset=utf-8")
            }
            let made = try await doctor.send(
                "POST", "/fhir/Condition\(query)", RouteTable.condition(nil, of: "own"), headers)
            #expect(made.status == (status == 200 ? 201 : 406))
            let page = try await doctor.get("/fhir/Condition")
            #expect(page.json?["total"]?.int == (status == 200 ? 2 : 1))
        }
    }

    @Test func `a body of another format is refused`() async throws {
        try await atTheBox { _, doctor in
            let body = RouteTable.condition("cough", of: "own")
            for (type, status) in [
                ("application/fhir+json", 200), ("application/json; charset=utf-8", 200),
                ("text/json", 200), ("text/plain", 415),
                ("application/fhir+json; fhirVersion=5.0", 415),
                ("*/*", 415),
            ] {
                let answer = try await doctor.send("PUT", Self.path, body, ["Content-Type": type])
                #expect(answer.status == status, "\(type)")
            }
        }
    }

    @Test func `an answer can be laid out for people`() async throws {
        try await atTheBox { _, doctor in
            let answer = try await doctor.get("\(Self.path)?_pretty=true")
            #expect(answer.text.contains("\n  \"resourceType\": \"Condition\""))
            let plain = try await doctor.get("\(Self.path)?_pretty=false")
            #expect(!plain.text.contains("\n"))
            #expect(try await doctor.get("\(Self.path)?_pretty=maybe").status == 400)
        }
    }

    @Test func `a large answer is compressed for those who take it`() async throws {
        try await atTheBox { _, doctor in
            let plain = try await doctor.get("/fhir/metadata").body
            for accepted in ["gzip", "br, gzip;q=0.5", "*"] {
                let answer = try await doctor.get("/fhir/metadata", ["Accept-Encoding": accepted])
                #expect(answer["content-encoding"] == "gzip", "\(accepted)")
                #expect(answer["vary"] == "Accept, Accept-Encoding")
                let text = try Gzip.decompress(answer.body, bytesMax: 1 << 20)
                #expect(text == plain)
                #expect(answer.body.count < text.count / 10)
            }
            for refused in ["gzip;q=0", "identity", "br"] {
                let answer = try await doctor.get("/fhir/metadata", ["Accept-Encoding": refused])
                #expect(answer["content-encoding"] == nil, "\(refused)")
            }
            let small = try await doctor.get(Self.path, ["Accept-Encoding": "gzip"])
            #expect(small["content-encoding"] == nil)
        }
    }

    @Test func `a change is answered with as much as is wanted`() async throws {
        try await atTheBox { _, doctor in
            let body = RouteTable.condition("cough", of: "own")
            for (prefer, content) in [
                ("return=minimal", ""), ("return=representation", "Condition"),
                ("return=OperationOutcome", "OperationOutcome"),
                ("handling=lenient, return=minimal", ""), ("return=\"minimal\"; foo=bar", ""),
                ("return=everything", "Condition"),
            ] {
                let answer = try await doctor.send("PUT", Self.path, body, ["Prefer": prefer])
                #expect(answer.status == 200 && answer["etag"] != nil, "\(prefer)")
                #expect(answer.json?.string("resourceType") ?? "" == content, "\(prefer)")
            }
            let gone = try await doctor.send(
                "DELETE", Self.path, nil, ["Prefer": "return=OperationOutcome"])
            #expect(gone.status == 200)
            #expect(gone.json?.at("issue", 0, "severity")?.string == "information")
            #expect(gone["preference-applied"] == "return=OperationOutcome")
        }
    }

    @Test func `parts of records are told instead of the whole`() async throws {
        try await atTheBox { _, doctor in
            for path in [Self.path, "\(Self.path)/_history/1"] {
                let whole = try await doctor.get("\(path)?_summary=false")
                #expect(whole.json?["code"] != nil && !whole.text.contains("SUBSETTED"))
                let text = try await doctor.get("\(path)?_summary=text")
                #expect(text.json?["code"] == nil && text.json?["subject"] != nil)
                #expect(text.text.contains("SUBSETTED") && text["etag"] == "W/\"1\"")
            }
            let page = try await doctor.get("/fhir/Condition?_elements=recordedDate&patient=own")
            let found = try #require(page.json?.at("entry", 0, "resource"))
            #expect(found["subject"] != nil && found["code"] == nil)
            #expect(page.text.contains("_elements=recordedDate"))
            let past = try await doctor.get("/fhir/Condition/_history?_summary=text")
            #expect(past.json?.at("entry", 0, "resource", "code") == nil)
            let bad = try await doctor.get("/fhir/Condition?_summary=little")
            #expect(bad.status == 400)
        }
    }

    @Test func `an address that takes no parameter says so if asked to`() async throws {
        try await atTheBox { _, doctor in
            let path = "\(Self.path)?color=blue"
            let lenient = try await doctor.get(path)
            let strict = try await doctor.get(path, ["Prefer": "handling=strict"])
            let counted = try await doctor.get("\(Self.path)?_summary=count")
            #expect(lenient.status == 200 && strict.status == 400 && counted.status == 400)
        }
    }
}
