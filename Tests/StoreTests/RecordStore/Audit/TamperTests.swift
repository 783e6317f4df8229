import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

/// One way of falsifying the closed database.
struct Forgery: Sendable, CustomTestStringConvertible {
    let name: String
    let sql: String
    /// The entry that a check must name; nil where any is right.
    let seq: Int64?

    init(_ name: String, _ sql: String, names seq: Int64?) {
        self.name = name
        self.sql = sql
        self.seq = seq
    }

    var testDescription: String { name }
}

@Suite struct `Falsified databases` {
    /// 120 entries: 60 versions of records of three patients, 60 reads.
    private static func clinic() async throws -> TestStore {
        let test = try TestStore()
        for number in 0..<60 {
            let id = "p\(number % 3)"
            switch number % 4 {
            case 0: try await test.store.put(SampleResources.patient(id))
            case 1:
                try await test.store.put(SampleResources.condition("c\(number)", of: id))
            case 2:
                try await test.store.put(SampleResources.observation("o-\(id)", of: id))
            default:
                try await test.store.put(SampleResources.practitioner("d\(number)"))
            }
            _ = try await test.store.read("Patient", "p0")
        }
        try await test.store.delete("Condition", "c57")
        return test
    }

    private static let entryChanges = [
        Forgery(
            "time of an entry", "UPDATE audit_entry SET at_ms = at_ms + 1 WHERE seq = 50", names: 50
        ),
        Forgery("action", "UPDATE audit_entry SET action = 'search' WHERE seq = 50", names: 50),
        Forgery(
            "actor", "UPDATE audit_entry SET actor_tag = actor_tag + 1 WHERE seq = 50", names: 50),
        Forgery("patient", "UPDATE audit_entry SET patient_tag = NULL WHERE seq = 50", names: 50),
        Forgery(
            "other patient", "UPDATE audit_entry SET patient_tag = 7 WHERE seq = 50", names: 50),
        Forgery("key version", "UPDATE audit_entry SET key_version = 2 WHERE seq = 50", names: 50),
        Forgery("object", "UPDATE audit_entry SET object_seq = 1 WHERE seq = 51", names: 51),
        Forgery(
            "no object",
            "UPDATE audit_entry SET object_seq = NULL, object_digest = NULL WHERE seq = 51",
            names: 51),
        Forgery(
            "object digest", "UPDATE audit_entry SET object_digest = randomblob(32) WHERE seq = 51",
            names: 51),
        Forgery(
            "sealed entry", "UPDATE audit_entry SET sealed_entry = randomblob(200) WHERE seq = 50",
            names: 50),
        Forgery(
            "sealed entry of another",
            """
            UPDATE audit_entry
               SET sealed_entry = (SELECT sealed_entry FROM audit_entry WHERE seq = 52)
             WHERE seq = 50
            """,
            names: 50),
        Forgery("mac", "UPDATE audit_entry SET mac = randomblob(32) WHERE seq = 50", names: 50),
        Forgery(
            "mac of zeros", "UPDATE audit_entry SET mac = zeroblob(32) WHERE seq = 50", names: 50),
    ]

    private static let chainChanges = [
        Forgery("first entry deleted", "DELETE FROM audit_entry WHERE seq = 1", names: 1),
        Forgery("entry in the middle deleted", "DELETE FROM audit_entry WHERE seq = 60", names: 60),
        Forgery(
            "last entry deleted",
            "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)", names: 121),
        Forgery("last hundred deleted", "DELETE FROM audit_entry WHERE seq > 21", names: 22),
        Forgery(
            "all entries deleted", "DELETE FROM audit_entry; DELETE FROM audit_head", names: nil),
        Forgery(
            "gap closed up",
            """
            DELETE FROM audit_entry WHERE seq = 60;
            UPDATE audit_entry SET seq = -seq WHERE seq > 60;
            UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0;
            UPDATE audit_head SET seq = seq - 1
            """, names: 60),
        Forgery(
            "two entries exchanged",
            """
            UPDATE audit_entry SET seq = -1 WHERE seq = 60;
            UPDATE audit_entry SET seq = 60 WHERE seq = 62;
            UPDATE audit_entry SET seq = 62 WHERE seq = -1
            """, names: 60),
        Forgery(
            "entry appended",
            """
            INSERT INTO audit_entry SELECT 122, at_ms, action, actor_tag, patient_tag, key_version,
                   object_seq, object_digest, sealed_entry, mac FROM audit_entry WHERE seq = 120
            """, names: 122),
        Forgery("head deleted", "DELETE FROM audit_head", names: 122),
        Forgery(
            "tail and head deleted",
            "DELETE FROM audit_entry WHERE seq > 100; DELETE FROM audit_head",
            names: 101),
        Forgery(
            "tail deleted and head made to fit",
            """
            DELETE FROM audit_entry WHERE seq > 100;
            UPDATE audit_head SET seq = 100, mac = (SELECT mac FROM audit_entry WHERE seq = 100)
            """, names: nil),
    ]

    private static let versionChanges = [
        Forgery(
            "sealed body",
            "UPDATE resource_version SET sealed_body = randomblob(300) WHERE seq = 5", names: 9),
        Forgery(
            "sealed body of another version",
            """
            UPDATE resource_version
               SET sealed_body = (SELECT sealed_body FROM resource_version WHERE seq = 9)
             WHERE seq = 5
            """,
            names: 9),
        Forgery("type", "UPDATE resource_version SET type = 'Basic' WHERE seq = 5", names: 9),
        Forgery("id", "UPDATE resource_version SET id = 'x' WHERE seq = 5", names: 9),
        Forgery("version", "UPDATE resource_version SET version = 40 WHERE seq = 5", names: 9),
        Forgery(
            "deletion hidden", "UPDATE resource_version SET is_deleted = 0 WHERE seq = 61",
            names: 121),
        Forgery(
            "made deleted", "UPDATE resource_version SET is_deleted = 1 WHERE seq = 5", names: 9),
        Forgery(
            "patient of a record", "UPDATE resource_version SET patient_id = 'p2' WHERE seq = 5",
            names: 9),
        Forgery(
            "compartment", "UPDATE resource_version SET compartment = 'system' WHERE seq = 5",
            names: 9),
        Forgery("data key", "UPDATE resource_version SET data_key_id = 1 WHERE seq = 5", names: 9),
        Forgery(
            "time of change", "UPDATE resource_version SET changed_ms = 0 WHERE seq = 5", names: 9),
        Forgery("clinical time", "UPDATE resource_version SET sort_ms = 0 WHERE seq = 5", names: 9),
        Forgery(
            "newest version deleted",
            """
            DELETE FROM resource_version WHERE seq = 49;
            UPDATE resource_version SET is_current = 1
             WHERE seq = (SELECT max(seq) FROM resource_version
                           WHERE type = 'Patient' AND id = 'p0')
            """, names: 97),
        Forgery(
            "older version made current",
            """
            UPDATE resource_version SET is_current = 0 WHERE type = 'Patient' AND id = 'p0';
            UPDATE resource_version SET is_current = 1
             WHERE type = 'Patient' AND id = 'p0' AND version = 1
            """, names: nil),
        Forgery(
            "no version current", "UPDATE resource_version SET is_current = 0 WHERE seq = 60",
            names: nil),
        Forgery(
            "version put in",
            """
            INSERT INTO resource_version
            SELECT 1000, type, 'added', 1, 1, 0, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body FROM resource_version WHERE seq = 5
            """, names: nil),
    ]

    @Test func `an untouched database is whole`() async throws {
        let test = try await Self.clinic()
        let verdict = try await test.store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect(verdict.entries == 121)
    }

    private func check(_ forgery: Forgery) async throws {
        let test = try await Self.clinic()
        test.close()
        let raw = try test.falsifying()
        try raw.execute(forgery.sql)
        raw.close()
        try test.reopen()
        let verdict = try await test.store.auditVerdict()
        let fault = try #require(verdict.firstBad, "\(forgery.name) was not found")
        if let seq = forgery.seq { #expect(fault.seq == seq) }
        #expect(!fault.reason.isEmpty)
        _ = try await test.store.read("Practitioner", "d55")
        let second = try await test.store.auditVerdict().firstBad
        #expect(second != nil && (forgery.seq == nil || second?.seq == forgery.seq))
        try test.reopen()
        let third = try await test.store.auditVerdict().firstBad
        #expect(third != nil && (forgery.seq == nil || third?.seq == forgery.seq))
    }

    @Test(arguments: entryChanges)
    func `a changed entry is found and named`(forgery: Forgery) async throws {
        try await check(forgery)
    }

    @Test(arguments: chainChanges)
    func `a chain that was cut or sorted anew is found`(forgery: Forgery) async throws {
        try await check(forgery)
    }

    @Test(arguments: versionChanges)
    func `a falsified version of a record is found`(forgery: Forgery) async throws {
        try await check(forgery)
    }

    @Test func `a chain that somebody computed anew without the key is found`() async throws {
        let test = try await Self.clinic()
        test.close()
        let raw = try test.falsifying()
        let context = HMACContext(key: SecretBytes(copying: [UInt8](repeating: 0, count: 32)))
        try raw.execute("DELETE FROM audit_entry WHERE seq = 60")
        try raw.execute("UPDATE audit_entry SET seq = -seq WHERE seq > 60")
        try raw.execute("UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0")
        var mac = try raw.bytes("SELECT mac FROM audit_entry WHERE seq = 59")
        for seq in 60...120 {
            let sealed = try raw.bytes("SELECT sealed_entry FROM audit_entry WHERE seq = \(seq)")
            mac = context.mac(mac, sealed)
            try raw.run(
                "UPDATE audit_entry SET mac = ? WHERE seq = ?", .bytes(mac), .int(Int64(seq)))
        }
        try raw.run(
            "UPDATE audit_head SET seq = 120, mac = ?, head_mac = ?", .bytes(mac),
            .bytes(context.mac(mac)))
        raw.close()
        try test.reopen()
        #expect(try await test.store.auditVerdict().firstBad?.seq == 60)
    }

    @Test func `an older copy of the whole database is found`() async throws {
        let test = try await Self.clinic()
        test.close()
        let older = TemporaryFolder.bytes(of: test.data.database)
        try test.reopen()
        try await test.store.put(SampleResources.condition("later", of: "p0"))
        test.close()
        unlink(test.data.database + "-wal")
        unlink(test.data.database + "-shm")
        TemporaryFolder.write(older, to: test.data.database)
        try test.reopen()
        let first = try #require(try await test.store.auditVerdict().firstBad)
        #expect(first.reason.contains("outside the database"))
        for _ in 0..<10 { _ = try await test.store.read("Patient", "p0") }
        try test.reopen()
        #expect(try await test.store.auditVerdict().firstBad != nil)
    }

    @Test func `an older copy stays found after the chain has grown past it`() async throws {
        let test = try await Self.clinic()
        test.close()
        let older = TemporaryFolder.bytes(of: test.data.database)
        try test.reopen()
        try await test.store.put(SampleResources.condition("later", of: "p0"))
        test.close()
        TemporaryFolder.write(older, to: test.data.database)
        try test.reopen()
        _ = try await test.store.read("Patient", "p0")
        for _ in 0..<10 {
            _ = try await test.store.read("Patient", "p0")
            test.clock.advance(ms: 120_000)
        }
        try test.reopen()
        #expect(try await test.store.auditVerdict().firstBad?.seq == 122)
    }
}

extension Connection {
    /// The first column of the first row.
    func bytes(_ sql: String) throws -> [UInt8] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.bytes(0) : []
    }
}
