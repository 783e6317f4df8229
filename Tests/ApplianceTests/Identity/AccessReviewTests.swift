import AccessControl
import Assembly
import FHIRModel
import Identity
import Steward
import TestKit
import Testing

/// The quarterly review of access (FEATURES MNT-06).
@Suite struct `Access review` {
    private static let dayMs: Int64 = 86_400_000
    private static let base = "/api/v1/admin/access-reviews"

    @Test func `a review holds every account and is signed when each is decided`() async throws {
        try await TestBox.served { test, served in
            try await test.add("ana", [.nurse])
            test.clock.advance(ms: 40 * Self.dayMs)
            try await test.add("boss", [.systemAdmin])
            let boss = try await served.signedIn("boss")
            let started = try await boss.send("POST", Self.base)
            #expect(started.status == 201)
            let id = try #require(started.json?.string("id"))
            #expect(started.json?["lines"]?.int == 2)
            #expect(started.json?["stale"]?.int == 1, "ana never signed in for 40 days")
            #expect(try await boss.send("POST", Self.base).status == 409)
            #expect(try await boss.send("POST", "\(Self.base)/\(id)/sign").status == 422)
            for line in started.json?["items"].map({ Array($0.elements) }) ?? [] {
                let user = line.string("userId") ?? ""
                let decided = try await boss.send(
                    "PUT", "\(Self.base)/\(id)/lines/\(user)",
                    #"{"decision":"keep","note":"asked the chief nurse"}"#, ["If-Match": "\"0\""])
                #expect(decided.status == 200)
                let late = try await boss.send(
                    "PUT", "\(Self.base)/\(id)/lines/\(user)", #"{"decision":"close"}"#,
                    ["If-Match": "\"0\""])
                #expect(late.status == 412)
            }
            let signed = try await boss.send(
                "POST", "\(Self.base)/\(id)/sign", #"{"statement":"all asked"}"#)
            #expect(signed.status == 200)
            #expect(signed.json?.string("signedBy") == "boss")
            #expect(try await boss.send("POST", "\(Self.base)/\(id)/sign").status == 409)
            let kept = try await boss.get("\(Self.base)/\(id)").json
            #expect(kept?.at("items", 0, "decision")?.string == "keep")
            #expect(kept?.at("items", 0, "decidedBy")?.string == "boss")
        }
    }

    @Test func `the page shows what changed since the review began`() async throws {
        try await TestBox.served { test, served in
            let ana = try await test.add("ana", [.nurse])
            try await test.add("boss", [.systemAdmin])
            let boss = try await served.signedIn("boss")
            let id = try #require(try await boss.send("POST", Self.base).json?.string("id"))
            #expect(try await boss.send("POST", "/api/v1/users/\(ana.id)/disable").status == 200)
            let line = try await boss.get("\(Self.base)/\(id)").json?["items"]?.elements
                .first { $0.string("username") == "ana" }
            #expect(line?["isDisabled"]?.bool == false)
            #expect(line?.at("now", "isDisabled")?.bool == true)
        }
    }

    @Test func `administrators are told once for each due date`() async throws {
        try await TestBox.with { test in
            try await test.add("boss", [.systemAdmin])
            let job = try await test.box.grant(
                Ask(.administer, area: .system, type: "Job"), test.command)
            let board = NoticeBoard(store: test.box.store)
            func told() async throws -> Int {
                try await test.box.identity.reviews.remind(job)
                return try await board.deliver(job)
            }
            #expect(try await told() == 0)
            test.clock.advance(ms: 93 * Self.dayMs)
            #expect(try await told() == 1)
            #expect(try await told() == 0)
            try await ServedBox.with(test) { served in
                let boss = try await served.signedIn("boss")
                let due = try await boss.get(Self.base).json
                #expect(due?["isDue"]?.bool == true)
                let started = try await boss.send("POST", Self.base).json
                let id = started?.string("id") ?? ""
                for line in started?["items"].map({ Array($0.elements) }) ?? [] {
                    _ = try await boss.send(
                        "PUT", "\(Self.base)/\(id)/lines/\(line.string("userId") ?? "")",
                        #"{"decision":"keep"}"#, ["If-Match": "\"0\""])
                }
                #expect(try await boss.send("POST", "\(Self.base)/\(id)/sign").status == 200)
                #expect(try await boss.get(Self.base).json?["isDue"]?.bool == false)
            }
            #expect(try await told() == 0)
            test.clock.advance(ms: 93 * Self.dayMs)
            #expect(try await told() == 1)
        }
    }

    @Test func `a review outlives a restart`() async throws {
        let folder = try TemporaryFolder()
        let clock = FixedClock()
        try await Self.opened(folder, clock) { test in
            try await test.add("boss", [.systemAdmin])
            try await ServedBox.with(test) { served in
                let boss = try await served.signedIn("boss")
                #expect(try await boss.send("POST", Self.base).status == 201)
            }
        }
        try await Self.opened(folder, clock) { test in
            try await ServedBox.with(test) { served in
                let boss = try await served.signedIn("boss")
                let items = try await boss.get(Self.base).json?["items"]
                #expect(items?.count == 1)
                #expect(items?.at(0, "undecided")?.int == 1)
            }
        }
    }

    /// Opens a box, hands it over, and lets go of its folder.
    private static func opened(
        _ folder: TemporaryFolder, _ clock: FixedClock, _ body: (TestBox) async throws -> Void
    ) async throws {
        let test = try await TestBox.open(folder, clock)
        try await body(test)
        await test.box.close()
    }
}
