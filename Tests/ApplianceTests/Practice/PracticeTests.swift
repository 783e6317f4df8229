import AccessControl
import Assembly
import FHIRModel
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

/// The clinic of invented people.
@Suite struct `Practice clinic` {
    private static let answers =
        #"{"clinicName":"Try Out","timeZone":"UTC","boxName":"try-out","practice":true,"#
        + #""administrator":"# + SetupBrowser.person + "}"

    private func names(_ test: TestBox) async throws -> Set<String> {
        let grant = try await test.box.grant(
            Ask(.administer, area: .system, type: "Practice"), test.command)
        return Set(try await test.box.store.currentNames(grant).map { "\($0.type)/\($0.id)" })
    }

    @Test func `a box that is set up for practice holds the invented people and says so`()
        async throws
    {
        try await TestBox.served { test, served in
            _ = try await test.run("setup", Self.answers)
            #expect(test.box.store.people.count == 20)
            let box = try await served.nobody().get("/api/v1/box").json
            #expect(box?["practice"]?.bool == true && box?["demo"]?.bool == true)
        }
    }

    @Test func `beginning anew takes away what was entered and brings back what was changed`()
        async throws
    {
        try await TestBox.with { test in
            _ = try await test.run("setup", Self.answers)
            let before = try await names(test)
            let gone = try #require(before.filter { $0.hasPrefix("Patient/") }.sorted().first)
            let goneID = String(gone.dropFirst("Patient/".count))
            try await test.put(
                SampleResources.patient("entered"), SampleResources.patient(goneID, given: "Other"))
            #expect(test.box.store.people.count == 21)
            _ = try await test.run("demo.reset")
            #expect(try await names(test) == before)
            #expect(test.box.store.people.count == 20)
            #expect(test.box.store.people.person(goneID)?.name.contains("Other") == false)
            _ = try await test.run("demo.reset")
            #expect(try await names(test) == before)
        }
    }

    @Test func `a real clinic cannot begin anew`() async throws {
        try await TestBox.with { test in
            _ = try await test.run("setup", Self.answers.replacing("true", with: "false"))
            try await test.put(SampleResources.patient("real"))
            await #expect(throws: Problem(.conflict, "")) { try await test.run("demo.reset") }
            #expect(test.box.store.people.count == 1)
        }
    }

    @Test func `the end of the practice leaves an empty clinic`() async throws {
        try await TestBox.served { test, served in
            _ = try await test.run("setup", Self.answers)
            try await test.put(SampleResources.patient("entered"))
            try await test.add("head", [.systemAdmin])
            let head = try await served.signedIn("head")
            let wrong = try await head.send(
                "POST", "/api/v1/practice/remove", #"{"confirm":"other"}"#)
            #expect(wrong.status == 400)
            #expect(test.box.store.people.count == 21)
            let right = try await head.send(
                "POST", "/api/v1/practice/remove", #"{"confirm":"Try-Out"}"#)
            #expect(right.status == 200)
            #expect(test.box.store.people.count == 0)
            #expect(try await names(test).isEmpty)
            #expect(test.box.clinic?.isPractice == false)
            #expect(try await head.send("POST", "/api/v1/practice/reset", "{}").status == 409)
            let entries = try await test.audit()
            #expect(entries.contains { $0.detail == "practice clinic ended" })
        }
    }
}
