import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

/// What the box tells of itself, and its notices.
@Suite struct `Box routes` {
    private static let answers = """
        {"clinicName":"Red Mesa","timeZone":"America/Denver","boxName":"Red-Mesa",\
        "administrator":{"username":"head","displayName":"Head","password":\
        "\(IdentityFixture.good)"}}
        """

    @Test func `a box says whose it is once it is claimed, and is claimed once`() async throws {
        try await TestBox.served { test, served in
            let nobody = try await served.nobody()
            let before = try await nobody.get("/api/v1/box")
            #expect(before.json?["claimed"]?.bool == false)
            let made = try await test.run("setup", Self.answers)
            #expect(made.string("recoveryCode")?.isEmpty == false)
            let after = try await nobody.get("/api/v1/box")
            #expect(
                after.text
                    == #"{"clinicName":"Red Mesa","claimed":true,"demo":false,"practice":false}"#)
            await #expect(throws: Problem(.conflict, "")) {
                try await test.run("setup", Self.answers)
            }
            #expect(try await served.signedIn("head").pageToken != nil)
        }
    }

    @Test func `a wrong answer claims nothing and is named`() async throws {
        try await TestBox.with { test in
            for (wrong, right, name) in [
                ("\"Red Mesa\"", "\"\"", "clinicName"), ("America/Denver", "MST 7", "timeZone"),
                ("Red-Mesa", "-red", "boxName"), ("Red-Mesa", "a.b", "boxName"),
                (IdentityFixture.good, "short", "administrator.password"),
                ("administrator", "nobody", "administrator"),
            ] {
                let parts = Self.answers.split(separator: wrong, maxSplits: 1)
                let text = parts.joined(separator: right)
                do {
                    _ = try await test.run("setup", text)
                    Issue.record("\(name) was taken.")
                } catch let problem as Problem {
                    #expect(problem.location == name)
                }
                #expect(!test.box.isClaimed && test.box.identity.accounts.isEmpty)
            }
        }
    }

    @Test func `the demo clinic comes and goes and is said to be there`() async throws {
        try await TestBox.with { test in
            let loaded = try await test.run("demo.load")
            #expect(loaded["patients"]?.int == 20)
            #expect(test.box.store.people.count == 20)
            let removed = try await test.run("demo.remove")
            #expect(removed["patients"]?.int == 20)
            #expect(removed["resources"]?.int == loaded["resources"]?.int)
            #expect(test.box.store.people.count == 0)
            try await test.put(SampleResources.patient("real"))
            await #expect(throws: Problem(.conflict, "")) { try await test.run("demo.load") }
            #expect(test.box.store.people.count == 1)
        }
    }

    @Test func `notices come once, are read by administrators, and stay seen`() async throws {
        try await TestBox.served { test, served in
            try await test.add("head", [.admin])
            try await test.add("doctor", [.physician])
            let grant = try await test.box.grant(
                Ask(.administer, area: .system, type: "Job"), test.box.machine("job"))
            let board = NoticeBoard(store: test.box.store)
            try await test.box.store.changeRows(grant) { rows in
                try rows.post(
                    topic: "account.locked",
                    payload: Array(#"{"username":"doctor","address":"192.0.2.4"}"#.utf8))
                try rows.post(topic: "sign-in.flood", payload: [])
            }
            #expect(try await board.deliver(grant) == 2)
            #expect(try await board.deliver(grant) == 0)
            try await board.tell(grant, kind: "audit.broken", "Look.")
            let head = try await served.signedIn("head")
            let list = try #require(try await head.get("/api/v1/notices").json?["items"])
            #expect(list.count == 3)
            #expect(list[0]?.string("text") == "Look.")
            #expect(list.elements.contains { $0.string("text")?.contains("192.0.2.4") == true })
            let id = try #require(list[0]?.string("id"))
            #expect(try await head.send("POST", "/api/v1/notices/\(id)/seen").status == 204)
            let after = try #require(try await head.get("/api/v1/notices").json?["items"])
            #expect(after[2]?.string("id") == id && after[2]?["isSeen"]?.bool == true)
            let doctor = try await served.signedIn("doctor")
            #expect(try await doctor.send("POST", "/api/v1/notices/1/seen").status == 403)
        }
    }
}
