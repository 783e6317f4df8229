import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

@Suite struct `Keys of the records` {
    private func filled(_ people: Int = 12) async throws -> TestStore {
        let test = try TestStore()
        for number in 0..<people {
            try await test.store.put(SampleResources.patient("p\(number)"))
            try await test.store.put(SampleResources.condition("c\(number)", of: "p\(number)"))
        }
        return test
    }

    private func rotate(_ test: TestStore) async throws {
        try await test.store.rotateKeys(
            Callers.machine.grant(.administer, area: .system, "Keys")
        ) { _ in }
    }

    private func expectWhole(_ test: TestStore, people: Int) async throws {
        for number in 0..<people {
            _ = try await test.store.read("Patient", "p\(number)")
            _ = try await test.store.read("Condition", "c\(number)")
        }
        #expect(try await test.store.auditVerdict().firstBad == nil)
        #expect(test.store.people.count == people)
    }

    @Test func `after a change of the master key everything opens and the chain holds`()
        async throws
    {
        let test = try await filled()
        for generation in 2...4 {
            try await rotate(test)
            #expect(test.keyRing.generations == [generation])
            try await expectWhole(test, people: 12)
            try test.reopen()
            try await expectWhole(test, people: 12)
        }
    }

    @Test func `lines outside the database stay sound over a change of keys`() async throws {
        let test = try await filled()
        try await test.store.anchorAudit()
        try await rotate(test)
        try test.reopen()
        let verdict = try await test.store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect((verdict.anchored?.seq ?? 0) > 24)
        test.close()
        let raw = try test.falsifying()
        try raw.execute("DELETE FROM audit_entry WHERE seq > 20")
        try raw.execute(
            """
            UPDATE audit_head SET seq = 20, mac = (SELECT mac FROM audit_entry WHERE seq = 20)
            """)
        raw.close()
        try test.reopen()
        let cut = try await test.store.auditVerdict()
        #expect(cut.firstBad != nil)
        #expect((cut.anchored?.seq ?? 0) > 24)
    }

    @Test func `the wrong machine key opens nothing`() async throws {
        let test = try await filled(1)
        test.close()
        let ring = try KeyRing.load(folder: test.data.path)
        #expect(throws: KeyRingError.self) {
            try ring.open(with: .machine(SecretBytes(copying: [UInt8](repeating: 3, count: 32))))
        }
    }

    @Test func `another folder's key ring over this database is refused`() async throws {
        let test = try await filled(1)
        let other = try TestStore()
        other.close()
        test.close()
        let parts = RecordStore.Parts(
            clock: test.clock.clock, ids: SeededIDs().ids, onFatal: { _ in },
            onDamage: { _ in })
        #expect(throws: Problem(.security, "")) {
            try RecordStore.open(
                test.data, keyRing: other.keyRing, steps: TestStore.ownSteps, parts: parts)
        }
        try test.reopen()
        try await expectWhole(test, people: 1)
    }

    @Test func `a missing key ring over records is said and nothing is made`() async throws {
        let test = try await filled(1)
        test.close()
        unlink(test.data.keyRing)
        #expect(throws: KeyRingError.self) { try KeyRing.load(folder: test.data.path) }
        #expect(throws: KeyRingError.self) { try test.reopen() }
        #expect(access(test.data.keyRing, F_OK) != 0)
    }

    @Test(arguments: [
        "DELETE FROM data_key", "DELETE FROM data_key WHERE compartment = 'audit'",
        "DELETE FROM data_key WHERE compartment = 'index'",
        "DELETE FROM data_key WHERE compartment = 'audit-entry'",
        "DELETE FROM data_key WHERE compartment = 'rows'",
        "UPDATE data_key SET sealed_key = randomblob(60) WHERE compartment = 'audit'",
        "UPDATE data_key SET compartment = 'x' WHERE compartment = 'index'",
    ])
    func `a damaged table of keys keeps the store shut`(sql: String) async throws {
        let test = try await filled(6)
        test.close()
        let raw = try test.falsifying()
        try raw.execute(sql)
        let before = try raw.int("SELECT count(*) FROM data_key")
        raw.close()
        #expect(throws: Problem(.security, "")) { try test.reopen() }
        let after = try test.falsifying()
        #expect(try after.int("SELECT count(*) FROM data_key") == before)
    }

    @Test func `keys exchanged between patients open nothing`() async throws {
        let test = try await filled(2)
        test.close()
        let raw = try test.falsifying()
        try raw.execute(
            """
            UPDATE data_key SET owner = CASE owner WHEN 'p0' THEN 'x' ELSE owner END;
            UPDATE data_key SET owner = 'p0' WHERE owner = 'p1';
            UPDATE data_key SET owner = 'p1' WHERE owner = 'x'
            """)
        raw.close()
        #expect(throws: Problem(.security, "")) { try test.reopen() }
    }

    @Test func `a change of keys goes on while people read and write`() async throws {
        let test = try await filled()
        let store = test.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for number in 0..<60 {
                        let id = "w\(worker)-\(number)"
                        try await store.put(SampleResources.patient(id))
                        try await store.put(SampleResources.condition("c-\(id)", of: id))
                        _ = try await store.read("Condition", "c-\(id)")
                    }
                }
            }
            group.addTask {
                for _ in 0..<5 {
                    try await store.rotateKeys(
                        Callers.machine.grant(.administer, area: .system, "Keys")
                    ) { _ in }
                }
            }
            try await group.waitForAll()
        }
        try test.reopen()
        for worker in 0..<4 {
            for number in 0..<60 {
                _ = try await test.store.read("Condition", "c-w\(worker)-\(number)")
                _ = try await test.store.read("Patient", "w\(worker)-\(number)")
            }
        }
        #expect(try await test.store.auditVerdict().firstBad == nil)
        let raw = try test.falsifying()
        #expect(
            try raw.int("SELECT count(*) FROM data_key WHERE key_generation <> 6") == 0)
    }

    @Test func `status tells how many keys wait`() async throws {
        let test = try await filled(3)
        let grant = try Callers.machine.grant(.read, area: .system, "Keys")
        let status = try await test.store.keyStatus(grant)
        #expect(status.generations == [1])
        #expect(status.waiting == 0)
        #expect(status.dataKeys == 5 + 3)
        _ = try test.keyRing.beginRotation(nowMs: 0)
        #expect(try await test.store.keyStatus(grant).waiting == 8)
    }
}
