import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Schema of the record` {
    private static let parts = [
        "CREATE TABLE one (a INTEGER PRIMARY KEY) STRICT;", "INSERT INTO one VALUES (1);",
        "CREATE TABLE two (b TEXT NOT NULL) STRICT;", "CREATE INDEX two_by_b ON two (b);",
        "INSERT INTO two VALUES ('x');", "DROP TABLE job;",
    ]

    private func tables(_ connection: Connection) throws -> [String] {
        let statement = try connection.prepare(
            "SELECT name || ':' || sql FROM sqlite_schema ORDER BY name")
        defer { statement.reset() }
        var all: [String] = []
        while try statement.step() { all.append(statement.text(0)) }
        return all
    }

    @Test(arguments: 0...6)
    func `a step that breaks off anywhere leaves the schema as it was`(at place: Int) async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        test.close()
        let raw = try test.rawConnection()
        let before = try tables(raw)
        var statements = Self.parts
        statements.insert("INSERT INTO no_such_table VALUES (1);", at: place)
        let broken = SchemaStep(4, "more", sql: statements.joined(separator: "\n"))
        #expect(throws: (any Error).self) { try test.reopen(steps: [broken]) }
        #expect(try tables(raw) == before)
        #expect(try raw.int("SELECT count(*) FROM schema_step") == 6)
        raw.close()
        let whole = SchemaStep(4, "more", sql: Self.parts.joined(separator: "\n"))
        try test.reopen(steps: [whole])
        let after = try test.rawConnection()
        #expect(try after.int("SELECT count(*) FROM schema_step") == 7)
        #expect(try after.text("SELECT b FROM two") == "x")
        #expect(try await test.store.read("Patient", "a").version == 1)
    }

    @Test func `steps run once and in their order`() async throws {
        let first = SchemaStep(4, "first", sql: "CREATE TABLE t (a INTEGER) STRICT;")
        let second = SchemaStep(5, "second", sql: "ALTER TABLE t ADD COLUMN b TEXT;")
        let test = try TestStore(steps: [second, first])
        try test.reopen()
        try test.reopen()
        let raw = try test.rawConnection()
        #expect(try raw.int("SELECT count(*) FROM schema_step") == 8)
        #expect(try raw.int("SELECT count(*) FROM pragma_table_info('t')") == 2)
        let state = try Schema.state(raw, steps: TestStore.ownSteps)
        #expect(
            state.applied == [
                "records", "audit", "queues", "first", "second", "search", "purges", "redo",
            ])
        #expect(state.pending.isEmpty)
    }

    @Test func `a database of a later release is refused and not touched`() async throws {
        let later = SchemaStep(4, "later", sql: "CREATE TABLE t (a INTEGER) STRICT;")
        let test = try TestStore(steps: [later])
        test.close()
        let raw = try test.rawConnection()
        let before = try tables(raw)
        #expect(throws: Problem(.notSupported, "")) { try test.reopen(steps: []) }
        let other = SchemaStep(4, "other", sql: "CREATE TABLE u (a INTEGER) STRICT;")
        #expect(throws: Problem(.notSupported, "")) { try test.reopen(steps: [other]) }
        #expect(try tables(raw) == before)
        raw.close()
        try test.reopen()
    }

    @Test func `the writer syncs every commit and the readers cannot write`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        let writer = try await test.store.changeRows(grant) { rows in
            (
                try rows.connection.pragmaInt("synchronous"),
                try rows.connection.pragmaText("journal_mode"),
                try rows.connection.pragmaInt("foreign_keys")
            )
        }
        #expect(writer == (2, "wal", 1))
        await #expect(throws: (any Error).self) {
            try await test.store.rows(grant) { rows in
                try rows.connection.execute("DELETE FROM audit_entry")
            }
        }
    }

    @Test func `a file that is no database is refused and kept`() throws {
        let test = try TestStore()
        test.close()
        let bytes = [UInt8](repeating: 0x41, count: 20_000)
        TemporaryFolder.write(bytes, to: test.data.database)
        #expect(throws: (any Error).self) { try test.reopen() }
        #expect(TemporaryFolder.bytes(of: test.data.database) == bytes)
    }

    @Test func `a folder is open to one process at a time`() throws {
        let test = try TestStore()
        #expect(throws: Problem(.conflict, "")) { try test.data.lock() }
        test.close()
        _ = try test.data.lock()
    }
}
