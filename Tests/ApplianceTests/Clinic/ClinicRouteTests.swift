import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// The clinic's facts with versions and the way back (FEATURES CFG-17).
@Suite struct `Clinic routes` {
    private static let path = "/api/v1/admin/clinic"

    private func claimed(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            _ = try await test.run(
                "setup",
                """
                {"clinicName":"Red Mesa Clinic","timeZone":"America/Phoenix","boxName":"red-mesa",\
                "administrator":{"username":"boss","password":"\(IdentityFixture.good)"}}
                """)
            try await body(test, try await served.signedIn("boss"))
        }
    }

    private static func facts(_ name: String, _ more: String = "") -> String {
        #"{"clinicName":"\#(name)","timeZone":"America/Denver"\#(more)}"#
    }

    @Test func `facts are changed, versioned and set back`() async throws {
        try await claimed { test, boss in
            let before = try await boss.get(Self.path)
            let version = try #require(before.json?.string("version"))
            let more =
                #","city":"Kayenta","state":"AZ","phone":"928 555 0142","tribe":"Hopi Tribe""#
            let changed = try await boss.send(
                "PUT", Self.path, Self.facts("Blue Mesa Clinic", more),
                ["If-Match": "\"\(version)\""])
            #expect(changed.status == 200)
            #expect(changed.json?.string("city") == "Kayenta")
            #expect(
                try await boss.get("/api/v1/box").json?.string("clinicName") == "Blue Mesa Clinic")
            let late = try await boss.send(
                "PUT", Self.path, Self.facts("Third Clinic"), ["If-Match": "\"\(version)\""])
            #expect(late.status == 412)
            let now = try #require(changed.json?.string("version"))
            let back = try await boss.send(
                "POST", Self.path + "/undo", #"{"version":"\#(version)"}"#,
                ["If-Match": "\"\(now)\""])
            #expect(back.status == 200)
            #expect(back.json?.string("clinicName") == "Red Mesa Clinic")
            #expect(back.json?.string("city") == nil)
            #expect(back.json?.string("timeZone") == "America/Phoenix")
            #expect(back.json?["versions"]?.count == 3)
            #expect(
                try await boss.get("/api/v1/box").json?.string("clinicName") == "Red Mesa Clinic")
            let none = try await boss.send(
                "POST", Self.path + "/undo", #"{"version":"99"}"#, ["If-Match": "\"3\""])
            #expect(none.status == 404)
            let acts = try await test.audit().filter { $0.type == "Clinic" && $0.name == "boss" }
            #expect(acts.count { $0.verb == "update" && $0.outcome == "ok" } == 2)
            #expect(acts.count { $0.verb == "update" && $0.outcome == "refused" } == 2)
        }
    }

    @Test(arguments: [
        (#","boxName":"other""#, "boxName"), (#","facilityCode":"X""#, "facilityCode"),
        (#","version":"9""#, "version"), (#","phone":"none""#, "phone"),
        (#","city":7"#, "city"), (#","tribeCode":"91""#, "tribeCode"),
    ])
    func `a fact that cannot be set, or is none, is named`(_ more: String, _ name: String)
        async throws
    {
        try await claimed { _, boss in
            let answer = try await boss.send(
                "PUT", Self.path, Self.facts("Other Clinic", more), ["If-Match": "\"1\""])
            #expect(answer.status == 400)
            #expect(answer.json?.at("error", "details", 0, "location")?.string == name)
        }
    }

    @Test func `a time zone has the form of one`() async throws {
        try await claimed { _, boss in
            let answer = try await boss.send(
                "PUT", Self.path, #"{"clinicName":"Other","timeZone":"Mountain"}"#,
                ["If-Match": "\"1\""])
            #expect(answer.status == 400)
            #expect(answer.json?.at("error", "details", 0, "location")?.string == "timeZone")
        }
    }

    @Test func `the list of tribes has those of HL7 and no group`() async throws {
        try await claimed { _, boss in
            let names = try await boss.get("/api/v1/admin/tribes").json?["items"]?.elements
                .compactMap(\.string)
            #expect((names?.count ?? 0) > 500)
            #expect(names?.contains { $0.hasPrefix("Navajo") } == true)
            #expect(names?.contains { $0.hasPrefix("_") || $0 == "NativeEntityAlaska" } == false)
        }
    }
}
