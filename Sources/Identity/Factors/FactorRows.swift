import AccessControl
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of second factors.
enum FactorRows {
    /// The factors of a user, oldest first.
    ///
    /// - Throws: ``Problem`` `.security` for a row that was changed outside the program.
    static func of(_ grant: Grant, userID: String, _ rows: RowWriter) throws -> [Factor] {
        try read(rows.connection, userID: userID) { try rows.open($0, at: $1) }
    }

    /// The factors of a user, oldest first.
    static func of(_ grant: Grant, userID: String, reading rows: RowReader) throws -> [Factor] {
        try read(rows.connection, userID: userID) { try rows.open($0, at: $1) }
    }

    /// Adds a factor.
    ///
    /// - Throws: ``Problem`` `.duplicate` for a passkey that is known already.
    static func insert(_ grant: Grant, _ factor: Factor, _ rows: RowWriter) throws {
        var kind = "totp"
        var tag: SQLiteValue = .null
        if case .passkey(let passkey) = factor.kind {
            kind = "passkey"
            tag = .int(self.tag(passkey.credentialID, rows))
        }
        do {
            try rows.connection.run(
                """
                INSERT INTO factor (id, user_id, kind, credential_tag, sealed_factor)
                VALUES (?, ?, ?, ?, ?)
                """,
                .text(factor.id), .text(factor.userID), .text(kind), tag,
                .bytes(try sealed(factor, rows)))
        } catch let error as SQLiteError where error.isConstraint {
            throw Problem(.duplicate, "This passkey is set up already.")
        }
    }

    /// Writes what a use of a factor changed.
    static func update(_ grant: Grant, _ factor: Factor, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE factor SET sealed_factor = ? WHERE id = ?", .bytes(try sealed(factor, rows)),
            .text(factor.id))
    }

    /// Takes a factor of a user out.
    ///
    /// - Returns: false if there was none.
    static func delete(
        _ grant: Grant, id: String, userID: String, _ rows: RowWriter
    ) throws -> Bool {
        try rows.connection.run(
            "DELETE FROM factor WHERE id = ? AND user_id = ?", .text(id), .text(userID))
        return rows.connection.changes > 0
    }

    /// Takes all factors of a user out.
    static func deleteAll(_ grant: Grant, userID: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM factor WHERE user_id = ?", .text(userID))
    }

    /// Whose passkey it is; nil for one that nobody has.
    static func owner(
        _ grant: Grant, credentialID: [UInt8], _ rows: RowWriter
    ) throws -> String? {
        let statement = try rows.connection.statement(
            "SELECT user_id FROM factor WHERE credential_tag = ?")
        defer { statement.reset() }
        statement.bind(1, tag(credentialID, rows))
        return try statement.step() ? statement.text(0) : nil
    }

    private static func read(
        _ connection: Connection, userID: String, open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> [Factor] {
        let statement = try connection.statement(
            "SELECT id, sealed_factor FROM factor WHERE user_id = ?")
        defer { statement.reset() }
        statement.bind(1, userID)
        var factors: [Factor] = []
        while try statement.step() {
            let id = statement.text(0)
            // A row that was changed outside the program opens nothing.
            guard let bytes = try? open(statement.bytes(1), place(id, userID)),
                let factor = Factor(id: id, userID: userID, bytes: bytes)
            else {
                throw Problem(
                    .security,
                    "A second factor was changed outside the program and does not open. Reset the "
                        + "person's second factor.")
            }
            factors.append(factor)
        }
        return factors.sorted { ($0.createdMs, $0.id) < ($1.createdMs, $1.id) }
    }

    private static func tag(_ credentialID: [UInt8], _ rows: RowWriter) -> Int64 {
        rows.tag("passkey", Hex.text(credentialID))
    }

    private static func sealed(_ factor: Factor, _ rows: RowWriter) throws -> [UInt8] {
        try rows.seal(factor.bytes, at: place(factor.id, factor.userID))
    }

    private static func place(_ id: String, _ userID: String) -> Place {
        Place("factor", "sealed_factor", row: "\(userID)/\(id)")
    }
}
