import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of codes that were handed out.
///
/// Who made a code and until when it holds stands in the sealed value, which is bound to the code's
/// digest: a row that was made or moved by hand opens nothing.
enum CodeRows {
    /// What is known of a code beside its digest.
    struct Facts: Sendable {
        /// The id of the user who made it; nil for the box's own command.
        let madeByID: String?
        /// UTC milliseconds; nil for a code that holds until it is used.
        let expiresMs: Int64?
    }

    /// Keeps a code.
    static func insert(
        _ grant: Grant, _ code: SpokenCode, _ kind: CodeKind, userID: String, _ facts: Facts,
        _ rows: RowWriter
    ) throws {
        try put(
            grant, digest: code.digest(userID: userID, kind: kind), kind.rawValue, userID: userID,
            facts, rows)
    }

    /// The facts of a code that still holds; nil for one that is unknown, used or too old.
    static func find(
        _ grant: Grant, _ code: SpokenCode, _ kind: CodeKind, userID: String, _ rows: RowWriter
    ) throws -> Facts? {
        let digest = code.digest(userID: userID, kind: kind)
        return try facts(digest: digest, userID: userID, rows)
    }

    /// Uses a code up.
    ///
    /// - Returns: false if it does not hold.
    static func take(
        _ grant: Grant, _ code: SpokenCode, _ kind: CodeKind, userID: String, _ rows: RowWriter
    ) throws -> Bool {
        guard try find(grant, code, kind, userID: userID, rows) != nil else { return false }
        try rows.connection.run(
            "DELETE FROM spoken_code WHERE user_id = ? AND code_digest = ?", .text(userID),
            .bytes(code.digest(userID: userID, kind: kind)))
        return rows.connection.changes == 1
    }

    /// Takes all codes of a kind from a user.
    static func deleteAll(
        _ grant: Grant, _ kind: CodeKind, userID: String, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            "DELETE FROM spoken_code WHERE user_id = ? AND kind = ?", .text(userID),
            .text(kind.rawValue))
    }

    /// How many codes of a kind a user has.
    static func count(
        _ grant: Grant, _ kind: CodeKind, userID: String, _ rows: RowReader
    ) throws -> Int {
        let statement = try rows.connection.statement(
            "SELECT count(*) FROM spoken_code WHERE user_id = ? AND kind = ?")
        defer { statement.reset() }
        statement.bind(1, userID)
        statement.bind(2, kind.rawValue)
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    /// Notes that somebody wishes a reset that takes two persons.
    static func putWish(
        _ grant: Grant, _ kind: CodeKind, userID: String, _ facts: Facts, _ rows: RowWriter
    ) throws {
        try deleteWish(grant, kind, userID: userID, rows)
        try put(
            grant, digest: wishDigest(kind, userID), "reset-wish", userID: userID, facts, rows)
    }

    /// The open wish of a reset that takes two persons.
    static func wish(
        _ grant: Grant, _ kind: CodeKind, userID: String, _ rows: RowWriter
    ) throws -> Facts? {
        try facts(digest: wishDigest(kind, userID), userID: userID, rows)
    }

    /// Forgets the wish.
    static func deleteWish(
        _ grant: Grant, _ kind: CodeKind, userID: String, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            "DELETE FROM spoken_code WHERE user_id = ? AND code_digest = ?", .text(userID),
            .bytes(wishDigest(kind, userID)))
    }

    private static func wishDigest(_ kind: CodeKind, _ userID: String) -> [UInt8] {
        SHA256.digest(Array("wish/\(kind.rawValue)/\(userID)".utf8))
    }

    private static func put(
        _ grant: Grant, digest: [UInt8], _ kind: String, userID: String, _ facts: Facts,
        _ rows: RowWriter
    ) throws {
        var writer = JSONWriter()
        writer.beginObject()
        if let madeBy = facts.madeByID { writer.member("madeBy", madeBy) }
        if let expiresMs = facts.expiresMs { writer.member("expiresMs", Int(expiresMs)) }
        writer.endObject()
        try rows.connection.run(
            "INSERT INTO spoken_code (user_id, code_digest, kind, sealed_code) VALUES (?, ?, ?, ?)",
            .text(userID), .bytes(digest), .text(kind),
            .bytes(try rows.seal(writer.bytes, at: place(userID, digest))))
    }

    private static func facts(
        digest: [UInt8], userID: String, _ rows: RowWriter
    ) throws -> Facts? {
        let statement = try rows.connection.statement(
            "SELECT sealed_code FROM spoken_code WHERE user_id = ? AND code_digest = ?")
        defer { statement.reset() }
        statement.bind(1, userID)
        statement.bind(2, digest)
        guard try statement.step() else { return nil }
        // A row that was made by hand does not open and is no code.
        guard let bytes = try? rows.open(statement.bytes(0), at: place(userID, digest)),
            let json = try? JSON.parse(bytes)  // as above
        else { return nil }
        let expiresMs = json["expiresMs"]?.int.map(Int64.init)
        if let expiresMs, expiresMs <= rows.nowMs { return nil }
        return Facts(madeByID: json.string("madeBy"), expiresMs: expiresMs)
    }

    private static func place(_ userID: String, _ digest: [UInt8]) -> Place {
        Place("spoken_code", "sealed_code", row: "\(userID)/\(Hex.text(digest))")
    }
}

/// The table of PINs.
enum PINRows {
    /// The argon2id text of a user's PIN.
    static func hash(_ grant: Grant, userID: String, _ rows: RowWriter) throws -> String? {
        let statement = try rows.connection.statement(
            "SELECT sealed_pin FROM pin WHERE user_id = ?")
        defer { statement.reset() }
        statement.bind(1, userID)
        guard try statement.step() else { return nil }
        let bytes = try rows.open(statement.bytes(0), at: place(userID))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sets or, with nil, takes away a user's PIN.
    static func set(
        _ grant: Grant, _ hash: String?, userID: String, _ rows: RowWriter
    ) throws {
        try rows.connection.run("DELETE FROM pin WHERE user_id = ?", .text(userID))
        guard let hash else { return }
        try rows.connection.run(
            "INSERT INTO pin (user_id, sealed_pin) VALUES (?, ?)", .text(userID),
            .bytes(try rows.seal(Array(hash.utf8), at: place(userID))))
    }

    private static func place(_ userID: String) -> Place {
        Place("pin", "sealed_pin", row: userID)
    }
}
