import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Destroying a record from the page and from the command line.
@Suite struct `Purge routes` {
    private static func body(_ confirm: String, _ reason: String = "Imported by mistake") -> String
    {
        #"{"type":"Condition","id":"cough","confirm":"\#(confirm)","reason":"\#(reason)"}"#
    }

    @Test func `an administrator sees what goes, confirms, and it is gone`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("root", [.systemAdmin])
            try await test.add("doctor", [.physician])
            let root = try await served.signedIn("root")
            let look = try await root.get("/api/v1/purge/Condition/cough")
            #expect(look.status == 200, "\(look.text)")
            #expect(look.json?["versions"]?.int == 1)
            #expect(!look.text.contains("Cough"))
            #expect(
                try await root.send("POST", "/api/v1/purge", Self.body("Condition/other")).status
                    == 400)
            #expect(
                try await root.send("POST", "/api/v1/purge", Self.body("Condition/cough", "no"))
                    .status == 400)
            let done = try await root.send("POST", "/api/v1/purge", Self.body("Condition/cough"))
            #expect(done.status == 200, "\(done.text)")
            let doctor = try await served.signedIn("doctor")
            #expect(try await doctor.get("/fhir/Condition/cough").status == 404)
            #expect(try await doctor.get("/fhir/Condition/cough/_history").status == 404)
            let again = try await root.send("POST", "/api/v1/purge", Self.body("Condition/cough"))
            #expect(again.status == 404)
            #expect(try await test.box.store.auditVerdict().firstBad == nil)
            #expect(try await root.get("/api/v1/purge/Nothing/x").status == 400)
        }
    }

    @Test func `the command shows first and destroys only when told to`() async throws {
        try await TestBox.with { test in
            try await MatrixRecords.store(in: test)
            let look = try await test.run("purge.look", #"{"type":"Patient","id":"own"}"#)
            #expect(look["isChart"]?.bool == true)
            #expect(look["byType"]?["Condition"]?.int == 3)
            _ = try await test.box.store.read("Patient", "own", by: test.command)
            let done = try await test.run(
                "purge", #"{"type":"Patient","id":"own","reason":"Imported by mistake"}"#)
            #expect(done["records"]?.int == look["records"]?.int)
            #expect(test.box.store.people.person("own") == nil)
            await #expect(throws: (any Error).self) {
                _ = try await test.run("purge", #"{"type":"Patient","id":"own"}"#)
            }
        }
    }
}
