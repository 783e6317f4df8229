import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import TestKit
import Testing

/// Searching records over the wire.
@Suite struct `Search routes` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    /// Puts observations in as one file.
    private func store(_ range: Range<Int>, in test: TestBox, at time: String = "2026-02-01")
        async throws
    {
        let lines = try range.map {
            try SampleResources.observation("o\($0)", of: "own", at: time).canonicalBytes()
        }
        let report = try await test.box.importer.importLines(
            lines, firstLine: 1, caller: test.command)
        #expect(report.created == range.count)
    }

    private static let form = ["Content-Type": "application/x-www-form-urlencoded"]

    @Test func `pages never skip or repeat a record while others write`() async throws {
        try await atTheBox { test, doctor in
            try await store(0..<250, in: test)
            var path: String? = "/fhir/Observation?patient=own&_count=40"
            var seen: [String] = []
            var written = 1_000
            while let now = path {
                let page = try #require(try await doctor.get(now).json)
                seen += page["entry"]?.elements.compactMap { $0["resource"]?.string("id") } ?? []
                path = Self.link("next", page)
                // Newer and older ones come in between, and one is changed.
                try await store(written..<written + 2, in: test, at: "2026-02-02")
                try await store(written + 2..<written + 4, in: test, at: "2026-01-01")
                written += 4
                try await test.put(
                    SampleResources.observation("o7", of: "own", value: "\(written)"))
            }
            let old = seen.filter { (Int($0.dropFirst()) ?? 0) < 1_000 && $0 != "o7" }
            #expect(old.count == 249)
            #expect(Set(seen).count == seen.count)
        }
    }

    private static func link(_ relation: String, _ page: JSON) -> String? {
        for link in page["link"]?.elements.map({ $0 }) ?? []
        where link.string("relation") == relation {
            return link.string("url").map { String($0.dropFirst("https://clinic.local".count)) }
        }
        return nil
    }

    @Test func `a list of what is current holds what is true now, and nothing that was wrong`()
        async throws
    {
        try await atTheBox { test, doctor in
            let system = "http://terminology.hl7.org/CodeSystem"
            func record(_ type: String, _ id: String, _ rest: String) async throws {
                try await test.put(
                    try JSON.parse(
                        Array(
                            #"{"resourceType":"\#(type)","id":"\#(id)",\#(rest)}"#.utf8)))
            }
            func state(_ name: String, _ value: String) -> String {
                #"{"coding":[{"system":"\#(system)/\#(name)","code":"\#(value)"}]}"#
            }
            let own = #""reference":"Patient/own""#
            for (id, clinical, verified, category) in [
                ("now", "active", "confirmed", "problem-list-item"),
                ("again", "relapse", "provisional", "problem-list-item"),
                ("past", "resolved", "confirmed", "problem-list-item"),
                ("visit", "active", "confirmed", "encounter-diagnosis"),
                ("wrong", "active", "refuted", "problem-list-item"),
            ] {
                try await record(
                    "Condition", id,
                    #""subject":{\#(own)},"code":{"text":"Cough"},"#
                        + #""category":[\#(state("condition-category", category))],"#
                        + #""clinicalStatus":\#(state("condition-clinical", clinical)),"#
                        + #""verificationStatus":\#(state("condition-ver-status", verified))"#)
            }
            for (id, category, clinical) in [
                ("nuts", "food", "active"), ("pills", "medication", "active"),
                ("milk", "food", "inactive"),
            ] {
                try await record(
                    "AllergyIntolerance", id,
                    #""patient":{\#(own)},"code":{"text":"It"},"category":["\#(category)"],"#
                        + #""clinicalStatus":\#(state("allergyintolerance-clinical", clinical))"#)
            }
            func found(_ path: String) async throws -> [String] {
                let page = try #require(try await doctor.get("/fhir/\(path)").json)
                return (page["entry"]?.elements.compactMap { $0["resource"]?.string("id") } ?? [])
                    .sorted()
            }
            #expect(try await found("Condition?_list=$current-problems") == ["again", "now"])
            #expect(
                try await found("AllergyIntolerance?patient=own&_list=%24current-allergies")
                    == ["nuts", "pills"])
            #expect(
                try await found("AllergyIntolerance?_list=$current-drug-allergies") == ["pills"])
            #expect(
                try await found("?_type=Condition,AllergyIntolerance&_list=$current-allergies")
                    == ["nuts", "pills"])
            #expect(try await found("Condition?_list=$current-allergies").isEmpty)
            #expect(try await doctor.get("/fhir/Condition?_list=$current-x").status == 400)
        }
    }

    @Test func `a search by post finds the same and names itself the same`() async throws {
        try await atTheBox { test, doctor in
            try await store(0..<3, in: test)
            let got = try await doctor.get("/fhir/Observation?patient=Patient/own&_count=2")
            let posted = try await doctor.send(
                "POST", "/fhir/Observation/_search", "patient=Patient%2Fown&_count=2", Self.form)
            // Each next link is sealed anew, so it is never written the same.
            let entries = [got, posted].map { $0.json?["entry"]?.canonicalBytes() }
            #expect(got.status == 200 && posted.status == 200 && entries[0] == entries[1])
            let page = try #require(got.json)
            #expect(page["total"]?.int == 3 && page["entry"]?.count == 2)
            #expect(Self.link("self", page) == "/fhir/Observation?patient=Patient/own&_count=2")
            let next = try #require(Self.link("next", page))
            let last = try #require(try await doctor.get(next).json)
            #expect(last["entry"]?.count == 1 && Self.link("next", last) == nil)
        }
    }

    @Test func `what is not understood is said, or refused where asked for`() async throws {
        try await atTheBox { test, doctor in
            let path = "/fhir/Observation?patient=own&color=blue"
            let lenient = try await doctor.get(path)
            #expect(lenient.status == 200)
            let page = try #require(lenient.json)
            #expect(Self.link("self", page) == "/fhir/Observation?patient=own")
            let entry = try #require(page.at("entry", 0))
            #expect(entry.at("search", "mode")?.string == "outcome")
            #expect(lenient.text.contains("color") && !lenient.text.contains("blue"))
            let strict = try await doctor.get(path, ["Prefer": "handling=strict"])
            #expect(strict.status == 400)
            for bad in [
                "_count=x", "patient=a/b", "patient=%zz", "_cursor=1", "date=x", "patient=%FF",
            ] {
                #expect(try await doctor.get("/fhir/Observation?\(bad)").status == 400, "\(bad)")
            }
            let long = String(repeating: "a=1&", count: 101)
            #expect(try await doctor.get("/fhir/Observation?\(long)").status == 413)
        }
    }

    @Test func `people are found by name, identifier and id`() async throws {
        try await atTheBox { test, doctor in
            try await test.put(
                MatrixRecords.json(
                    """
                    {"resourceType":"Patient","id":"ada","name":[{"family":"Yazzie","given":\
                    ["Ada"]}],"identifier":[{"system":"urn:mrn","value":"77"}]}
                    """),
                SampleResources.practitioner("hale"))
            for (query, total) in [
                ("name=yaz", 1), ("name=nizhoni", 1), ("name=tsosie,yazzie", 2), ("name=none", 0),
                ("identifier=urn:mrn|77", 1), ("identifier=urn:mrn%7C78", 0), ("_id=ada,own,x", 2),
                ("_id=own&name=yaz", 0), ("name:exact=Ada", 1), ("_count=0", 2),
            ] {
                let page = try await doctor.get("/fhir/Patient?\(query)")
                #expect(page.json?["total"]?.int == total, "\(query)")
            }
            let npi = "identifier=http://hl7.org/fhir/sid/us-npi|1234567893"
            let page = try await doctor.get("/fhir/Practitioner?\(npi)")
            #expect(page.json?["total"]?.int == 1)
        }
    }
}
