import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of sessions.
///
/// Who a session belongs to and since when stands in the sealed value, which is bound to the
/// token's digest: a row that was made or moved by hand does not open.
enum SessionRows {
    /// A session with the time of its last request.
    struct Kept: Sendable {
        let session: Session
        /// UTC milliseconds.
        let seenMs: Int64
    }

    /// Every session in the table; a row that does not open is left out.
    static func all(_ grant: Grant, _ rows: RowReader) throws -> [Kept] {
        let statement = try rows.connection.statement(
            "SELECT id, token_digest, seen_ms, sealed_session FROM session")
        defer { statement.reset() }
        var kept: [Kept] = []
        while try statement.step() {
            let id = statement.text(0)
            let digest = statement.bytes(1)
            // A row that was changed outside the program is no session.
            guard let bytes = try? rows.open(statement.bytes(3), at: place(id, digest)),
                let session = session(id: id, digest: digest, bytes)
            else { continue }
            kept.append(Kept(session: session, seenMs: statement.int(2)))
        }
        return kept
    }

    /// Adds a session, ends the oldest ones of the user beyond `countMax`, and tells which.
    static func insert(
        _ grant: Grant, _ session: Session, countMax: Int, _ rows: RowWriter
    ) throws -> [String] {
        try rows.connection.run(
            """
            INSERT INTO session (id, user_id, token_digest, created_ms, seen_ms, sealed_session)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            .text(session.id), .text(session.userID), .bytes(session.digest),
            .int(session.createdMs), .int(session.createdMs), .bytes(try sealed(session, rows)))
        let statement = try rows.connection.statement(
            """
            SELECT id FROM session WHERE user_id = ?
             ORDER BY created_ms DESC, id DESC LIMIT -1 OFFSET ?
            """)
        statement.bind(1, session.userID)
        statement.bind(2, countMax)
        let surplus = try ids(statement)
        for id in surplus { try delete(grant, id: id, rows) }
        return surplus
    }

    /// The sessions that were begun before a given time, UTC milliseconds, alive or not.
    static func ids(_ grant: Grant, createdBefore: Int64, _ rows: RowWriter) throws -> [String] {
        let statement = try rows.connection.statement(
            "SELECT id FROM session WHERE created_ms < ?")
        statement.bind(1, createdBefore)
        return try ids(statement)
    }

    /// The sessions of a user that were begun before a given time, UTC milliseconds, alive or not.
    static func ids(
        _ grant: Grant, userID: String, createdBefore: Int64, _ rows: RowWriter
    ) throws -> [String] {
        let statement = try rows.connection.statement(
            "SELECT id FROM session WHERE user_id = ? AND created_ms < ?")
        statement.bind(1, userID)
        statement.bind(2, createdBefore)
        return try ids(statement)
    }

    /// Writes a session anew: another token, locked or not.
    static func update(_ grant: Grant, _ session: Session, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE session SET token_digest = ?, sealed_session = ? WHERE id = ?",
            .bytes(session.digest), .bytes(try sealed(session, rows)), .text(session.id))
    }

    /// Notes when a session was last used.
    static func touch(_ grant: Grant, id: String, seenMs: Int64, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE session SET seen_ms = ? WHERE id = ?", .int(seenMs), .text(id))
    }

    /// Takes a session out.
    static func delete(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM session WHERE id = ?", .text(id))
    }

    /// Takes out all sessions of a user but one, and tells which.
    static func deleteAll(
        _ grant: Grant, userID: String, except kept: String?, _ rows: RowWriter
    ) throws -> [String] {
        let statement = try rows.connection.statement(
            "SELECT id FROM session WHERE user_id = ? AND id <> ?")
        statement.bind(1, userID)
        statement.bind(2, kept ?? "")
        let ended = try ids(statement)
        for id in ended { try delete(grant, id: id, rows) }
        return ended
    }

    /// Takes out sessions that were begun before a given time, UTC milliseconds.
    static func deleteOld(_ grant: Grant, createdBefore: Int64, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM session WHERE created_ms < ?", .int(createdBefore))
    }

    private static func ids(_ statement: Statement) throws -> [String] {
        defer { statement.reset() }
        var ids: [String] = []
        while try statement.step() { ids.append(statement.text(0)) }
        return ids
    }

    private static func place(_ id: String, _ digest: [UInt8]) -> Place {
        Place("session", "sealed_session", row: "\(id)/\(Hex.text(digest))")
    }

    private static func sealed(_ session: Session, _ rows: RowWriter) throws -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("userID", session.userID)
        writer.member("csrf", session.csrfToken)
        writer.member("createdMs", Int(session.createdMs))
        writer.member("address", session.address)
        writer.member("agent", session.agent)
        if session.isLocked { writer.member("isLocked", true) }
        writer.endObject()
        return try rows.seal(writer.bytes, at: place(session.id, session.digest))
    }

    private static func session(id: String, digest: [UInt8], _ bytes: [UInt8]) -> Session? {
        // A row that does not parse is no session, as one that does not open.
        guard let json = try? JSON.parse(bytes), let userID = json.string("userID"),
            let csrf = json.string("csrf"), let createdMs = json["createdMs"]?.int
        else { return nil }
        return Session(
            id: id, userID: userID, digest: digest, csrfToken: csrf, createdMs: Int64(createdMs),
            address: json.string("address") ?? "", agent: json.string("agent") ?? "",
            isLocked: json["isLocked"]?.bool ?? false)
    }
}
