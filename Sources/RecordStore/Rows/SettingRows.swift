package import AccessControl
import Kernel
import SQLite
import Sealing

/// Settings that are kept in the database, each sealed.
package enum SettingRows {
    /// The value of a setting, or nil if it was never set.
    package static func value(_ grant: Grant, _ name: String, _ rows: RowReader) throws -> [UInt8]?
    {
        try sealed(name, rows.connection).map { try rows.open($0, at: place(name)) }
    }

    /// The value of a setting, as the transaction sees it.
    package static func value(
        _ grant: Grant, _ name: String, in rows: RowWriter
    ) throws -> [UInt8]? {
        try sealed(name, rows.connection).map { try rows.open($0, at: place(name)) }
    }

    private static func sealed(_ name: String, _ connection: Connection) throws -> [UInt8]? {
        let statement = try connection.statement("SELECT sealed_value FROM setting WHERE name = ?")
        defer { statement.reset() }
        statement.bind(1, name)
        return try statement.step() ? statement.bytes(0) : nil
    }

    /// Forgets a setting.
    package static func remove(_ grant: Grant, _ name: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM setting WHERE name = ?", .text(name))
    }

    /// Sets a setting.
    package static func put(
        _ grant: Grant, _ name: String, _ value: [UInt8], _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            """
            INSERT INTO setting (name, sealed_value, changed_ms) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE
               SET sealed_value = excluded.sealed_value, changed_ms = excluded.changed_ms
            """,
            .text(name), .bytes(try rows.seal(value, at: place(name))), .int(rows.nowMs))
    }

    private static func place(_ name: String) -> Place {
        Place("setting", "sealed_value", row: name)
    }
}
