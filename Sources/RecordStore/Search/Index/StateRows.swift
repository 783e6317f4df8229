import Kernel
import SQLite

/// The state of the search index on the disk, and its being emptied.
enum StateRows {
    /// How the index stands.
    struct State {
        let version: Int64
        /// Nil where the index is whole.
        let mark: Int64?
        let last: Int64
    }

    static func state(_ connection: Connection) throws -> State? {
        let statement = try connection.statement(
            "SELECT rules_version, mark, last FROM search_state WHERE id = 1")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return State(
            version: statement.int(0), mark: statement.intOrNil(1), last: statement.int(2))
    }

    static func put(version: Int64, mark: Int64?, last: Int64, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO search_state (id, rules_version, mark, last) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
               SET rules_version = excluded.rules_version, mark = excluded.mark,
                   last = excluded.last
            """,
            .int(version), mark.map { .int($0) } ?? .null, .int(last))
    }

    static func setMark(_ mark: Int64?, _ connection: Connection) throws {
        try connection.run(
            "UPDATE search_state SET mark = ? WHERE id = 1", mark.map { .int($0) } ?? .null)
    }

    static func lastSeq(_ connection: Connection) throws -> Int64 {
        try connection.int("SELECT max(seq) FROM resource_version") ?? 0
    }

    /// Takes every row out that rules make; numbers stay.
    static func empty(_ connection: Connection) throws {
        try connection.execute(
            """
            DELETE FROM search_resource; DELETE FROM search_tag; DELETE FROM search_link;
            DELETE FROM search_range; DELETE FROM search_quantity; DELETE FROM search_text;
            """)
    }

    /// The next current versions in the order of changes.
    static func next(
        after seq: Int64, upTo last: Int64, limit: Int, _ connection: Connection
    ) throws -> [ResourceRow] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version NOT INDEXED
             WHERE seq > ? AND seq <= ? AND is_current = 1 AND is_deleted = 0
             ORDER BY seq
             LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, seq)
        statement.bind(2, last)
        statement.bind(3, limit)
        var rows: [ResourceRow] = []
        while try statement.step() { rows.append(ResourceRow(statement)) }
        return rows
    }
}
