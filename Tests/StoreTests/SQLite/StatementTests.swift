import SQLite
import Testing

@Suite("SQLite statement")
struct StatementTests {
    private func database() throws -> Connection {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        try db.execute("CREATE TABLE t (i INTEGER, d REAL, s TEXT, b BLOB) STRICT")
        return db
    }

    @Test func `every kind of value comes back as it went in`() throws {
        let db = try database()
        let text = "Ναβάχο – Diné 🪶"
        let insert = try db.statement("INSERT INTO t VALUES (?1, ?2, ?3, ?4)")
        insert.bind(1, Int64.min)
        insert.bind(2, 1.5)
        insert.bind(3, text)
        insert.bind(4, [0, 255, 0, 7] as [UInt8])
        #expect(try insert.step() == false)
        let select = try db.statement("SELECT i, d, s, b FROM t")
        #expect(try select.step())
        #expect(select.int(0) == Int64.min && select.double(1) == 1.5)
        #expect(select.text(2) == text && select.bytes(3) == [0, 255, 0, 7])
        #expect(select.value(0) == .int(.min) && select.value(3) == .bytes([0, 255, 0, 7]))
        #expect(select.columnCount == 4 && select.columnName(2) == "s")
        #expect(try !select.step())
    }

    @Test func `empty is not NULL`() throws {
        let db = try database()
        try db.run("INSERT INTO t VALUES (?1, NULL, ?2, ?3)", nil, "", .bytes([]))
        let select = try db.statement("SELECT i, d, s, b FROM t")
        #expect(try select.step())
        #expect(select.isNull(0) && select.intOrNil(0) == nil && select.doubleOrNil(1) == nil)
        #expect(select.textOrNil(2) == "" && select.bytesOrNil(3) == [])
        select.reset()
    }

    @Test func `optional values bind NULL for nil`() throws {
        let db = try database()
        let insert = try db.statement("INSERT INTO t (i, s, b) VALUES (?1, ?2, ?3)")
        insert.bind(1, Int64?.none)
        insert.bind(2, String?.none)
        insert.bind(3, [UInt8]?.none)
        try insert.run()
        #expect(
            try db.int("SELECT count(*) FROM t WHERE i IS NULL AND s IS NULL AND b IS NULL") == 1)
    }

    @Test func `a text that holds a NUL byte keeps its rest`() throws {
        let db = try database()
        try db.run("INSERT INTO t (s) VALUES (?1)", .text("a\u{0}b"))
        #expect(try db.text("SELECT s FROM t") == "a\u{0}b")
    }

    @Test func `a strict table refuses the wrong kind`() throws {
        let db = try database()
        let error = #expect(throws: SQLiteError.self) {
            try db.run("INSERT INTO t (i) VALUES (?1)", "not a number")
        }
        #expect(error?.isConstraint == true)
        #expect(error?.description.contains("not a number") == false)
    }

    @Test func `a wrong bind index is told by the next step and forgotten by it`() throws {
        let db = try database()
        let insert = try db.statement("INSERT INTO t (i) VALUES (?1)")
        insert.bind(2, 5)
        #expect(throws: SQLiteError.self) { try insert.step() }
        insert.bind(1, 5)
        #expect(try !insert.step())
    }

    @Test func `a statement that is handed out again has no values left`() throws {
        let db = try database()
        for round in 0..<2 {
            let insert = try db.statement("INSERT INTO t (i, s) VALUES (?1, ?2)")
            insert.bind(1, round)
            if round == 0 { insert.bind(2, "first") }
            _ = try insert.step()
        }
        #expect(try db.int("SELECT count(*) FROM t WHERE s IS NULL") == 1)
    }

    @Test func `bytes can be read in place`() throws {
        let db = try database()
        try db.run("INSERT INTO t (b) VALUES (?1)", .bytes([1, 2, 3]))
        let select = try db.statement("SELECT b, NULL FROM t")
        #expect(try select.step())
        #expect(select.withBytes(0) { $0.reduce(0) { $0 + Int($1) } } == 6)
        #expect(select.withBytes(1) { $0.count } == 0)
        select.reset()
    }
}
