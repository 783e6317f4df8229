import AccessControl
import Kernel
import SQLite
import Sealing

/// The rows that a change writes.
enum ChangeRows {
    /// The newest version of a resource, 0 if there is none.
    static func newestVersion(
        _ grant: Grant, _ type: String, _ id: String, _ scope: WriteScope
    ) throws -> Int64 {
        let statement = try scope.connection.statement(
            """
            SELECT version FROM resource_version
             WHERE type = ? AND id = ? ORDER BY version DESC LIMIT 1
            """)
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, id)
        return try statement.step() ? statement.int(0) : 0
    }

    /// Makes the draft the current version.
    ///
    /// - Returns: its place in the order of changes.
    static func insert(_ draft: Draft, nowMs: Int64, _ scope: WriteScope) throws -> Int64 {
        let change = draft.change
        if draft.version > 1 {
            let retire = try scope.connection.statement(
                "UPDATE resource_version SET is_current = 0 WHERE type = ? AND id = ? AND version = ?"
            )
            retire.bind(1, change.type)
            retire.bind(2, change.id)
            retire.bind(3, draft.version - 1)
            try retire.run()
        }
        let insert = try scope.connection.statement(
            """
            INSERT INTO resource_version (type, id, version, is_current, is_deleted, patient_id,
                                          compartment, data_key_id, changed_ms, sort_ms, sealed_body,
                                          seq)
            VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insert.bind(1, change.type)
        insert.bind(2, change.id)
        insert.bind(3, draft.version)
        insert.bind(4, change.act == .delete ? 1 : 0)
        insert.bind(5, draft.patientID)
        insert.bind(6, draft.compartment.rawValue)
        insert.bind(7, Int64(draft.key.id))
        insert.bind(8, nowMs)
        insert.bind(9, draft.sortMs)
        insert.bind(10, draft.sealedBody)
        insert.bind(11, try freePlace(scope.connection))
        try insert.run()
        return scope.connection.lastInsertRowID
    }

    /// The place of the next version, where SQLite would give one anew that a purge has freed; nil
    /// where SQLite may choose.
    private static func freePlace(_ connection: Connection) throws -> Int64? {
        guard let purged = try PurgeRows.lastPlace(connection) else { return nil }
        let last = try connection.int("SELECT max(seq) FROM resource_version") ?? 0
        return last < purged ? purged + 1 : nil
    }

    /// Replaces the tags by which the resource is found.
    static func replaceTags(_ draft: Draft, _ scope: WriteScope) throws {
        let change = draft.change
        if draft.version > 1 {
            try scope.connection.run(
                "DELETE FROM identifier_tag WHERE type = ? AND id = ?", .text(change.type),
                .text(change.id))
        }
        for tag in Set(draft.identifierTags) {
            try scope.connection.run(
                "INSERT INTO identifier_tag (tag, type, id) VALUES (?, ?, ?)", .int(tag),
                .text(change.type), .text(change.id))
        }
    }
}

extension ResourceRows {
    /// The newest version whoever asks; for changes, which check the grant themselves.
    static func newestOfAny(type: String, id: String, _ connection: Connection) throws
        -> ResourceRow?
    {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version
             WHERE type = ? AND id = ?
             ORDER BY version DESC
             LIMIT 1
            """)
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, id)
        return try statement.step() ? ResourceRow(statement) : nil
    }

    /// One version whoever asks; for answers that are repeated.
    static func versionOfAny(
        type: String, id: String, version: Int64, _ connection: Connection
    ) throws -> ResourceRow? {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version
             WHERE type = ? AND id = ? AND version = ?
            """)
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, id)
        statement.bind(3, version)
        return try statement.step() ? ResourceRow(statement) : nil
    }

    /// The resources of a type that carry an identifier, as far as the grant covers them, at most
    /// two.
    static func identified(
        _ grant: Grant, by tag: Int64, type: String, _ connection: Connection
    ) throws -> [String] {
        let statement = try connection.statement(
            """
            SELECT t.id, v.patient_id, v.compartment
              FROM identifier_tag AS t
              JOIN resource_version AS v ON v.type = t.type AND v.id = t.id
             WHERE t.tag = ? AND t.type = ? AND v.is_current = 1 AND v.is_deleted = 0
            """)
        defer { statement.reset() }
        statement.bind(1, tag)
        statement.bind(2, type)
        var ids: [String] = []
        // Not LIMIT: what the grant does not cover would take the place of what it does.
        while ids.count < 2, try statement.step() {
            guard let compartment = Compartment(rawValue: statement.text(2)),
                grant.covers(compartment, ofPatient: statement.text(1))
            else { continue }
            ids.append(statement.text(0))
        }
        return ids
    }
}

/// The table of answers that are given again when a client asks again.
enum AnsweredRows {
    /// Where a sealed answer belongs.
    static func place(_ key: IdempotencyKey) -> Place {
        Place(
            table: "answered_request", column: "sealed_answer", row: Hex.text(key.keyDigest),
            patient: "", compartment: BoxKey.rows.rawValue, version: 1)
    }

    /// Whether the key has been answered.
    static func exists(_ key: IdempotencyKey, _ connection: Connection) throws -> Bool {
        try connection.int(
            "SELECT 1 FROM answered_request WHERE key_digest = ?", .bytes(key.keyDigest)) != nil
    }

    /// The answer to a key.
    static func find(_ key: IdempotencyKey, _ connection: Connection) throws
        -> (bodyDigest: [UInt8], sealed: [UInt8])?
    {
        let statement = try connection.statement(
            "SELECT body_digest, sealed_answer FROM answered_request WHERE key_digest = ?")
        defer { statement.reset() }
        statement.bind(1, key.keyDigest)
        return try statement.step() ? (statement.bytes(0), statement.bytes(1)) : nil
    }

    /// Remembers an answer.
    static func put(
        _ key: IdempotencyKey, request: [UInt8], sealed: (sealed: [UInt8], keyID: Int64),
        _ scope: WriteScope
    ) throws {
        try scope.connection.run(
            """
            INSERT INTO answered_request (key_digest, body_digest, sealed_answer, at_ms)
            VALUES (?, ?, ?, ?)
            """,
            .bytes(key.keyDigest), .bytes(request), .bytes(sealed.sealed),
            .int(scope.nowMs))
    }

    /// Forgets answers that are older than a time.
    static func forget(before ms: Int64, _ scope: WriteScope) throws {
        try scope.connection.run("DELETE FROM answered_request WHERE at_ms < ?", .int(ms))
    }
}
