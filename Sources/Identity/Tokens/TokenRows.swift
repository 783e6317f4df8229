import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of bearer tokens.
///
/// What a token may do stands in the sealed value, which is bound to its digest: a row that was
/// made or moved by hand does not open.
enum TokenRows {
    /// A token with the digest by which it is found.
    struct Kept: Sendable {
        let digest: [UInt8]
        let userID: String
        let id: String
        let scopes: String
        /// UTC milliseconds.
        let createdMs: Int64
        /// UTC milliseconds.
        let expiresMs: Int64
    }

    /// Every token in the table; a row that does not open is left out.
    static func all(_ grant: Grant, _ rows: RowReader) throws -> [Kept] {
        let statement = try rows.connection.statement(
            "SELECT id, token_digest, sealed_token FROM token ORDER BY id")
        defer { statement.reset() }
        var kept: [Kept] = []
        while try statement.step() {
            let id = statement.text(0)
            let digest = statement.bytes(1)
            // A row that was changed outside the program is no token.
            guard let bytes = try? rows.open(statement.bytes(2), at: place(id, digest)),
                let token = token(id: id, digest: digest, bytes)
            else { continue }
            kept.append(token)
        }
        return kept
    }

    /// Adds a token and clears away those that have expired.
    static func insert(_ grant: Grant, _ token: Kept, _ rows: RowWriter) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("userID", token.userID)
        writer.member("scopes", token.scopes)
        writer.member("createdMs", Int(token.createdMs))
        writer.member("expiresMs", Int(token.expiresMs))
        writer.endObject()
        try rows.connection.run("DELETE FROM token WHERE expires_ms < ?", .int(rows.nowMs))
        try rows.connection.run(
            """
            INSERT INTO token (id, user_id, token_digest, expires_ms, sealed_token)
            VALUES (?, ?, ?, ?, ?)
            """,
            .text(token.id), .text(token.userID), .bytes(token.digest), .int(token.expiresMs),
            .bytes(try rows.seal(writer.bytes, at: place(token.id, token.digest))))
    }

    /// Takes a token out.
    static func delete(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM token WHERE id = ?", .text(id))
    }

    private static func place(_ id: String, _ digest: [UInt8]) -> Place {
        Place("token", "sealed_token", row: "\(id)/\(Hex.text(digest))")
    }

    private static func token(id: String, digest: [UInt8], _ bytes: [UInt8]) -> Kept? {
        // A row that does not parse is no token, as one that does not open.
        guard let json = try? JSON.parse(bytes), let userID = json.string("userID"),
            let scopes = json.string("scopes"), let createdMs = json["createdMs"]?.int,
            let expiresMs = json["expiresMs"]?.int
        else { return nil }
        return Kept(
            digest: digest, userID: userID, id: id, scopes: scopes, createdMs: Int64(createdMs),
            expiresMs: Int64(expiresMs))
    }
}
