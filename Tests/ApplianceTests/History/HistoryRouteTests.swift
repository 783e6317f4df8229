import AccessControl
import FHIRModel
import TestKit
import Testing

/// What became of records, over the wire.
@Suite struct `History routes` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    static func link(_ relation: String, _ page: JSON) -> String? {
        page["link"]?.elements.first { $0.string("relation") == relation }?.string("url").map {
            String($0.dropFirst("https://clinic.local".count))
        }
    }

    @Test func `a record's versions are told newest first, with what was done`() async throws {
        try await atTheBox { test, doctor in
            let path = "/fhir/Condition/cough"
            let body = RouteTable.condition("cough", of: "own")
            _ = try await doctor.send("PUT", path, body)
            test.clock.advance(ms: 1_000)
            _ = try await doctor.send("PUT", path, body)
            _ = try await doctor.send("DELETE", path)
            let page = try #require(try await doctor.get("\(path)/_history").json)
            #expect(page.string("type") == "history" && page["total"]?.int == 3)
            let entries = page["entry"]?.elements.map { $0 } ?? []
            #expect(entries.map { $0.at("request", "method")?.string } == ["DELETE", "PUT", "PUT"])
            #expect(
                entries.map { $0.at("response", "status")?.string }
                    == ["204 No Content", "200 OK", "201 Created"])
            #expect(
                entries.map { $0.at("response", "etag")?.string }
                    == ["W/\"3\"", "W/\"2\"", "W/\"1\""])
            #expect(entries[0]["resource"] == nil)
            #expect(entries[2].at("resource", "meta", "versionId")?.string == "1")
            #expect(
                entries[0].at("response", "lastModified")?.string == "2026-03-02T15:00:01.000Z")
            #expect(entries[0].string("fullUrl") == "https://clinic.local\(path)")
            #expect(ResourceCheck.problems(in: page).isEmpty)
            let later = try await doctor.get("\(path)/_history?_since=2026-03-02T15:00:01Z")
            #expect(later.json?["total"]?.int == 2)
            let then = try await doctor.get("\(path)/_history?_at=2026-03-02T15:00:00.5Z")
            #expect(then.json?["entry"]?.count == 1)
            let posted = try await doctor.send(
                "POST", "/fhir/Condition", RouteTable.condition(nil, of: "own"))
            let id = try #require(posted.json?.string("id"))
            let made = try await doctor.get("/fhir/Condition/\(id)/_history")
            #expect(made.json?.at("entry", 0, "request", "method")?.string == "POST")
            #expect(made.json?.at("entry", 0, "request", "url")?.string == "Condition")
        }
    }

    @Test(arguments: ["/fhir/Observation/_history", "/fhir/_history", "/fhir/R4/_history"])
    func `pages never skip or repeat a version while others write`(start: String) async throws {
        try await atTheBox { test, doctor in
            for number in 0..<30 {
                try await test.put(SampleResources.observation("o\(number)", of: "own"))
                if number % 4 == 0 { test.clock.advance(ms: 1) }
            }
            var path: String? = "\(start)?_count=8"
            var seen: [String] = []
            while let now = path {
                let page = try #require(try await doctor.get(now).json)
                seen +=
                    page["entry"]?.elements.compactMap { entry in
                        entry["resource"].map {
                            "\($0.string("id") ?? "")/\($0.at("meta", "versionId")?.string ?? "")"
                        }
                    } ?? []
                path = Self.link("next", page)
                try await test.put(SampleResources.observation("o3", of: "own", value: "2"))
            }
            #expect(Set(seen).count == seen.count)
            #expect(seen.count == (start.contains("Observation") ? 30 : 31))
        }
    }

    @Test func `a cursor is sealed and belongs to its question and its asker`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.put(SampleResources.patient("other"))
            try await test.add("doctor", [.physician])
            try await test.add("nurse", [.nurse])
            let doctor = try await served.signedIn("doctor")
            let page = try await doctor.get("/fhir/Patient/_history?_count=1")
            let next = try #require(page.json.flatMap { Self.link("next", $0) })
            #expect(try await doctor.get(next).status == 200)
            let nurse = try await served.signedIn("nurse")
            #expect(try await nurse.get(next).status == 400)
            let cursor = try #require(next.split(separator: "=").last)
            for bad in [
                "/fhir/Condition/_history?_count=1&_cursor=\(cursor)",
                "/fhir/Patient/_history?_count=1&_cursor=\(cursor.dropLast())",
                "/fhir/Patient/_history?_cursor=1", "/fhir/Patient/_history?_cursor=",
            ] {
                #expect(try await doctor.get(bad).status == 400, "\(bad)")
            }
        }
    }

    @Test func `what one may not see is in no history`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.put(
                SampleResources.condition("cough", of: "own", text: "was BH", labels: ["BH"]))
            try await test.add("lab", [.lab])
            try await test.add("self", [.patient], ownPatientID: "own")
            let lab = try await served.signedIn("lab")
            for path in ["/fhir/Condition/_history", "/fhir/_history?_count=1000"] {
                let answer = try await lab.get(path)
                #expect(answer.status == 200)
                for hidden in ["cough-bh", "cough-sud", "Condition/cough\""] {
                    #expect(!answer.text.contains(hidden), "\(path) \(hidden)")
                }
                #expect(answer.text.contains("cough-other"))
            }
            let counted = try await lab.get("/fhir/Condition/_history?_summary=count")
            #expect(counted.json?["total"]?.int == 1 && counted.json?["entry"] == nil)
            let one = try await lab.get("/fhir/Condition/cough-bh/_history")
            let none = try await lab.get("/fhir/Condition/cough-xx/_history")
            #expect(one.status == 404 && none.status == 404)
            let own = try await served.signedIn("self")
            let mine = try await own.get("/fhir/_history?_count=1000")
            #expect(mine.text.contains("cough-sud") && !mine.text.contains("cough-other"))
            #expect(mine.text.contains("Practitioner/hale"))
            #expect(!mine.text.contains("Yazzie"))
        }
    }

    @Test func `a value that cannot be one is refused`() async throws {
        try await atTheBox { _, doctor in
            for bad in ["_since=yesterday", "_since=2026", "_at=x", "_count=-1", "_summary=all"] {
                let answer = try await doctor.get("/fhir/Patient/_history?\(bad)")
                #expect(answer.status == 400, "\(bad)")
            }
            let path = "/fhir/Patient/_history?color=blue"
            #expect(try await doctor.get(path).status == 200)
            #expect(try await doctor.get(path, ["Prefer": "handling=strict"]).status == 400)
        }
    }
}
