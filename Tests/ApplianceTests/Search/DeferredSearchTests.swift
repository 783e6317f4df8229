import AccessControl
import Assembly
import FHIRModel
import RecordStore
import Synchronization
import TestKit
import Testing

/// Searches whose answer is fetched later.
@Suite struct `Deferred searches` {
    private static let wish = ["Prefer": "respond-async, handling=strict"]

    private static func path(_ answer: BoxAnswer) throws -> String {
        let url = try #require(answer["content-location"])
        #expect(url.hasPrefix("https://clinic.local/fhir/_async/"))
        return String(url.dropFirst("https://clinic.local".count))
    }

    /// Asks until the answer is there.
    private static func fetched(_ path: String, _ visitor: Visitor) async throws -> BoxAnswer {
        while true {
            let answer = try await visitor.get(path)
            guard answer.status == 202 else { return answer }
            #expect(answer["retry-after"] == "1" && answer["x-progress"] != nil)
            await Task.yield()
        }
    }

    @Test func `the answer is fetched under the address that was told`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let plain = try await doctor.get("/fhir/Patient?_id=own")
            for (method, path, body) in [
                ("GET", "/fhir/Patient?_id=own", nil), ("POST", "/fhir/Patient/_search", "_id=own"),
            ] {
                var headers = Self.wish
                if body != nil { headers["Content-Type"] = "application/x-www-form-urlencoded" }
                let taken = try await doctor.send(method, path, body, headers)
                #expect(taken.status == 202 && taken.body.isEmpty)
                #expect(taken["preference-applied"] == "respond-async")
                let answer = try await Self.fetched(try Self.path(taken), doctor)
                #expect(answer.status == 200 && answer["expires"] != nil)
                let bundle = try #require(answer.json)
                #expect(bundle.string("type") == "batch-response")
                #expect(bundle.at("entry", 0, "response", "status")?.string == "200 OK")
                let found = bundle.at("entry", 0, "resource")
                #expect(found?["entry"]?.canonicalBytes() == plain.json?["entry"]?.canonicalBytes())
                let again = try await doctor.get(try Self.path(taken) + "?_format=xml")
                #expect(again.text.hasPrefix("<?xml") || again.text.hasPrefix("<Bundle"))
            }
            let reads = try await test.audit().filter { $0.detail?.contains("deferred") == true }
            #expect(reads.count >= 4 && reads.allSatisfy { $0.userID != nil })
        }
    }

    @Test func `what cannot be searched is refused at once`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            try await test.add("admin", [.systemAdmin])
            let doctor = try await served.signedIn("doctor")
            let bad = try await doctor.get("/fhir/Patient?birthdate=x", Self.wish)
            #expect(bad.status == 400)
            let admin = try await served.signedIn("admin")
            #expect(try await admin.get("/fhir/Patient", Self.wish).status == 403)
        }
    }

    @Test func `nobody else gets the answer, nor the same person with other rights`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await test.add("other", [.physician])
            let doctor = try await served.signedIn("doctor")
            let path = try Self.path(try await doctor.get("/fhir/Patient", Self.wish))
            #expect(try await Self.fetched(path, doctor).status == 200)
            let other = try await served.signedIn("other")
            #expect(try await other.get(path).status == 404)
            #expect(try await other.send("DELETE", path).status == 404)
            let narrow = try await served.bearer(test.token("doctor", "user/Patient.s"))
            #expect(try await narrow.get(path).status == 404)
            #expect(try await doctor.get(path + "0").status == 404)
            #expect(try await doctor.get(path).status == 200)
        }
    }

    @Test func `it is forgotten when it is given up, and after an hour`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.bearer(test.token("doctor", "user/*.rs"))
            let first = try Self.path(try await doctor.get("/fhir/Patient", Self.wish))
            #expect(try await doctor.send("DELETE", first).status == 202)
            #expect(try await doctor.get(first).status == 404)
            #expect(try await doctor.send("DELETE", first).status == 404)
            let second = try Self.path(try await doctor.get("/fhir/Patient", Self.wish))
            #expect(try await Self.fetched(second, doctor).status == 200)
            #expect(try await doctor.get(second).status == 200)
            test.clock.advance(ms: 61 * 60_000)
            let late = try await served.bearer(test.token("doctor", "user/*.rs"))
            #expect(try await late.get(second).status == 404)
        }
    }

    @Test func `nobody has more than twenty of them`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            for _ in 0..<20 {
                #expect(try await doctor.get("/fhir/Patient", Self.wish).status == 202)
            }
            #expect(try await doctor.get("/fhir/Patient", Self.wish).status == 429)
        }
    }

    /// The addresses of searches that were asked for, some of them not answered yet.
    private static func asked(_ folder: TemporaryFolder, _ clock: FixedClock) async throws
        -> [String]
    {
        let paths = Mutex<[String]>([])
        let first = try await TestBox.open(folder, clock)
        try await first.put(SampleResources.patient("own"))
        try await first.add("doctor", [.physician])
        try await ServedBox.with(first) { served in
            let doctor = try await served.bearer(first.token("doctor", "user/*.rs"))
            for _ in 0..<12 {
                let path = try Self.path(try await doctor.get("/fhir/Patient", Self.wish))
                paths.withLock { $0.append(path) }
            }
        }
        await first.box.close()
        return paths.withLock { $0 }
    }

    @Test func `it survives a restart, also where it had not begun`() async throws {
        let folder = try TemporaryFolder()
        let clock = FixedClock()
        let paths = try await Self.asked(folder, clock)
        #expect(paths.count == 12)
        let second = try await TestBox.open(folder, clock)
        try await ServedBox.with(second) { served in
            let doctor = try await served.bearer(second.token("doctor", "user/*.rs"))
            for path in paths {
                let answer = try await Self.fetched(path, doctor)
                #expect(answer.status == 200 && answer.text.contains(#""id":"own""#))
            }
        }
        await second.box.close()
    }
}
