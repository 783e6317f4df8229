import Glibc
import SQLite
import Testing

@Suite("SQLite connection")
struct ConnectionTests {
    @Test func `a connection has the safe settings`() throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        #expect(try db.pragmaInt("foreign_keys") == 1)
        #expect(try db.pragmaInt("trusted_schema") == 0)
        #expect(try db.pragmaInt("cell_size_check") == 1)
        #expect(try db.pragmaInt("temp_store") == 2)
        #expect(try db.pragmaInt("secure_delete") == 1)
        #expect(try db.pragmaInt("busy_timeout") == 5_000)
    }

    @Test(arguments: [Connection.Mode.readWrite, .readOnly])
    func `a connection is hardened from its opening on`(_ mode: Connection.Mode) throws {
        let folder = try EdgeFolder()
        try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
            .execute("CREATE TABLE t (a INTEGER) STRICT")
        let db = try Connection(path: folder.file("a.sqlite"), mode: mode)
        #expect(db.isHardened)
        try db.execute("PRAGMA trusted_schema = ON")
        #expect(!db.isHardened)
        db.close()
        #expect(!db.isHardened)
    }

    @Test(arguments: [
        "ATTACH ':memory:' AS other", "DROP TABLE t", "CREATE TABLE u (a INTEGER) STRICT",
        "CREATE TEMP TABLE u (a INTEGER)", "CREATE VIEW v AS SELECT 1",
        "PRAGMA writable_schema = ON",
        "PRAGMA synchronous = OFF", "PRAGMA database_list", "DELETE FROM sqlite_schema",
        "SELECT load_extension('x')", "SELECT randomblob(100000000)", "VACUUM INTO '/tmp/other'",
        "INSERT INTO t SELECT 1 UNION SELECT hex(a) FROM t", "ANALYZE",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
    ])
    func `a restricted connection reads and changes rows and nothing else`(_ sql: String) throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.execute("CREATE TABLE t (a INTEGER) STRICT")
        try db.restrict()
        try db.run("INSERT INTO t (a) VALUES (?)", .int(7))
        #expect(throws: SQLiteError.self) { try db.prepare(sql).run() }
        #expect(throws: SQLiteError.self) { try db.execute(sql) }
        #expect(try db.int("SELECT max(a) + count(*) FROM t") == 8)
    }

    @Test func `a refused statement is noted with the file that it was meant for`() throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.restrict()
        #expect(!StatementLog.statements(of: db.path).values.contains(.refused))
        #expect(throws: SQLiteError.self) { try db.execute("CREATE TABLE t (a INTEGER) STRICT") }
        #expect(StatementLog.statements(of: db.path).values.contains(.refused))
    }

    @Test func `a database and its log are readable for the owner only`() throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER) STRICT")
        #expect(folder.names == ["a.sqlite", "a.sqlite-shm", "a.sqlite-wal"])
        for name in folder.names { #expect(folder.mode(name) == 0o600, "\(name)") }
    }

    @Test func `a defensive connection refuses to edit the schema table`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        try db.execute("CREATE TABLE t (a INTEGER) STRICT; PRAGMA writable_schema = ON")
        #expect(throws: SQLiteError.self) { try db.execute("DELETE FROM sqlite_schema") }
        #expect(throws: SQLiteError.self) { try db.execute("SELECT load_extension('x')") }
        #expect(throws: SQLiteError.self) { try db.execute("SELECT \"no such column\"") }
    }

    @Test func `reading needs a file that is there`() throws {
        let folder = try EdgeFolder()
        let error = #expect(throws: SQLiteError.self) {
            try Connection(path: folder.file("none.sqlite"), mode: .readOnly)
        }
        #expect(error?.cannotOpen == true)
        #expect(folder.names.isEmpty)
    }

    @Test func `a reader cannot write`() throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER) STRICT")
        let reader = try Connection(path: folder.file("a.sqlite"), mode: .readOnly)
        let error = #expect(throws: SQLiteError.self) { try reader.run("INSERT INTO t VALUES (1)") }
        #expect(error?.isReadOnly == true)
        #expect(try reader.pragmaInt("wal_autocheckpoint") == 0)
    }

    @Test func `a file that is no database is told`() throws {
        let folder = try EdgeFolder()
        folder.write([UInt8](repeating: 0x41, count: 4_096), to: "a.sqlite")
        let error = #expect(throws: SQLiteError.self) {
            let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
            try db.execute("SELECT count(*) FROM sqlite_schema")
        }
        #expect(error?.isCorrupt == true)
    }

    @Test func `a closed connection answers with an error`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        let statement = try db.statement("SELECT 1")
        db.close()
        db.close()
        #expect(throws: SQLiteError.self) { try statement.step() }
        #expect(throws: SQLiteError.self) { try db.execute("SELECT 1") }
        #expect(throws: SQLiteError.self) { try db.run("SELECT 2") }
        #expect(db.changes == 0 && db.lastInsertRowID == 0 && !db.isInTransaction)
    }

    @Test func `an error names the statement and never a value`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        try db.execute("CREATE TABLE person (name TEXT NOT NULL UNIQUE) STRICT")
        try db.run("INSERT INTO person VALUES (?1)", "Zephyrine")
        let error = #expect(throws: SQLiteError.self) {
            try db.run("INSERT INTO person VALUES (?1)", "Zephyrine")
        }
        #expect(error?.isConstraint == true && error?.isDuplicate == true)
        #expect(error?.description.contains("step INSERT INTO person") == true)
        #expect(error?.description.contains("Zephyrine") == false)
    }

    @Test func `a disk that is full is told and the transaction undone`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        try db.execute("CREATE TABLE t (a BLOB) STRICT; PRAGMA max_page_count = 10")
        try db.begin()
        let error = #expect(throws: SQLiteError.self) {
            for _ in 0..<100 { try db.run("INSERT INTO t VALUES (zeroblob(4000))") }
        }
        #expect(error?.isFull == true)
        try db.rollback()
        #expect(try db.int("SELECT count(*) FROM t") == 0)
    }

    @Test func `a running statement can be stopped`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        db.setProgress(everyOps: 1_000) { true }
        let error = #expect(throws: SQLiteError.self) {
            _ = try db.int(
                """
                WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000000)
                SELECT count(*) FROM c
                """)
        }
        #expect(error?.isInterrupted == true)
        db.setProgress(everyOps: 0, nil)
        #expect(try db.int("SELECT 7") == 7)
    }

    @Test func `a checkpoint empties the log`() throws {
        let folder = try EdgeFolder()
        let db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER) STRICT")
        for _ in 0..<20 { try db.run("INSERT INTO t VALUES (1)") }
        let passive = try db.checkpoint(.passive)
        #expect(!passive.busy && passive.logFrames > 0)
        #expect(passive.checkpointedFrames == passive.logFrames)
        #expect(try !db.checkpoint(.truncate).busy)
        #expect(folder.read("a.sqlite-wal").isEmpty)
    }

    @Test func `an integrity check names what is wrong`() throws {
        let folder = try EdgeFolder()
        var db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        try db.execute("CREATE TABLE t (a INTEGER) STRICT; CREATE INDEX i ON t (a)")
        for _ in 0..<2_000 { try db.run("INSERT INTO t VALUES (5)") }
        #expect(try db.integrityCheck(limit: 5).isEmpty)
        db.close()
        var bytes = folder.read("a.sqlite")
        for index in (bytes.count - 4_000)..<bytes.count { bytes[index] = 0xA5 }
        folder.write(bytes, to: "a.sqlite")
        db = try Connection(path: folder.file("a.sqlite"), mode: .readWrite)
        #expect(try !db.integrityCheck(limit: 5).isEmpty)
    }

    @Test func `composed statements are kept up to a limit`() throws {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        let first = try db.prepare("SELECT 0")
        for number in 1...200 {
            let statement = try db.prepare("SELECT \(number)")
            #expect(try statement.step())
            #expect(statement.int(0) == Int64(number))
            statement.reset()
        }
        #expect(try first.step() && first.int(0) == 0)
    }
}
