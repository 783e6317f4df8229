import RecordStore
import SQLite

/// The same rows that the store wrote, put into a second file by nothing but SQLite.
final class CopiedRows {
    /// Frames of the write-ahead log after which SQLite copies it, as the store does.
    private static let logFramesMax = 4_000
    /// The tables that a change writes to, those that others refer to first; then those of the
    /// search index, whose rows name the change by its `origin`.
    private static let tables = [
        "data_key", "resource_version", "person_extract", "identifier_tag", "audit_entry",
        "search_resource", "search_tag", "search_link", "search_range", "search_quantity",
        "search_text",
    ]
    private static let indexTables = 5..<tables.count

    /// One row of one table.
    struct Row: Sendable {
        let table: Int
        let values: [SQLiteValue]
    }

    private let source: Connection
    private let copy: Connection
    private var marks: [Int64]
    private var lastOrigin: Int64 = 0

    /// Opens the store's file beside it for reading, and makes an empty file with its schema.
    init(of source: String, to path: String, steps: [SchemaStep]) throws {
        self.source = try Connection(path: source, mode: .readOnly)
        copy = try Connection(path: path, mode: .readWrite)
        marks = Self.tables.map { _ in 0 }
        try copy.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = \(Self.logFramesMax);
            """)
        try Schema.migrate(copy, steps: steps, nowMs: 0)
    }

    /// The rows that came since the last call, one element a change with its audit entry.
    func fresh() throws -> [[Row]] {
        var byTable = try (0..<Self.indexTables.lowerBound).map { try rows($0) }
        let versions = byTable[1]
        let entries = byTable[4]
        byTable[1] = []
        byTable[4] = []
        let found = try indexRows(after: lastOrigin)
        var changes = zip(versions, entries).map { version, entry in
            guard case .int(let seq)? = version.values.first else { return [version, entry] }
            lastOrigin = max(lastOrigin, seq)
            return [version, entry] + (found[seq] ?? [])
        }
        let rest = byTable.flatMap { $0 }
        if !rest.isEmpty { changes.insert(rest, at: 0) }
        return changes
    }

    /// Writes them, so many changes to a commit, each commit on the disk before the next.
    func insert(_ changes: [[Row]], changesPerCommit: Int) throws {
        let statements = try Self.tables.indices.map { table -> Statement in
            let name = Self.tables[table]
            let columns = try copy.int("SELECT count(*) FROM pragma_table_info(?)", .text(name))
            let marks = repeatElement("?", count: Int(columns ?? 0)).joined(separator: ",")
            return try copy.prepare("INSERT INTO \(name) VALUES (\(marks))")
        }
        for start in stride(from: 0, to: changes.count, by: changesPerCommit) {
            try copy.beginImmediate()
            for change in changes[start..<min(start + changesPerCommit, changes.count)] {
                for row in change {
                    let statement = statements[row.table]
                    for (index, value) in row.values.enumerated() {
                        statement.bind(index + 1, value)
                    }
                    try statement.run()
                }
            }
            try copy.commit()
        }
    }

    func close() {
        source.close()
        copy.close()
    }

    /// The rows of the search index that came with changes after one, by change.
    private func indexRows(after origin: Int64) throws -> [Int64: [Row]] {
        var found: [Int64: [Row]] = [:]
        for table in Self.indexTables {
            let statement = try source.prepare(
                "SELECT origin, * FROM \(Self.tables[table]) WHERE origin > ?")
            defer { statement.reset() }
            statement.bind(1, origin)
            while try statement.step() {
                let values = (1..<statement.columnCount).map { statement.value($0) }
                found[statement.int(0), default: []].append(Row(table: table, values: values))
            }
        }
        return found
    }

    private func rows(_ table: Int) throws -> [Row] {
        let name = Self.tables[table]
        // Without a row number there is nothing to tell fresh rows by; few enough to count.
        let hasRowID = name != "identifier_tag"
        let statement = try source.prepare(
            hasRowID
                ? "SELECT rowid, * FROM \(name) WHERE rowid > ? ORDER BY rowid"
                : "SELECT 0, * FROM \(name) LIMIT -1 OFFSET ?")
        defer { statement.reset() }
        statement.bind(1, marks[table])
        var found: [Row] = []
        while try statement.step() {
            marks[table] = hasRowID ? statement.int(0) : marks[table] + 1
            found.append(
                Row(
                    table: table,
                    values: (1..<statement.columnCount).map { statement.value($0) }))
        }
        return found
    }
}
