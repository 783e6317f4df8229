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

    @Test(arguments: [
        #"[{"op":"replace","path":"/id","value":"mine"}]"#,
        #"[{"op":"replace","path":"/meta/versionId","value":"77"}]"#,
        #"[{"op":"replace","path":"/meta/lastUpdated","value":"1999-01-01T00:00:00Z"}]"#,
        #"[{"op":"replace","path":"/resourceType","value":"Observation"}]"#,
        #"[{"op":"replace","path":"/subject/reference","value":"Patient/other"}]"#,
        #"[{"op":"remove","path":"/subject"}]"#,
    ])
    func `a patch moves no field of the box and nothing to another chart`(
        _ patch: String
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let answer = try await doctor.send(
                "PATCH", "/fhir/Condition/cough", patch,
                ["Content-Type": "application/json-patch+json"])
            let stored = try await test.box.store.read("Condition", "cough", by: test.command)
            let json = try JSON.parse(stored.json)
            #expect(stored.patientID == "own" && stored.type == "Condition", "\(answer.status)")
            #expect(json.string("id") == "cough")
            #expect(json.at("meta", "versionId")?.string == "\(stored.version)")
            #expect(json.at("meta", "lastUpdated")?.string?.hasPrefix("2026-03-02") == true)
            #expect(stored.version == (answer.status == 200 ? 2 : 1))
        }
    }

    @Test func `no way of writing moves a record to another chart`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let moved = RouteTable.condition("cough", of: "other")
            let entry =
                #"{"resource":\#(moved),"request":{"method":"PUT","url":"Condition/cough"}}"#
            for (method, path, body) in [
                ("PUT", "/fhir/Condition/cough", moved),
                ("PUT", "/fhir/Condition?_id=cough", moved),
                (
                    "POST", "/fhir",
                    #"{"resourceType":"Bundle","type":"transaction","entry":[\#(entry)]}"#
                ),
                ("POST", "/fhir", #"{"resourceType":"Bundle","type":"batch","entry":[\#(entry)]}"#),
            ] {
                let answer = try await doctor.send(method, path, body)
                let isBatch = body.contains(#""batch""#)
                #expect(isBatch || answer.status == 409, "\(method) \(path): \(answer.status)")
                let stored = try await test.box.store.read("Condition", "cough", by: test.command)
                #expect(stored.patientID == "own" && stored.version == 1, "\(method) \(path)")
            }
        }
    }

    @Test(arguments: [Role.systemAdmin, .admin, .physician, .frontDesk])
    func `nobody writes the audit log as a record`(_ role: Role) async throws {
        try await TestBox.served { test, served in
            try await test.add("somebody", [role])
            let somebody = try await served.signedIn("somebody")
            for (method, path) in [("POST", "/fhir/AuditEvent"), ("PUT", "/fhir/AuditEvent/mine")] {
                let answer = try await somebody.send(
                    method, path, #"{"resourceType":"AuditEvent","id":"mine"}"#)
                #expect(answer.status >= 400 && answer.status < 500, "\(role) \(method)")
            }
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
