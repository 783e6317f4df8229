import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite(.timeLimit(.minutes(8))) struct `Writing at once` {
    @Test func `sixty-four writers with fifty records each lose none`() async throws {
        let test = try TestStore()
        let store = test.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<64 {
                group.addTask {
                    for number in 0..<50 {
                        let id = "o-\(writer)-\(number)"
                        let grant = try Callers.machine.grant(.create, "Observation", id: id)
                        let made = try await store.change([
                            Change(
                                grant, .create, type: "Observation", id: id,
                                json: try SampleResources.observation(id, of: "p\(writer)"))
                        ])
                        try #require(made.first?.version == 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await RowCounts(test).versions == 3_200)
        let verdict = try await store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect(verdict.entries == 3_200)
        try test.reopen()
        for writer in 0..<64 {
            #expect(try await test.store.read("Observation", "o-\(writer)-49").version == 1)
        }
    }

    /// Commit frames of a write-ahead log.
    ///
    /// Spec: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
    private func commits(inLog path: String) -> Int {
        let bytes = TemporaryFolder.bytes(of: path)
        guard bytes.count > 32 else { return 0 }
        func word(_ at: Int) -> UInt32 { bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let frameBytes = Int(word(8)) + 24
        let salt = Array(bytes[16..<24])
        return stride(from: 32, to: bytes.count - frameBytes + 1, by: frameBytes).count { at in
            Array(bytes[at + 8..<at + 16]) == salt && word(at + 4) != 0
        }
    }

    @Test func `what waits together is committed together`() async throws {
        let test = try TestStore()
        let store = test.store
        let before = commits(inLog: test.data.database + "-wal")
        let latch = Latch()
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.changeRows(grant) { _ in latch.wait() } }
            await latch.arrival()
            for number in 0..<200 {
                group.addTask {
                    let note = AuditNote(grant.ask, id: "\(number)")
                    try await store.note(note, by: grant.caller)
                }
            }
            // The tasks have queued their work when the pool has run each of them once.
            for _ in 0..<2_000 { await Task.yield() }
            latch.open()
            try await group.waitForAll()
        }
        let made = commits(inLog: test.data.database + "-wal") - before
        #expect(made >= 1)
        #expect(made < 50)
        let verdict = try await store.auditVerdict()
        #expect(verdict.entries == 200)
        #expect(verdict.firstBad == nil)
    }

    @Test func `a queue that is full refuses at once and says to come back`() async throws {
        let test = try TestStore()
        let store = test.store
        let latch = Latch()
        let refused = Tally()
        let kept = Tally()
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try? await store.changeRows(grant) { _ in latch.wait() }  // answered or not
            }
            await latch.arrival()
            for _ in 0..<20_400 {
                group.addTask {
                    do {
                        try await store.note(AuditNote(grant.ask), by: grant.caller)
                        kept.add()
                    } catch let problem as Problem where problem.code == .transient {
                        #expect(problem.retryAfterSeconds != nil)
                        refused.add()
                    } catch {
                        Issue.record("\(error)")
                    }
                }
            }
            _ = await becomes { refused.count == 400 }
            latch.open()
            await group.waitForAll()
        }
        #expect(refused.count == 400)
        #expect(kept.count == 20_000)
        #expect(try await store.auditVerdict().entries == 20_000)
    }

    @Test func `one that fails in a group does not touch the others`() async throws {
        let test = try TestStore()
        let store = test.store
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        let latch = Latch()
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await store.changeRows(grant) { _ in
                    latch.wait()
                    return true
                }
            }
            await latch.arrival()
            for number in 0..<60 {
                group.addTask {
                    do {
                        try await store.changeRows(grant, note: AuditNote(grant.ask)) { rows in
                            try rows.post(topic: "t", payload: [UInt8(number)])
                            if number % 3 == 0 { throw Problem(.value, "No.") }
                            if number % 3 == 1 {
                                try rows.connection.execute("INSERT INTO job VALUES (1,2,3,4,5)")
                            }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            for _ in 0..<1_000 { await Task.yield() }
            latch.open()
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count { $0 } == 21)
        #expect(try await RowCounts(test).outbox == 20)
        let verdict = try await store.auditVerdict()
        #expect(verdict.entries == 20)
        #expect(verdict.firstBad == nil)
    }

    @Test func `a stop under load answers everybody and loses nothing that was promised`()
        async throws
    {
        let test = try TestStore()
        let store = test.store
        let promised = NameList()
        let answers = Tally()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<40 {
                group.addTask {
                    for number in 0..<200 {
                        let id = "o-\(worker)-\(number)"
                        do {
                            if number % 3 == 0 {
                                try await store.put(SampleResources.observation(id, of: "p"))
                                promised.insert(id)
                            } else {
                                _ = try await store.search(
                                    Callers.machine.grant(.search, "Observation"),
                                    RecordQuery(type: "Observation"))
                            }
                        } catch {
                            #expect(error is Problem)
                        }
                        answers.add()
                    }
                }
            }
            group.addTask {
                _ = await becomes { answers.count > 300 }
                store.close()
            }
            await group.waitForAll()
        }
        #expect(answers.count == 8_000)
        try test.reopen()
        for id in promised.names {
            #expect(try await test.store.read("Observation", id).version == 1)
        }
        #expect(try await test.store.auditVerdict().firstBad == nil)
    }

    @Test func `the log is copied into the database and does not grow without end`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        for _ in 0..<60 {
            try await test.store.changeRows(grant) { rows in
                try rows.post(topic: "t", payload: [UInt8](repeating: 7, count: 1_000_000))
            }
        }
        var facts = stat()
        #expect(stat(test.data.database + "-wal", &facts) == 0)
        #expect(facts.st_size < 32 * 1_048_576)
        #expect(stat(test.data.database, &facts) == 0)
        #expect(facts.st_size > 32 * 1_048_576)
    }
}
