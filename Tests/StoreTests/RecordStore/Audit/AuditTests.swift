import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Audit log` {
    /// The words of the newest entry before the one that this look itself makes.
    private func newest(_ test: TestStore) async throws -> AuditEntry {
        try #require(try await test.store.auditTail(1).first)
    }

    private func filled() async throws -> TestStore {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        try await test.store.put(SampleResources.condition("c", of: "a"))
        return test
    }

    @Test func `a read says who saw which version of whom`() async throws {
        let test = try await filled()
        test.clock.advance(ms: 5_000)
        _ = try await test.store.read("Condition", "c", by: Callers.physician)
        let entry = try await newest(test)
        #expect(entry.verb == "read")
        #expect(entry.type == "Condition")
        #expect(entry.id == "c")
        #expect(entry.version == 1)
        #expect(entry.patientID == "a")
        #expect(entry.outcome == "ok")
        #expect(entry.userID == "user-PHYSICIAN")
        #expect(entry.roles == ["PHYSICIAN"])
        #expect(entry.address == "192.0.2.10")
        #expect(entry.requestID == "request-1")
        #expect(entry.sessionTag == "tag-1")
        #expect(entry.kind == "person")
        #expect(entry.atMs == FixedClock.mondayMs + 5_000)
    }

    @Test func `a read of what is not there, is gone or is closed is on record`() async throws {
        let test = try await filled()
        try await test.store.put(SampleResources.condition("bh", of: "a", labels: ["BH"]))
        try await test.store.delete("Condition", "c")
        for (id, code) in [("none", "not-found"), ("bh", "not-found"), ("c", "deleted")] {
            await #expect(throws: Problem.self) {
                try await test.store.read("Condition", id, by: Callers.lab)
            }
            let entry = try await newest(test)
            #expect(entry.id == id)
            #expect(entry.outcome == "failed")
            #expect(entry.code == code)
            #expect(entry.userID == "user-LAB")
        }
    }

    @Test func `a search, a chart and a look for people are on record`() async throws {
        let test = try await filled()
        var query = RecordQuery(type: "Condition")
        query.patientID = "a"
        _ = try await test.store.search(Callers.nurse.grant(.search, "Condition"), query)
        var entry = try await newest(test)
        #expect(entry.verb == "search" && entry.patientID == "a" && entry.detail == "entries 1")
        let grant = try Callers.nurse.grant(.read, "Condition", patientID: "a")
        _ = try await test.store.chart(grant, types: [grant], limit: 9)
        entry = try await newest(test)
        #expect(entry.patientID == "a" && entry.detail == "entries 2")
        _ = try await test.store.findPeople(
            Callers.frontDesk.grant(.search, "Patient"), PersonQuery("tsosie"), text: "tsosie",
            limit: 10)
        entry = try await newest(test)
        #expect(entry.type == "Patient" && entry.detail == "text tsosie; shown a")
        #expect(entry.userID == "user-FRONT_DESK")
    }

    @Test func `a change that was refused is on record and says why`() async throws {
        let test = try await filled()
        let grant = try Callers.nurse.grant(.update, "Condition", id: "c")
        let change = Change(
            grant, .update, type: "Condition", id: "c",
            json: try SampleResources.condition("c", of: "a"), ifVersion: 7)
        await #expect(throws: Problem(.lockError, "")) { try await test.store.change([change]) }
        let entry = try await newest(test)
        #expect(entry.verb == "update" && entry.outcome == "failed" && entry.code == "lock-error")
    }

    @Test func `a change of what is closed to the caller is on record`() async throws {
        let test = try await filled()
        try await test.store.put(SampleResources.condition("sud", of: "a", labels: ["SUD"]))
        await #expect(throws: Problem.self) {
            try await test.store.put(
                SampleResources.condition("sud", of: "a"), by: Callers.nurse)
        }
        let entry = try await newest(test)
        #expect(entry.id == "sud" && entry.outcome == "refused")
        #expect(entry.userID == "user-NURSE")
    }

    @Test func `reading the log is itself on record`() async throws {
        let test = try await filled()
        _ = try await test.store.auditTail(1)
        let entry = try await newest(test)
        #expect(entry.verb == "search" && entry.area == "audit" && entry.type == "AuditLog")
    }

    @Test func `the log is found by person, patient, verb and time`() async throws {
        let test = try await filled()
        let store = test.store
        try await store.put(SampleResources.patient("b"))
        for (caller, id) in [(Callers.nurse, "a"), (Callers.physician, "b"), (Callers.nurse, "b")] {
            test.clock.advance(ms: 1_000)
            _ = try await store.read("Patient", id, by: caller)
        }
        func count(_ set: (inout AuditQuery) -> Void) async throws -> Int {
            var query = AuditQuery()
            query.verb = .read
            set(&query)
            let grant = try Callers.machine.grant(.search, area: .audit, "AuditLog")
            return try await store.auditEntries(grant, query).count
        }
        #expect(try await count { _ in } == 3)
        #expect(try await count { $0.userID = "user-NURSE" } == 2)
        #expect(try await count { $0.patientID = "b" } == 2)
        #expect(
            try await count {
                $0.patientID = "b"
                $0.userID = "user-NURSE"
            } == 1)
        #expect(try await count { $0.userID = "nobody" } == 0)
        #expect(try await count { $0.verb = .delete } == 0)
        #expect(try await count { $0.fromMs = FixedClock.mondayMs + 2_000 } == 2)
        #expect(try await count { $0.toMs = FixedClock.mondayMs + 2_000 } == 1)
        #expect(try await count { $0.limit = 2 } == 2)
    }

    @Test func `pages of the log follow each other without a gap`() async throws {
        let test = try TestStore()
        for number in 0..<25 {
            try await test.store.put(SampleResources.patient("p\(number)"))
        }
        var seen: [Int64] = []
        var query = AuditQuery()
        query.verb = .update
        query.limit = 7
        while true {
            let grant = try Callers.machine.grant(.search, area: .audit, "AuditLog")
            let page = try await test.store.auditEntries(grant, query)
            if page.isEmpty { break }
            seen += page.map(\.seq)
            query.beforeSeq = page.last?.seq
        }
        #expect(seen == (1...25).reversed().map { Int64($0) })
    }

    @Test func `where the entry cannot be written nothing is answered`() async throws {
        let test = try await filled()
        let raw = try test.falsifying()
        try raw.execute(
            """
            CREATE TRIGGER block BEFORE INSERT ON audit_entry
            BEGIN SELECT raise(ABORT, 'blocked'); END
            """)
        let store = test.store
        await #expect(throws: (any Error).self) { try await store.read("Condition", "c") }
        await #expect(throws: (any Error).self) {
            try await store.search(
                Callers.nurse.grant(.search, "Condition"), RecordQuery(type: "Condition"))
        }
        let grant = try Callers.nurse.grant(.read, "Condition", patientID: "a")
        await #expect(throws: (any Error).self) {
            try await store.chart(grant, types: [grant], limit: 5)
        }
        await #expect(throws: (any Error).self) {
            try await store.findPeople(
                Callers.nurse.grant(.search, "Patient"), PersonQuery("tsosie"), text: "",
                limit: 5)
        }
        await #expect(throws: (any Error).self) { try await store.auditTail(1) }
        await #expect(throws: (any Error).self) {
            try await store.put(SampleResources.condition("d", of: "a"))
        }
        try raw.execute("DROP TRIGGER block")
        raw.close()
        #expect(try await store.read("Condition", "c").id == "c")
        await #expect(throws: Problem(.notFound, "")) { try await store.read("Condition", "d") }
        #expect(try await store.auditVerdict().firstBad == nil)
    }

    @Test func `every act has one entry and the chain is whole`() async throws {
        let test = try await filled()
        for number in 0..<40 {
            try await test.store.put(
                SampleResources.observation("o\(number % 7)", of: "a", value: "\(number)"))
            _ = try await test.store.read("Observation", "o\(number % 7)")
        }
        try await test.store.delete("Observation", "o1")
        let verdict = try await test.store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect(verdict.entries == 83)
        try test.reopen()
        _ = try await test.store.read("Condition", "c")
        let later = try await test.store.auditVerdict()
        #expect(later.firstBad == nil)
        #expect(later.entries == 85)
    }

    @Test func `an orderly stop leaves the head outside the database`() async throws {
        let test = try await filled()
        test.close()
        let lines = TemporaryFolder.bytes(of: test.data.anchors).split(separator: 0x0A)
        let last = try JSON.parse(Array(try #require(lines.last)))
        #expect(last["seq"]?.int == 2)
    }
}
