import AccessControl
import Glibc
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Damage in the database` {
    /// Overwrites one page of the closed database with nonsense.
    private func spoil(_ name: String, of test: TestStore) throws {
        let raw = try test.rawConnection()
        let page = try #require(
            try raw.int("SELECT rootpage FROM sqlite_schema WHERE name = ?", .text(name)))
        let bytes = try raw.pragmaInt("page_size")
        raw.close()
        let file = open(test.data.database, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        let nonsense = [UInt8](repeating: 0xA5, count: Int(bytes))
        #expect(pwrite(file, nonsense, nonsense.count, off_t((page - 1) * bytes)) == Int(bytes))
    }

    @Test func `a damaged page is told as damage, and the rest goes on`() async throws {
        let test = try TestStore()
        for number in 0..<5 { try await test.store.put(SampleResources.patient("p\(number)")) }
        try await test.store.put(SampleResources.condition("c", of: "p0"))
        test.close()
        try spoil("resource_live_by_patient", of: test)
        try test.reopen()
        #expect(test.store.damageFound == nil)
        let grant = try Callers.machine.grant(.search, "Condition", patientID: "p0")
        await #expect(throws: Problem(.unexpected, "")) {
            var query = RecordQuery(type: "Condition")
            query.patientID = "p0"
            _ = try await test.store.search(grant, query)
        }
        #expect(test.store.damageFound?.contains("cannot be read") == true)
        #expect(try await test.store.read("Patient", "p1").version == 1)
        #expect(test.fatalReasons.isEmpty)
    }

    @Test func `a record that does not open is on record as failed`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("p0"))
        test.close()
        let raw = try test.rawConnection()
        try raw.execute("UPDATE resource_version SET sealed_body = zeroblob(200)")
        raw.close()
        try test.reopen()
        await #expect(throws: (any Error).self) {
            _ = try await test.store.read("Patient", "p0")
        }
        let entry = try #require(try await test.store.auditTail(1).last)
        #expect(entry.verb == "read")
        #expect(entry.id == "p0")
        #expect(entry.outcome == "failed")
    }

    @Test func `a patient who cannot be found any more is noticed`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("p0"))
        try await test.store.put(SampleResources.patient("p1"))
        #expect(try await test.store.auditVerdict().firstBad == nil)
        test.close()
        let raw = try test.rawConnection()
        try raw.execute("DELETE FROM person_extract WHERE patient_id = 'p1'")
        raw.close()
        try test.reopen()
        let fault = try #require(try await test.store.auditVerdict().firstBad)
        #expect(fault.reason.contains("found by"))
    }
}
