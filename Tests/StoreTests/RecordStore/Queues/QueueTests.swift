import AccessControl
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Outbox` {
    private let grant: Grant

    init() throws { grant = try Callers.machine.grant(.administer, area: .system, "Outbox") }

    private func post(_ test: TestStore, _ topic: String, _ payload: [UInt8]) async throws {
        try await test.store.changeRows(grant) { try $0.post(topic: topic, payload: payload) }
    }

    @Test func `a message is there until it was delivered, over a restart as well`() async throws {
        let test = try TestStore()
        try await post(test, "mail", [1])
        try await post(test, "mail", [2])
        for _ in 0..<2 {
            let due = try await test.store.outboxDue(grant, limit: 10)
            #expect(due.map(\.payload) == [[1], [2]])
            #expect(due.map(\.attempts) == [0, 0])
            try test.reopen()
        }
        let first = try #require(try await test.store.outboxDue(grant, limit: 1).first)
        try await test.store.outboxDelivered(grant, first)
        try test.reopen()
        #expect(try await test.store.outboxDue(grant, limit: 10).map(\.payload) == [[2]])
    }

    @Test func `a failed delivery waits twice as long each time, an hour at most`() async throws {
        let test = try TestStore()
        try await post(test, "mail", [1])
        var waits: [Int64] = []
        for _ in 0..<14 {
            let message = try #require(try await test.store.outboxDue(grant, limit: 1).first)
            try await test.store.outboxFailed(grant, message)
            var wait: Int64 = 0
            while try await test.store.outboxDue(grant, limit: 1).isEmpty {
                test.clock.advance(ms: 500)
                wait += 500
                if wait > 4_000_000 { break }
            }
            waits.append(wait)
        }
        let seconds: [Int64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048]
        #expect(Array(waits.prefix(12)) == seconds.map { $0 * 1_000 })
        #expect(waits.suffix(2) == [3_600_000, 3_600_000])
    }

    @Test func `a local delivery happens exactly once`() async throws {
        let step = SchemaStep(4, "inbox", sql: "CREATE TABLE inbox (payload BLOB NOT NULL) STRICT;")
        let test = try TestStore(steps: [step])
        try await post(test, "note", [7])
        let message = try #require(try await test.store.outboxDue(grant, limit: 1).first)
        await #expect(throws: Problem(.conflict, "")) {
            try await test.store.outboxDelivered(grant, message) { rows in
                try rows.connection.run("INSERT INTO inbox VALUES (?)", .bytes(message.payload))
                throw Problem(.conflict, "No.")
            }
        }
        func inbox() async throws -> Int64? {
            try await test.store.rows(grant) { try $0.connection.int("SELECT count(*) FROM inbox") }
        }
        #expect(try await inbox() == 0)
        let store = test.store
        let shared = grant
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do {
                        try await store.outboxDelivered(shared, message) { rows in
                            try rows.connection.run("INSERT INTO inbox VALUES (?)", .bytes([7]))
                        }
                    } catch let problem as Problem where problem.code == .notFound {
                        return
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await inbox() == 1)
        #expect(try await test.store.outboxDue(grant, limit: 1).isEmpty)
    }

    @Test func `a message of a change that was not kept is never delivered`() async throws {
        let test = try TestStore()
        await #expect(throws: Problem(.value, "")) {
            try await test.store.changeRows(grant) { rows in
                try rows.post(topic: "mail", payload: [1])
                throw Problem(.value, "No.")
            }
        }
        #expect(try await test.store.outboxDue(grant, limit: 1).isEmpty)
    }
}

@Suite struct `Jobs` {
    @Test func `a job's state is kept over a restart`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.administer, area: .system, "Job")
        try await test.store.setJob(
            grant, "backup", state: "waiting", dueMs: 5, mark: "", isOK: true)
        test.clock.advance(ms: 1_000)
        try await test.store.setJob(
            grant, "backup", state: "running", dueMs: 6, mark: "half", isOK: false)
        try test.reopen()
        let jobs = try await test.store.jobs(grant)
        #expect(jobs.count == 1)
        #expect(jobs.first?.state == "running")
        #expect(jobs.first?.dueMs == 6)
        #expect(jobs.first?.mark == "half")
        #expect(jobs.first?.lastOKMs == FixedClock.mondayMs)
        await #expect(throws: (any Error).self) {
            try await test.store.setJob(
                grant, "backup", state: "dancing", dueMs: 6, mark: "", isOK: false)
        }
    }
}
