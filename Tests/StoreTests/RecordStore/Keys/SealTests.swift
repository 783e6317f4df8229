import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Sealed values of the store` {
    private static func filled() async throws -> TestStore {
        let test = try TestStore()
        for id in ["a", "b"] {
            try await test.store.put(SampleResources.patient(id))
            for version in 1...2 {
                try await test.store.put(
                    SampleResources.observation("o-\(id)", of: id, value: "\(version)"))
                try await test.store.put(
                    SampleResources.observation("n-\(id)", of: id, value: "\(version)"))
            }
        }
        return test
    }

    /// Which row's sealed body is put into which other row, and what read must fail then.
    @Test(arguments: [
        ("o-a", 2, "o-a", 1), ("o-a", 1, "o-a", 2), ("n-a", 2, "o-a", 2), ("o-b", 2, "o-a", 2),
        ("n-b", 1, "o-a", 2),
    ])
    func `a body that was moved does not open`(from: String, version: Int, to: String, at: Int)
        async throws
    {
        let test = try await Self.filled()
        test.close()
        let raw = try test.falsifying()
        try raw.run(
            """
            UPDATE resource_version SET (sealed_body, data_key_id) =
                   (SELECT sealed_body, data_key_id FROM resource_version
                     WHERE id = ? AND version = ?)
             WHERE id = ? AND version = ?
            """, .text(from), .int(Int64(version)), .text(to), .int(Int64(at)))
        raw.close()
        try test.reopen()
        await #expect(throws: Problem(.security, "")) {
            try await test.store.read("Observation", to, version: at)
        }
        #expect(try await test.store.read("Observation", "n-b").version == 2)
    }

    @Test(arguments: [
        "UPDATE resource_version SET patient_id = 'b' WHERE id = 'o-a'",
        "UPDATE resource_version SET compartment = 'system' WHERE id = 'o-a'",
        "UPDATE resource_version SET id = 'o-x' WHERE id = 'o-a'",
    ])
    func `a row that was moved does not open`(sql: String) async throws {
        let test = try await Self.filled()
        test.close()
        let raw = try test.falsifying()
        try raw.execute(sql)
        raw.close()
        try test.reopen()
        for id in ["o-a", "o-x"] {
            await #expect(throws: Problem.self) { try await test.store.read("Observation", id) }
        }
    }

    @Test func `extracts exchanged between patients keep the store shut`() async throws {
        let test = try await Self.filled()
        test.close()
        let raw = try test.falsifying()
        try raw.execute(
            """
            UPDATE person_extract SET (sealed_extract, data_key_id) =
                   (SELECT sealed_extract, data_key_id FROM person_extract WHERE patient_id = 'b')
             WHERE patient_id = 'a'
            """)
        raw.close()
        #expect(throws: Problem(.security, "")) { try test.reopen() }
    }

    @Test func `a setting put in another's place does not open`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.administer, area: .system, "Setting")
        try await test.store.changeRows(grant) { rows in
            try SettingRows.put(grant, "one", [1], rows)
            try SettingRows.put(grant, "two", [2], rows)
        }
        test.close()
        let raw = try test.falsifying()
        try raw.execute(
            """
            UPDATE setting SET sealed_value = (SELECT sealed_value FROM setting WHERE name = 'two')
             WHERE name = 'one'
            """)
        raw.close()
        try test.reopen()
        await #expect(throws: (any Error).self) {
            try await test.store.rows(grant) { try SettingRows.value(grant, "one", $0) }
        }
        #expect(try await test.store.rows(grant) { try SettingRows.value(grant, "two", $0) } == [2])
    }

    @Test func `no nonce occurs twice under one key`() async throws {
        let test = try await Self.filled()
        for number in 0..<400 {
            _ = try await test.store.read("Patient", number % 2 == 0 ? "a" : "b")
        }
        let raw = try test.falsifying()
        var seen: Set<[UInt8]> = []
        var count = 0
        for sql in [
            "SELECT sealed_body FROM resource_version WHERE is_deleted = 0",
            "SELECT sealed_extract FROM person_extract", "SELECT sealed_entry FROM audit_entry",
        ] {
            let statement = try raw.prepare(sql)
            while try statement.step() {
                let sealed = statement.bytes(0)
                #expect(sealed[0] == 1)
                seen.insert(Array(sealed[1..<17]))
                count += 1
            }
            statement.reset()
        }
        #expect(count > 400)
        #expect(seen.count == count)
    }
}
