import AccessControl
import Kernel
import SQLite

/// The queries over `audit_entry`.
enum AuditRows {
    /// A page, newest first.
    ///
    /// The conditions are closed by `? IS NULL`, so one statement serves all.
    static func page(
        _ grant: Grant, _ query: AuditQuery, _ tags: TagMaker, _ connection: Connection
    ) throws -> [AuditRow] {
        let statement =
            if query.patientID != nil {
                try connection.statement(
                    """
                    SELECT seq, at_ms, action, actor_tag, patient_tag, key_version, object_seq,
                           object_digest, sealed_entry
                      FROM audit_entry INDEXED BY audit_entry_by_patient
                     WHERE seq < ?1 AND (?2 IS NULL OR actor_tag = ?2) AND patient_tag = ?3
                       AND (?4 IS NULL OR action = ?4) AND at_ms >= ?5 AND at_ms < ?6
                     ORDER BY seq DESC LIMIT ?7
                    """)
            } else if query.userID != nil {
                try connection.statement(
                    """
                    SELECT seq, at_ms, action, actor_tag, patient_tag, key_version, object_seq,
                           object_digest, sealed_entry
                      FROM audit_entry INDEXED BY audit_entry_by_actor
                     WHERE seq < ?1 AND actor_tag = ?2 AND (?3 IS NULL OR patient_tag = ?3)
                       AND (?4 IS NULL OR action = ?4) AND at_ms >= ?5 AND at_ms < ?6
                     ORDER BY seq DESC LIMIT ?7
                    """)
            } else {
                try connection.statement(
                    """
                    SELECT seq, at_ms, action, actor_tag, patient_tag, key_version, object_seq,
                           object_digest, sealed_entry
                      FROM audit_entry
                     WHERE seq < ?1 AND (?2 IS NULL OR actor_tag = ?2)
                       AND (?3 IS NULL OR patient_tag = ?3)
                       AND (?4 IS NULL OR action = ?4) AND at_ms >= ?5 AND at_ms < ?6
                     ORDER BY seq DESC LIMIT ?7
                    """)
            }
        defer { statement.reset() }
        statement.bind(1, query.beforeSeq ?? .max)
        statement.bind(2, query.userID.map { tags.tag("actor", $0) })
        statement.bind(3, query.patientID.map { tags.tag("patient", $0) })
        statement.bind(4, query.verb?.rawValue)
        statement.bind(5, query.fromMs ?? .min)
        statement.bind(6, query.toMs ?? .max)
        statement.bind(7, query.limit)
        var rows: [AuditRow] = []
        while try statement.step() { rows.append(AuditRow(statement)) }
        return rows
    }

    /// Entries after one, oldest first.
    static func following(
        _ grant: Grant, _ afterSeq: Int64, limit: Int, _ connection: Connection
    ) throws -> [AuditRow] {
        let statement = try connection.statement(
            """
            SELECT seq, at_ms, action, actor_tag, patient_tag, key_version, object_seq,
                   object_digest, sealed_entry
              FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, afterSeq)
        statement.bind(2, limit)
        var rows: [AuditRow] = []
        while try statement.step() { rows.append(AuditRow(statement)) }
        return rows
    }

    /// When somebody did something last, UTC milliseconds.
    static func lastAct(_ grant: Grant, tag: Int64, _ connection: Connection) throws -> Int64? {
        let statement = try connection.statement(
            "SELECT at_ms FROM audit_entry WHERE actor_tag = ? ORDER BY seq DESC LIMIT 1")
        defer { statement.reset() }
        statement.bind(1, tag)
        return try statement.step() ? statement.int(0) : nil
    }

    /// Where the chain ends.
    static func head(_ connection: Connection) throws -> AuditChain.Head? {
        let statement = try connection.statement("SELECT seq, mac FROM audit_head WHERE id = 1")
        defer { statement.reset() }
        return try statement.step()
            ? AuditChain.Head(seq: statement.int(0), mac: statement.bytes(1)) : nil
    }
}
