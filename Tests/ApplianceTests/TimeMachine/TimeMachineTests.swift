import AccessControl
import Assembly
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite("Time machine")
struct TimeMachineTests {
    /// Opens the newest backup and waits until it is open.
    private func open(_ visitor: Visitor) async throws {
        let list = try #require(try await visitor.get("/api/v1/time-machine").json)
        let id = try #require(list["backups"]?[0]?.string("backupId"))
        let began = try await visitor.send(
            "POST", "/api/v1/time-machine/open", #"{"backupId":"\#(id)"}"#)
        #expect(began.status == 202)
        while true {
            let state = try await visitor.get("/api/v1/time-machine").json
            guard state?.string("stage") == "opening" else {
                #expect(state?.string("stage") == "open")
                return
            }
            await Task.yield()
        }
    }

    private func differences(_ visitor: Visitor) async throws -> [String: JSON] {
        let answer = try #require(
            try await visitor.get("/api/v1/time-machine/patients/p1").json)
        let list = try #require(answer["differences"])
        return Dictionary(
            list.elements.map { ("\($0.string("type") ?? "")/\($0.string("id") ?? "")", $0) }
        ) { first, _ in first }
    }

    @Test func `a chart is compared with a backup, and one record comes back as a new version`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.add("doc", [.systemAdmin, .physician])
            try await test.put(
                SampleResources.patient("p1", family: "Begay"),
                SampleResources.condition("c1", of: "p1", text: "Cough"),
                SampleResources.condition("c2", of: "p1", text: "Fever"),
                SampleResources.condition("c3", of: "p1", text: "Rash"))
            _ = try await test.run("backup.create", "{}")
            try await test.put(
                SampleResources.condition("c1", of: "p1", text: "Asthma"),
                SampleResources.condition("c4", of: "p1", text: "Sprain"))
            try await test.box.store.delete("Condition", "c2", by: test.command)
            let visitor = try await served.signedIn("doc")
            try await open(visitor)
            let found = try await visitor.send(
                "POST", "/api/v1/time-machine/patients", #"{"q":"Begay"}"#)
            #expect(found.json?["items"]?[0]?.string("id") == "p1")
            let before = try await differences(visitor)
            #expect(before["Condition/c1"]?.string("change") == "changed")
            #expect(before["Condition/c2"]?.string("change") == "missing")
            #expect(before["Condition/c4"]?.string("change") == "added")
            #expect(before["Condition/c3"] == nil && before["Patient/p1"] == nil)
            let part = before["Condition/c1"]?["parts"]?[0]
            #expect(part?.at("then", "text")?.string == "Cough")
            #expect(part?.at("now", "text")?.string == "Asthma")
            for id in ["c1", "c2"] {
                let copied = try await visitor.send(
                    "POST", "/api/v1/time-machine/copy", #"{"type":"Condition","id":"\#(id)"}"#)
                #expect(copied.status == 200)
            }
            let after = try await differences(visitor)
            #expect(after["Condition/c1"] == nil && after["Condition/c2"] == nil)
            let now = try await test.box.store.read("Condition", "c1", by: test.command)
            #expect(now.version == 3)
            let audit = try await test.audit()
            #expect(
                audit.contains {
                    $0.id == "c1"
                        && $0.detail?.hasPrefix("copied back from version 1 in backup ") == true
                })
            #expect(audit.contains { $0.type == "Backup" && $0.detail == "opened to look into" })
            #expect(
                try await visitor.send("POST", "/api/v1/time-machine/close", "{}").status == 200)
            #expect(TemporaryFolder.names(in: test.folder.file("scratch")).isEmpty)
        }
    }

    @Test func `who reads no charts sees none in a backup, and who runs no box opens none`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.add("operator", [.systemAdmin])
            try await test.add("physician", [.physician])
            try await test.put(SampleResources.patient("p1"))
            _ = try await test.run("backup.create", "{}")
            let person = try await served.signedIn("operator")
            let early = try await person.send(
                "POST", "/api/v1/time-machine/patients", #"{"q":"Tsosie"}"#)
            #expect(early.status == 409)
            try await open(person)
            let search = try await person.send(
                "POST", "/api/v1/time-machine/patients", #"{"q":"Tsosie"}"#)
            #expect(search.status == 403)
            #expect(try await person.get("/api/v1/time-machine/patients/p1").status == 403)
            let copy = try await person.send(
                "POST", "/api/v1/time-machine/copy", #"{"type":"Patient","id":"p1"}"#)
            #expect(copy.status == 403)
            let physician = try await served.signedIn("physician")
            #expect(try await physician.get("/api/v1/time-machine").status == 403)
            #expect(
                try await person.send("POST", "/api/v1/time-machine/close", "{}").status == 200)
        }
    }
}
