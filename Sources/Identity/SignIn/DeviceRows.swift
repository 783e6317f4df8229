import AccessControl
import RecordStore
import SQLite

/// The table of machines that a person has signed in from.
///
/// Such a machine has a count of wasted tries of its own, so that nobody elsewhere can lock the
/// person out.
enum DeviceRows {
    /// The most machines that are remembered for a user.
    static let countMax = 10

    /// Whether a user has signed in from the machine with a cookie's digest.
    static func isKnown(
        _ grant: Grant, digest: [UInt8], userID: String, _ rows: RowWriter
    ) throws -> Bool {
        let statement = try rows.connection.statement(
            "SELECT 1 FROM known_device WHERE token_digest = ? AND user_id = ?")
        defer { statement.reset() }
        statement.bind(1, digest)
        statement.bind(2, userID)
        return try statement.step()
    }

    /// Remembers a machine, and forgets the user's oldest ones beyond the limit.
    static func put(_ grant: Grant, digest: [UInt8], userID: String, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            INSERT INTO known_device (token_digest, user_id, seen_ms) VALUES (?, ?, ?)
            ON CONFLICT (token_digest, user_id) DO UPDATE SET seen_ms = excluded.seen_ms
            """,
            .bytes(digest), .text(userID), .int(rows.nowMs))
        try rows.connection.run(
            """
            DELETE FROM known_device
             WHERE user_id = ?1 AND token_digest NOT IN (
                   SELECT token_digest FROM known_device WHERE user_id = ?1
                    ORDER BY seen_ms DESC, token_digest LIMIT ?2)
            """,
            .text(userID), .int(Int64(countMax)))
    }

    /// Forgets the machines of a user.
    static func forgetAll(_ grant: Grant, userID: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM known_device WHERE user_id = ?", .text(userID))
    }
}
