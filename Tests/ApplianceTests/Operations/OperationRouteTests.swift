import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Operations on records over the wire.
@Suite struct `Operation routes` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static func ids(_ page: JSON?) -> [String] {
        page?["entry"]?.elements.compactMap { $0["resource"]?.string("id") } ?? []
    }

    private static func observation(_ id: String, _ codes: [String], _ date: String) throws -> JSON
    {
        let codings = codes.map { #"{"system":"http://loinc.org","code":"\#($0)"}"# }
        return try MatrixRecords.json(
            """
            {"resourceType":"Observation","id":"\(id)","status":"final","code":{"coding":[\
            \(codings.joined(separator: ","))]},"subject":{"reference":"Patient/own"},\
            "effectiveDateTime":"\(date)"}
            """)
    }

    @Test func `the newest of each kind are shown, with those of the same time`() async throws {
        try await atTheBox { test, doctor in
            try await test.put(
                Self.observation("a1", ["1"], "2026-01-01"),
                Self.observation("a2", ["1"], "2026-01-03"),
                Self.observation("a3", ["1", "9"], "2026-01-02"),
                Self.observation("a4", ["9"], "2026-01-02"),
                Self.observation("b1", ["2"], "2026-01-01"))
            let one = try await doctor.get(
                "/fhir/Observation/$lastn?patient=own&code=http://loinc.org|1,2,9")
            #expect(one.status == 200, "\(one.text)")
            #expect(Self.ids(one.json) == ["a2", "b1"])
            let two = try await doctor.get(
                "/fhir/Observation/$lastn?subject=Patient/own&max=2")
            #expect(Set(Self.ids(two.json)) == ["weight", "a2", "a3", "a4", "b1"])
            #expect(try await doctor.get("/fhir/Observation/$lastn?code=1").status == 400)
            #expect(
                try await doctor.get("/fhir/Observation/$lastn?patient=own&max=0").status == 400)
            #expect(
                try await doctor.get("/fhir/Observation/$lastn?patient=own&colour=red").status
                    == 400)
            #expect(try await doctor.get("/fhir/Condition/$lastn?patient=own").status == 404)
        }
    }

    private static func document(_ id: String, _ code: String, _ start: String) throws -> JSON {
        try MatrixRecords.json(
            """
            {"resourceType":"DocumentReference","id":"\(id)","status":"current","type":{"coding":[\
            {"system":"http://loinc.org","code":"\(code)"}]},"date":"\(start)T00:00:00Z",\
            "subject":{"reference":"Patient/own"},"context":{"period":{"start":"\(start)",\
            "end":"\(start)"}},"content":[{"attachment":{"contentType":"text/plain"}}]}
            """)
    }

    @Test func `documents are found by care dates and type, or the newest of each type`()
        async throws
    {
        try await atTheBox { test, doctor in
            try await test.put(
                Self.document("ccd-old", "34133-9", "2020-01-01"),
                Self.document("ccd-new", "34133-9", "2024-01-01"),
                Self.document("letter", "11488-4", "2025-01-01"))
            let base = "/fhir/DocumentReference/$docref?patient=own"
            let newest = Self.ids(try await doctor.get(base).json)
            #expect(newest.first == "ccd-new")
            #expect(newest.contains("letter"))
            #expect(!newest.contains("ccd-old"))
            let dated = try await doctor.get("\(base)&start=2019-01-01&end=2021-01-01")
            #expect(Self.ids(dated.json).contains("ccd-old"))
            #expect(!Self.ids(dated.json).contains("letter"))
            let typed = try await doctor.send(
                "POST", "/fhir/DocumentReference/$docref",
                #"{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"own"},"#
                    + #"{"name":"type","valueCodeableConcept":{"coding":[{"system":"#
                    + #""http://loinc.org","code":"11488-4"}]}}]}"#,
                ["Content-Type": "application/fhir+json"])
            #expect(typed.status == 200, "\(typed.text)")
            #expect(Self.ids(typed.json) == ["letter"])
            #expect(try await doctor.get("/fhir/DocumentReference/$docref").status == 400)
        }
    }

    private static func parameters(_ meta: String) -> String {
        #"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":\#(meta)}]}"#
    }

    @Test func `labels are shown, added once, and taken away again`() async throws {
        try await atTheBox { test, doctor in
            let path = "/fhir/Condition/cough"
            let tag = Self.parameters(#"{"tag":[{"system":"urn:t","code":"seen"}]}"#)
            let type = ["Content-Type": "application/fhir+json"]
            let added = try await doctor.send("POST", "\(path)/$meta-add", tag, type)
            #expect(added.status == 200, "\(added.text)")
            let meta = added.json?.at("parameter", 0, "valueMeta")
            #expect(meta?.string("versionId") == "2")
            #expect(meta?.at("tag", 0, "code")?.string == "seen")
            let again = try await doctor.send("POST", "\(path)/$meta-add", tag, type)
            #expect(again.json?.at("parameter", 0, "valueMeta")?.string("versionId") == "2")
            let shown = try await doctor.get("\(path)/$meta")
            #expect(shown.json?.at("parameter", 0, "valueMeta", "tag")?.count == 1)
            let old = try await doctor.get("\(path)/_history/1/$meta")
            #expect(old.json?.at("parameter", 0, "valueMeta", "tag") == nil)
            let all = try await doctor.get("/fhir/Condition/$meta")
            #expect(all.json?.at("parameter", 0, "valueMeta", "tag")?.count == 1)
            #expect(all.json?.at("parameter", 0, "valueMeta", "security")?.count == 2)
            let gone = try await doctor.send("POST", "\(path)/$meta-delete", tag, type)
            #expect(gone.json?.at("parameter", 0, "valueMeta", "tag") == nil)
            #expect(try await doctor.send("POST", "\(path)/$meta-add", "{}", type).status == 400)
            let stored = try await test.box.store.read("Condition", "cough", by: test.command)
            #expect(try JSON.parse(stored.json).string("id") == "cough")
        }
    }

    @Test func `a label of protection hides the record from those who may not see it`()
        async throws
    {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await test.add("lab", [.lab])
            let label = Self.parameters(#"{"security":[{"code":"42CFRPart2"}]}"#)
            let type = ["Content-Type": "application/fhir+json"]
            let lab = try await served.signedIn("lab")
            let path = "/fhir/Condition/cough"
            // Those who may not open the compartment may not put records into it.
            #expect(try await lab.send("POST", "\(path)/$meta-add", label, type).status == 403)
            let doctor = try await served.signedIn("doctor")
            #expect(try await doctor.send("POST", "\(path)/$meta-add", label, type).status == 200)
            #expect(try await lab.get(path).status == 404)
            #expect(try await lab.get("\(path)/$meta").status == 404)
        }
    }

    @Test func `the difference of two versions makes one out of the other`() async throws {
        try await atTheBox { test, doctor in
            try await test.put(SampleResources.condition("cough", of: "own", text: "Bad cough"))
            let found = try await doctor.get("/fhir/Condition/cough/$diff")
            #expect(found.status == 200, "\(found.text)")
            let parts = found.json?.at("parameter", 0, "part")?.elements.map { $0 } ?? []
            #expect(parts[0].string("valueCode") == "replace")
            #expect(parts[1].string("valueString") == "Condition.code.text")
            let patched = try await doctor.send(
                "PATCH", "/fhir/Condition/cough-other", found.text,
                ["Content-Type": "application/fhir+json"])
            #expect(patched.json?.at("code", "text")?.string == "Bad cough")
            let two = try await doctor.get(
                "/fhir/$diff?from=Condition/cough/_history/1&to=Condition/cough-bh")
            #expect(two.status == 200)
            #expect(try await doctor.get("/fhir/$diff?from=Condition/cough").status == 400)
            #expect(
                try await doctor.get("/fhir/$diff?from=Condition/cough&to=Patient/own").status
                    == 400)
            #expect(try await doctor.get("/fhir/Condition/cough-sud/$diff").status == 404)
        }
    }

    @Test func `what may not be read may not be compared`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let hidden = try await lab.get("/fhir/$diff?from=Condition/cough&to=Condition/cough-bh")
            #expect(hidden.status == 404)
        }
    }
}
