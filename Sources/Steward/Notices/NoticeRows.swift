import AccessControl
import RecordStore
import SQLite
import Sealing

/// Something that administrators should know.
struct Notice: Sendable {
    let id: Int64
    /// UTC milliseconds.
    let atMs: Int64
    let kind: String
    let text: String
    let isSeen: Bool
}

/// The table `notice`.
enum NoticeRows {
    /// The most notices that a page lists.
    static let countMax = 200
    private static let place = Place("notice", "sealed_text", row: "")

    /// Adds a notice.
    static func put(_ grant: Grant, kind: String, text: String, _ rows: RowWriter) throws {
        try rows.connection.run(
            "INSERT INTO notice (at_ms, kind, sealed_text) VALUES (?, ?, ?)", .int(rows.nowMs),
            .text(kind), .bytes(try rows.seal(Array(text.utf8), at: place)))
    }

    /// The newest notices, unseen ones first.
    static func list(_ grant: Grant, _ rows: RowReader) throws -> [Notice] {
        let statement = try rows.connection.statement(
            """
            SELECT id, at_ms, kind, sealed_text, is_seen FROM notice
             ORDER BY is_seen, id DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, countMax)
        var notices: [Notice] = []
        while try statement.step() {
            let text = try rows.open(statement.bytes(3), at: place)
            notices.append(
                Notice(
                    id: statement.int(0), atMs: statement.int(1), kind: statement.text(2),
                    text: String(decoding: text, as: UTF8.self), isSeen: statement.int(4) == 1))
        }
        return notices
    }

    /// Whether a notice of a kind waits to be seen.
    static func hasUnseen(_ grant: Grant, kind: String, in rows: RowWriter) throws -> Bool {
        let statement = try rows.connection.statement(
            "SELECT 1 FROM notice WHERE kind = ? AND is_seen = 0 LIMIT 1")
        defer { statement.reset() }
        statement.bind(1, kind)
        return try statement.step()
    }

    /// Marks every notice of a kind as seen, because its cause is gone.
    static func settle(_ grant: Grant, kind: String, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE notice SET is_seen = 1 WHERE kind = ? AND is_seen = 0", .text(kind))
    }

    /// Marks a notice as seen.
    ///
    /// - Returns: false if there is no such notice.
    static func see(_ grant: Grant, id: Int64, _ rows: RowWriter) throws -> Bool {
        try rows.connection.run("UPDATE notice SET is_seen = 1 WHERE id = ?", .int(id))
        return rows.connection.changes > 0
    }
}
