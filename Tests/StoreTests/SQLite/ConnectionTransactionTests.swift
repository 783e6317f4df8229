import SQLite
import Testing

@Suite("SQLite transaction")
struct ConnectionTransactionTests {
    private struct Refused: Error {}

    private func database() throws -> Connection {
        let db = try Connection(path: ":memory:", mode: .readWrite)
        try db.execute("CREATE TABLE t (a INTEGER UNIQUE) STRICT")
        return db
    }

    @Test func `a commit keeps and a rollback undoes`() throws {
        let db = try database()
        try db.beginImmediate()
        #expect(db.isInTransaction)
        try db.run("INSERT INTO t VALUES (1)")
        try db.commit()
        try db.begin()
        try db.run("INSERT INTO t VALUES (2)")
        try db.rollback()
        try db.rollback()
        #expect(!db.isInTransaction)
        #expect(try db.int("SELECT sum(a) FROM t") == 1)
    }

    @Test func `a savepoint that throws takes only its own rows along`() throws {
        let db = try database()
        try db.beginImmediate()
        for number in 1...5 {
            do {
                try db.savepoint {
                    try db.run("INSERT INTO t VALUES (?1)", .int(Int64(number)))
                    if number.isMultiple(of: 2) { throw Refused() }
                }
            } catch is Refused {}
        }
        try db.commit()
        #expect(try db.int("SELECT group_concat(a, '') FROM t") == 135)
    }

    @Test func `savepoints nest`() throws {
        let db = try database()
        try db.beginImmediate()
        try db.savepoint {
            try db.run("INSERT INTO t VALUES (1)")
            #expect(throws: SQLiteError.self) {
                try db.savepoint {
                    try db.run("INSERT INTO t VALUES (2)")
                    try db.run("INSERT INTO t VALUES (1)")
                }
            }
        }
        try db.commit()
        #expect(try db.int("SELECT count(*) FROM t") == 1)
    }

    @Test func `a savepoint returns what its body returns`() throws {
        let db = try database()
        let id = try db.savepoint {
            try db.run("INSERT INTO t VALUES (9)")
            return db.lastInsertRowID
        }
        #expect(id == 1 && db.changes == 1 && !db.isInTransaction)
    }

    @Test func `a transaction that SQLite ended itself is noticed`() throws {
        let db = try database()
        try db.execute("CREATE TABLE big (a BLOB) STRICT")
        try db.beginImmediate()
        #expect(throws: SQLiteError.self) {
            try db.savepoint { try db.run("INSERT OR ROLLBACK INTO t VALUES (1), (1)") }
        }
        #expect(!db.isInTransaction)
    }
}
