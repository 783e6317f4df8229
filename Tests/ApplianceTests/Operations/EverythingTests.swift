import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Everything about a patient or a visit.
@Suite struct `Everything` {
    private static func names(_ page: JSON?) -> [String] {
        page?["entry"]?.elements.compactMap { entry in
            entry["resource"].map { "\($0.string("resourceType") ?? "")/\($0.string("id") ?? "")" }
        } ?? []
    }

    private static func link(_ page: JSON) -> String? {
        let url = page["link"]?.elements.first { $0.string("relation") == "next" }?.string("url")
        return url?.split(separator: "/", maxSplits: 2).last.map { "/\($0)" }
    }

    private static func all(_ path: String, _ visitor: Visitor) async throws -> [String] {
        var next: String? = path
        var names: [String] = []
        var pages = 0
        while let now = next, pages < 200 {
            let answer = try await visitor.get(now)
            #expect(answer.status == 200, "\(answer.text)")
            let page = try #require(answer.json)
            names += Self.names(page)
            next = link(page)
            pages += 1
        }
        return names
    }

    private static func visit(in test: TestBox) async throws {
        try await MatrixRecords.store(in: test)
        try await test.put(
            MatrixRecords.json(
                """
                {"resourceType":"Encounter","id":"visit","status":"finished","class":{"code":"AMB"},\
                "subject":{"reference":"Patient/own"},"period":{"start":"2024-05-01",\
                "end":"2024-05-02"},"participant":[{"individual":{"reference":"Practitioner/hale"}}]}
                """),
            MatrixRecords.json(
                """
                {"resourceType":"Procedure","id":"stitches","status":"completed","subject":{\
                "reference":"Patient/own"},"encounter":{"reference":"Encounter/visit"},\
                "performedDateTime":"2024-05-01"}
                """),
            MatrixRecords.json(
                """
                {"resourceType":"Provenance","id":"origin","target":[{"reference":\
                "Procedure/stitches"}],"recorded":"2024-05-01T00:00:00Z","agent":[{"who":{\
                "reference":"Practitioner/hale"}}]}
                """))
    }

    @Test func `the chart comes whole, and nobody else's records come with it`() async throws {
        try await TestBox.served { test, served in
            try await Self.visit(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let names = try await Self.all("/fhir/Patient/own/$everything", doctor)
            #expect(names.first == "Patient/own")
            #expect(
                Set(names) == [
                    "Patient/own", "Condition/cough", "Condition/cough-bh", "Condition/cough-sud",
                    "Observation/weight", "DocumentReference/note", "DocumentReference/note-bh",
                    "MedicationRequest/pills", "Encounter/visit", "Procedure/stitches",
                    "Practitioner/hale", "Provenance/origin",
                ])
            #expect(names.count == Set(names).count)
            let ours = try await Self.all("/api/v1/patients/own/everything", doctor)
            #expect(Set(ours) == Set(names))
        }
    }

    @Test func `small pages hold each record of the chart once`() async throws {
        try await TestBox.served { test, served in
            try await Self.visit(in: test)
            let lines = try (0..<40).map {
                try SampleResources.observation("o\($0)", of: "own").canonicalBytes()
            }
            _ = try await test.box.importer.importLines(
                lines, firstLine: 1, caller: test.command)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let names = try await Self.all("/fhir/Patient/own/$everything?_count=7", doctor)
            let own = names.filter { !$0.hasPrefix("Practitioner") && !$0.hasPrefix("Provenance") }
            #expect(own.count == Set(own).count)
            #expect(own.count == 50)
        }
    }

    @Test func `types, care dates and changes narrow it`() async throws {
        try await TestBox.served { test, served in
            try await Self.visit(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let base = "/fhir/Patient/own/$everything"
            let typed = try await Self.all("\(base)?_type=Procedure,Practitioner", doctor)
            #expect(Set(typed) == ["Procedure/stitches"])
            let dated = try await Self.all(
                "\(base)?start=2024-01-01&end=2024-12-31&_type=Procedure,Encounter,Observation",
                doctor)
            #expect(Set(dated) == ["Procedure/stitches", "Encounter/visit"])
            let none = try await Self.all("\(base)?_since=2030-01-01T00:00:00Z", doctor)
            #expect(none == ["Patient/own"])
            #expect(try await doctor.get("\(base)?_since=yesterday").status == 400)
            #expect(try await doctor.get("\(base)?_type=Patiens").status == 400)
            #expect(try await doctor.get("\(base)?_count=0").status == 400)
            #expect(try await doctor.get("\(base)?_cursor=abc").status == 400)
        }
    }

    @Test func `protected records stay hidden, and charts that are closed are not there`()
        async throws
    {
        try await TestBox.served { test, served in
            try await Self.visit(in: test)
            try await test.add("lab", [.lab])
            try await test.add("patient", [.patient], ownPatientID: "own")
            let lab = try await served.signedIn("lab")
            let names = try await Self.all("/fhir/Patient/own/$everything", lab)
            #expect(names.contains("Condition/cough"))
            #expect(!names.contains { $0.contains("-bh") || $0.contains("-sud") })
            #expect(!names.contains("MedicationRequest/pills"))
            let patient = try await served.signedIn("patient")
            let own = try await Self.all("/fhir/Patient/own/$everything", patient)
            #expect(own.contains("Condition/cough-sud"))
            #expect(!own.contains("Condition/cough-other"))
            #expect(try await patient.get("/fhir/Patient/other/$everything").status == 403)
            let every = try await Self.all("/fhir/Patient/$everything", patient)
            #expect(!every.contains("Patient/other"))
        }
    }

    @Test func `all patients come one after the other, page by page`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let names = try await Self.all("/fhir/Patient/$everything?_count=3", doctor)
            #expect(names.count == Set(names).count)
            #expect(names.first == "Patient/own")
            #expect(names.contains("Patient/other"))
            #expect(names.contains("Condition/cough-other"))
            #expect(names.count == 10)
        }
    }

    @Test func `a visit brings its records, its patient and who was there`() async throws {
        try await TestBox.served { test, served in
            try await Self.visit(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let names = try await Self.all("/fhir/Encounter/visit/$everything", doctor)
            #expect(
                Set(names) == [
                    "Encounter/visit", "Procedure/stitches", "Patient/own", "Practitioner/hale",
                    "Provenance/origin",
                ])
            #expect(try await doctor.get("/fhir/Encounter/$everything").status == 400)
            #expect(try await doctor.get("/fhir/Goal/x/$everything").status == 404)
        }
    }
}
