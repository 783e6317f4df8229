import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(8))) struct `A full disk` {
    /// A file system of a few megabytes, unmounted with the object; nil where that is not allowed.
    private final class SmallDisk {
        let folder: TemporaryFolder

        init?(megabytes: Int) throws {
            folder = try TemporaryFolder()
            guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0
            else {
                print("skipped: a small file system cannot be mounted here (\(errno))")
                return nil
            }
        }

        deinit { umount2(folder.path, 2) }

        /// Takes all the room there is.
        func fill() {
            guard let stream = fopen(folder.file("filler"), "w") else { return }
            let block = [UInt8](repeating: 1, count: 4_096)
            while fwrite(block, 1, block.count, stream) == block.count && fflush(stream) == 0 {}
            fclose(stream)
        }

        func free() { unlink(folder.file("filler")) }
    }

    /// The store looks for room once a second of its own clock.
    private func heals(_ test: TestStore) async -> Bool {
        let store = test.store
        let clock = test.clock
        return await becomes {
            clock.advance(ms: 1_000)
            return !store.isDiskFull
        }
    }

    @Test func `changes are refused, reading goes on, and it heals`() async throws {
        guard let disk = try SmallDisk(megabytes: 24) else { return }
        let test = try TestStore(in: disk.folder.path)
        let store = test.store
        for number in 0..<20 { try await store.put(SampleResources.patient("p\(number)")) }
        disk.fill()
        let text = String(repeating: "0123456789abcdef", count: 40_000)
        await #expect(throws: Problem(.noStore, "")) {
            for number in 0..<50 {
                try await store.put(
                    SampleResources.condition("c\(number)", of: "p0", text: "\(text)"))
            }
        }
        #expect(store.isDiskFull)
        for number in 0..<20 {
            #expect(try await store.read("Patient", "p\(number)").version == 1)
        }
        await #expect(throws: Problem(.noStore, "")) {
            try await store.put(SampleResources.patient("later"))
        }
        let signIn = try Callers.machine.grant(.administer, area: .system, "Session")
        try await store.changeRows(signIn, note: AuditNote(signIn.ask), isAccess: true) { rows in
            try rows.post(topic: "a person may come in to read", payload: [1])
        }
        await #expect(throws: Problem(.noStore, "")) {
            try await store.changeRows(signIn) { try $0.post(topic: "not this", payload: [1]) }
        }
        #expect(test.store.people.count == 20)
        disk.free()
        #expect(await heals(test))
        try await store.put(SampleResources.patient("later"))
        #expect(try await store.auditVerdict().firstBad == nil)
        #expect(test.fatalReasons.isEmpty)
        try test.reopen()
        #expect(try await test.store.read("Patient", "later").version == 1)
        #expect(try await test.store.auditVerdict().firstBad == nil)
        test.close()
    }

    @Test func `a statement that finds no room takes nobody else's work with it`() async throws {
        let test = try TestStore()
        let store = test.store
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        for number in 0..<5 { try await store.put(SampleResources.patient("p\(number)")) }
        let before = try await RowCounts(test)
        try await store.changeRows(grant) { rows in
            let count = try rows.connection.pragmaInt("page_count")
            try rows.connection.execute("PRAGMA max_page_count = \(count)")
        }
        let latch = Latch()
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                try await store.changeRows(grant) { _ in latch.wait() }
                return "ok"
            }
            await latch.arrival()
            for number in 0..<30 {
                group.addTask {
                    do {
                        try await store.changeRows(grant, note: AuditNote(grant.ask)) { rows in
                            let count = number % 5 == 4 ? 100_000 : 10
                            try rows.post(
                                topic: "t", payload: [UInt8](repeating: 1, count: count))
                        }
                        return "ok"
                    } catch let problem as Problem {
                        return problem.code.rawValue
                    }
                }
            }
            for _ in 0..<1_000 { await Task.yield() }
            latch.open()
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        let kept = answers.count { $0 == "ok" }
        #expect(answers.allSatisfy { $0 == "ok" || $0 == "no-store" })
        #expect(answers.contains("no-store"))
        #expect(await heals(test))
        try await store.changeRows(grant) { rows in
            try rows.connection.execute("PRAGMA max_page_count = 1000000")
        }
        let after = try await RowCounts(test)
        #expect(after.versions == before.versions)
        #expect(kept == 0 || after.outbox == Int64(kept - 1) || after.outbox == Int64(kept))
        try await store.put(SampleResources.patient("later"))
        #expect(try await store.auditVerdict().firstBad == nil)
        try test.reopen()
        #expect(try await test.store.auditVerdict().firstBad == nil)
        #expect(test.fatalReasons.isEmpty)
    }
}
