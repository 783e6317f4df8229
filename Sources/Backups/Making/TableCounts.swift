import SQLite

/// Rows of each table of a database.
enum TableCounts {
    /// Counts all tables but SQLite's own.
    ///
    /// The names come from the schema of the database itself and are quoted.
    static func of(_ connection: Connection) throws -> [String: Int] {
        let tables = try connection.statement(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        var names: [String] = []
        while try tables.step() { names.append(tables.text(0)) }
        tables.reset()
        var counts: [String: Int] = [:]
        for name in names where !name.hasPrefix("sqlite_") {
            let quoted = name.split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\"")
            let statement = try connection.prepare("SELECT count(*) FROM \"\(quoted)\"")
            if try statement.step() { counts[name] = Int(statement.int(0)) }
            statement.reset()
        }
        return counts
    }
}
