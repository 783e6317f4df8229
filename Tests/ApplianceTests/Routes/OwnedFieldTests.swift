import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Fields that belong to the box stay the box's, whatever a body says (SECURITY S20).
@Suite struct `Fields of the box` {
    @Test func `a body chooses neither id nor version nor time of a new record`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let answer = try await doctor.send(
                "POST", "/fhir/Condition",
                """
                {"resourceType":"Condition","id":"mine","meta":{"versionId":"77","lastUpdated":\
                "1999-01-01T00:00:00Z"},"subject":{"reference":"Patient/own"}}
                """)
            #expect(answer.status == 201)
            let json = try #require(answer.json)
            #expect(json.string("id") != "mine")
            #expect(json.at("meta", "versionId")?.string == "1")
            #expect(json.at("meta", "lastUpdated")?.string == "2026-03-02T15:00:00.000Z")
            #expect(try await doctor.get("/fhir/Condition/mine").status == 404)
        }
    }

    @Test func `an update names the id in its address and moves to no other chart`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let other = try await doctor.send(
                "PUT", "/fhir/Condition/cough", RouteTable.condition("cough-bh", of: "own"))
            #expect(other.status == 400)
            let none = try await doctor.send(
                "PUT", "/fhir/Condition/cough", RouteTable.condition(nil, of: "own"))
            #expect(none.status == 400)
            let type = try await doctor.send(
                "PUT", "/fhir/Observation/cough", RouteTable.condition("cough", of: "own"))
            #expect(type.status == 400)
            let moved = try await doctor.send(
                "PUT", "/fhir/Condition/cough", RouteTable.condition("cough", of: "other"))
            #expect(moved.status == 409)
            let stored = try await test.box.store.read("Condition", "cough", by: test.command)
            #expect(stored.patientID == "own" && stored.version == 1)
        }
    }

    @Test func `a note is shown in the chart that it belongs to only`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            #expect(try await doctor.get("/api/v1/patients/own/notes/note").status == 200)
            #expect(try await doctor.get("/api/v1/patients/other/notes/note").status == 404)
        }
    }
}
