import AccessControl
import Assembly
import FHIRModel
import RecordStore
import Steward
import TestKit
import Testing

/// What the box tells its administrators.
@Suite struct `Notice board` {
    @Test func `a message of the outbox becomes one notice`() async throws {
        try await TestBox.with { test in
            let job = try await test.box.grant(
                Ask(.administer, area: .system, type: "Job"), test.command)
            try await test.box.store.changeRows(job) { rows in
                try rows.post(
                    topic: "account.locked",
                    payload: Array(#"{"username":"ana","address":"10.0.0.7","atMs":1}"#.utf8))
            }
            let board = NoticeBoard(store: test.box.store)
            #expect(try await board.deliver(job) == 1)
            #expect(try await board.deliver(job) == 0)
            try await test.add("boss", [.systemAdmin])
            try await ServedBox.with(test) { served in
                let boss = try await served.signedIn("boss")
                let items = try await boss.get("/api/v1/notices").json?["items"]
                #expect(items?.count == 1)
                #expect(items?.at(0, "text")?.string?.contains("ana") == true)
                let id = items?.at(0, "id")?.string ?? ""
                #expect(
                    try await boss.send("POST", "/api/v1/notices/\(id)/seen", "{}").status == 204)
                let seen = try await boss.get("/api/v1/notices").json
                #expect(seen?.at("items", 0, "isSeen")?.bool == true)
                #expect(try await boss.send("POST", "/api/v1/notices/999/seen", "{}").status == 404)
            }
        }
    }
}
