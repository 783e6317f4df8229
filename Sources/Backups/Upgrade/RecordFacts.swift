import Glibc
import Kernel
import RecordStore
import SQLite

/// What an upgrade must leave as it is in a database, read from the file by itself.
struct RecordFacts: Hashable, Sendable {
    /// The last step of its schema.
    let step: Int
    /// The last entry of its audit log.
    let auditSeq: Int64
    let auditMac: [UInt8]
    /// Rows of each table.
    let counts: [String: Int]

    /// The last step of the schema of a database that nobody has open; nil where there is none, or
    /// it cannot be read.
    static func step(of folder: DataFolder) -> Int? {
        guard folder.hasRecord else { return nil }
        // What keeps the record from being read is told by whoever opens it next.
        guard let connection = try? Connection(path: folder.database, mode: .readWrite) else {
            return nil
        }
        defer { connection.close() }
        return try? step(connection)  // As above.
    }

    /// Reads all of it, and the file through where that is asked for.
    ///
    /// - Throws: ``Problem`` where the file is damaged.
    init(_ folder: DataFolder, checksFile: Bool) throws {
        let connection = try Connection(path: folder.database, mode: .readWrite)
        defer { connection.close() }
        if checksFile {
            let faults = try connection.integrityCheck(limit: 3)
            guard faults.isEmpty else {
                throw Problem(.security, "Its database is damaged: \(faults[0]).")
            }
        }
        step = try Self.step(connection) ?? 0
        counts = try TableCounts.of(connection)
        let statement = try connection.statement("SELECT seq, mac FROM audit_head WHERE id = 1")
        defer { statement.reset() }
        let isThere = try statement.step()
        auditSeq = isThere ? statement.int(0) : 0
        auditMac = isThere ? statement.bytes(1) : []
    }

    /// What is missing or doubled in the facts of a copy that was brought up; nil where nothing is.
    func loss(in later: RecordFacts) -> String? {
        for (table, count) in counts.sorted(by: { $0.key < $1.key }) where table != "schema_step" {
            guard let found = later.counts[table] else { return "the table \(table) is gone" }
            if found != count { return "\(table) has \(found) rows instead of \(count)" }
        }
        guard later.auditSeq == auditSeq, later.auditMac == auditMac else {
            return "the audit log ends at \(later.auditSeq) instead of \(auditSeq)"
        }
        return nil
    }

    private static func step(_ connection: Connection) throws -> Int? {
        let isThere = try connection.int(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_step'")
        guard isThere != nil else { return 0 }
        return try connection.int("SELECT max(number) FROM schema_step").map(Int.init) ?? 0
    }
}
