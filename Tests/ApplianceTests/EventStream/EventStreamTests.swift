import AccessControl
import Assembly
import Exchange
import FHIRModel
import Identity
import Kernel
import RecordStore
import TestKit
import Testing

/// What pages are told of changes.
@Suite(.timeLimit(.minutes(6))) struct `Event stream` {
    @Test func `a page is told at once of what its person may see, and of nothing else`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("p1"))
            try await test.add("clerk", [.frontDesk])
            let reader = try await EventReader(
                try await served.signedIn("clerk"), port: served.port)
            await reader.wait("hello", 1)
            // A front desk opens no conditions.
            try await test.put(SampleResources.condition("a", of: "p1"))
            try await test.put(SampleResources.patient("p2"))
            await reader.wait("change", 1)
            #expect(
                reader.data("change") == [
                    #"{"type":"Patient","id":"p2","version":1,"patient":"p2"}"#
                ])
            #expect(!reader.text.contains("Condition"))
            #expect(!reader.text.contains("Tsosie"))
            reader.close()
        }
    }

    @Test func `a page that comes back is told what it missed, or to read anew`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let head = test.box.store.journal.head
            try await test.put(SampleResources.patient("p1"), SampleResources.patient("p2"))
            let back = try await EventReader(doctor, port: served.port, after: "\(head)")
            await back.wait("change", 2)
            #expect(back.data("change").count == 2 && back.data("reset").isEmpty)
            let lost = try await EventReader(doctor, port: served.port, after: "999999")
            await lost.wait("reset", 1)
            #expect(lost.data("change").isEmpty)
            back.close()
            lost.close()
        }
    }

    @Test func `one's own changes are marked as such`() async throws {
        try await TestBox.served { test, served in
            try await test.add("clerk", [.frontDesk])
            let clerk = try await served.signedIn("clerk")
            let reader = try await EventReader(clerk, port: served.port)
            await reader.wait("hello", 1)
            let made = try await clerk.send(
                "POST", "/fhir/Patient", #"{"resourceType":"Patient","name":[{"family":"Begay"}]}"#)
            #expect(made.status == 201)
            await reader.wait("change", 1)
            #expect(reader.data("change").first?.contains(#""isOwn":true"#) == true)
            reader.close()
        }
    }

    @Test func `a stream ends with its session and does not keep it alive`() async throws {
        try await TestBox.served { test, served in
            try await test.add("clerk", [.frontDesk])
            let clerk = try await served.signedIn("clerk")
            let first = try await EventReader(clerk, port: served.port)
            await first.wait("hello", 1)
            test.clock.advance(ms: 14 * 60_000)
            // Listening anew is no work of a person.
            let second = try await EventReader(clerk, port: served.port)
            await second.wait("hello", 1)
            test.clock.advance(ms: 2 * 60_000)
            await first.waitForEnd()
            await second.waitForEnd()
            #expect(try await clerk.get("/api/v1/auth/me").status == 401)
            first.close()
            second.close()
        }
    }

    @Test func `a program with a token is sent to subscriptions`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let program = try await served.bearer(try await test.token("doctor", "user/*.rs"))
            #expect(try await program.get("/api/v1/events").status == 403)
        }
    }

    @Test func `one person has a bounded number of streams, of which the oldest ends`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            var readers: [EventReader] = []
            for _ in 0...EventStreamFeature.perUserMax {
                let reader = try await EventReader(doctor, port: served.port)
                await reader.wait("hello", 1)
                readers.append(reader)
            }
            await readers[0].waitForEnd()
            try await test.put(SampleResources.patient("p1"))
            for reader in readers.dropFirst() {
                await reader.wait("change", 1)
                #expect(reader.data("change").count == 1)
                reader.close()
            }
            #expect(readers[0].data("change").isEmpty)
        }
    }
}
