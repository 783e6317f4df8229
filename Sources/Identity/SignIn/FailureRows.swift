import AccessControl
import RecordStore
import SQLite

/// Whose wasted tries are counted.
struct FailureKey: Hashable, Sendable {
    /// What kind of key it is.
    enum Kind: String, Sendable {
        case account, device, address
    }

    let kind: Kind
    /// Keyed hash of the name, the device or the address.
    let tag: Int64
    var limits = FailureLimits.account
}

/// The table of failed sign-ins; it outlives a restart, so that a restart frees nobody.
enum FailureRows {
    /// The key of an account by its folded name, whether or not somebody has the name.
    static func account(_ grant: Grant, folded: String, _ rows: RowWriter) -> FailureKey {
        FailureKey(kind: .account, tag: rows.tag("sign-in-account", folded))
    }

    /// How long an account by its folded name still has to wait, in milliseconds; nil where it is
    /// not locked.
    static func waitMs(_ grant: Grant, folded: String, nowMs: Int64, _ rows: RowReader) throws
        -> Int64?
    {
        let key = FailureKey(kind: .account, tag: rows.tag("sign-in-account", folded))
        return try count(key, nowMs: nowMs, rows.connection).waitMs(nowMs: nowMs, key.limits)
    }

    /// The key of a device or session that belongs to a user.
    static func device(_ grant: Grant, _ id: String, userID: String, _ rows: RowWriter)
        -> FailureKey
    {
        FailureKey(kind: .device, tag: rows.tag("sign-in-device", "\(id)/\(userID)"))
    }

    /// The key of an address, or of the network it is in.
    static func address(_ grant: Grant, _ network: String, _ rows: RowWriter) -> FailureKey {
        FailureKey(
            kind: .address, tag: rows.tag("sign-in-address", network), limits: .address)
    }

    /// The key of the second factor of an account.
    static func factor(_ grant: Grant, userID: String, _ rows: RowWriter) -> FailureKey {
        FailureKey(kind: .account, tag: rows.tag("second-factor", userID), limits: .factor)
    }

    /// The key of codes for another password: who forgot it is often locked out of signing in.
    static func code(_ grant: Grant, folded: String, _ rows: RowWriter) -> FailureKey {
        FailureKey(kind: .account, tag: rows.tag("password-code", folded))
    }

    /// The key of the PIN of one session.
    static func pin(_ grant: Grant, sessionID: String, _ rows: RowWriter) -> FailureKey {
        FailureKey(kind: .device, tag: rows.tag("session-pin", sessionID), limits: .pin)
    }

    /// The count of a key as of now.
    static func count(_ grant: Grant, _ key: FailureKey, _ rows: RowWriter) throws -> FailureCount {
        try count(key, nowMs: rows.nowMs, rows.connection)
    }

    private static func count(
        _ key: FailureKey, nowMs: Int64, _ connection: Connection
    ) throws -> FailureCount {
        let statement = try connection.statement(
            """
            SELECT count, since_ms, locked_until_ms, day_count, day_since_ms
              FROM sign_in_failure WHERE kind = ? AND tag = ?
            """)
        defer { statement.reset() }
        statement.bind(1, key.kind.rawValue)
        statement.bind(2, key.tag)
        var count = FailureCount(sinceMs: nowMs, daySinceMs: nowMs)
        if try statement.step() {
            count = FailureCount(
                count: Int(statement.int(0)), sinceMs: statement.int(1),
                lockedUntilMs: statement.int(2), dayCount: Int(statement.int(3)),
                daySinceMs: statement.int(4))
        }
        count.roll(nowMs: nowMs, key.limits)
        return count
    }

    /// Writes the count of a key.
    static func put(
        _ grant: Grant, _ key: FailureKey, _ count: FailureCount, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            """
            INSERT INTO sign_in_failure
                (kind, tag, count, since_ms, locked_until_ms, day_count, day_since_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (kind, tag) DO UPDATE
               SET count = excluded.count, since_ms = excluded.since_ms,
                   locked_until_ms = excluded.locked_until_ms, day_count = excluded.day_count,
                   day_since_ms = excluded.day_since_ms
            """,
            .text(key.kind.rawValue), .int(key.tag), .int(Int64(count.count)), .int(count.sinceMs),
            .int(count.lockedUntilMs), .int(Int64(count.dayCount)), .int(count.daySinceMs))
    }

    /// Forgets a key.
    static func clear(_ grant: Grant, _ key: FailureKey, _ rows: RowWriter) throws {
        try rows.connection.run(
            "DELETE FROM sign_in_failure WHERE kind = ? AND tag = ?", .text(key.kind.rawValue),
            .int(key.tag))
    }

    /// Forgets keys whose day is over.
    static func forgetOld(_ grant: Grant, _ rows: RowWriter) throws {
        try rows.connection.run(
            "DELETE FROM sign_in_failure WHERE day_since_ms < ?",
            .int(rows.nowMs - FailureLimits.dayMs))
    }
}
