import AccessControl
import FHIRModel
import RecordStore
import SQLite
import Sealing

/// One version of something that administrators set.
struct FactVersion: Sendable {
    /// From 1.
    let version: Int
    /// UTC milliseconds.
    let atMs: Int64
    /// The sign-in name of who wrote it.
    let author: String
    /// The value as JSON; nil where it was set back to what the box comes with.
    let value: JSON?
}

/// The table of what administrators set; a version is never changed or removed.
enum FactRows {
    /// The most versions of one subject that a page lists.
    static let countMax = 50

    /// The newest version of a subject, or nil if nobody set it.
    static func newest(_ grant: Grant, _ subject: String, _ rows: RowReader) throws -> FactVersion?
    {
        try read(subject, limit: 1, rows.connection) { try rows.open($0, at: $1) }.first
    }

    /// The newest version of a subject, as the transaction sees it.
    static func newest(
        _ grant: Grant, _ subject: String, in rows: RowWriter
    ) throws -> FactVersion? {
        try read(subject, limit: 1, rows.connection) { try rows.open($0, at: $1) }.first
    }

    /// The versions of a subject, newest first.
    static func history(_ grant: Grant, _ subject: String, _ rows: RowReader) throws
        -> [FactVersion]
    {
        try read(subject, limit: countMax, rows.connection) { try rows.open($0, at: $1) }
    }

    /// The versions of a subject, as the transaction sees them.
    static func history(
        _ grant: Grant, _ subject: String, in rows: RowWriter
    ) throws -> [FactVersion] {
        try read(subject, limit: countMax, rows.connection) { try rows.open($0, at: $1) }
    }

    /// Writes the next version of a subject.
    ///
    /// - Parameter value: finished JSON; nil to set it back to what the box comes with.
    @discardableResult
    static func append(
        _ grant: Grant, _ subject: String, _ value: [UInt8]?, author: String, _ rows: RowWriter
    ) throws -> Int {
        let version = (try newest(grant, subject, in: rows)?.version ?? 0) + 1
        var writer = JSONWriter()
        writer.object { one in
            one.member("author", author)
            if let value { one.member("value", raw: value) }
        }
        let sealed = try rows.seal(writer.bytes, at: place(subject, version))
        try rows.connection.run(
            "INSERT INTO fact_version (subject, version, at_ms, sealed_value) VALUES (?, ?, ?, ?)",
            .text(subject), .int(Int64(version)), .int(rows.nowMs), .bytes(sealed))
        return version
    }

    private static func read(
        _ subject: String, limit: Int, _ connection: Connection,
        open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> [FactVersion] {
        let statement = try connection.statement(
            """
            SELECT version, at_ms, sealed_value FROM fact_version
             WHERE subject = ? ORDER BY version DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, subject)
        statement.bind(2, limit)
        var versions: [FactVersion] = []
        while try statement.step() {
            let version = Int(statement.int(0))
            let json = try JSON.parse(try open(statement.bytes(2), place(subject, version)))
            versions.append(
                FactVersion(
                    version: version, atMs: statement.int(1), author: json.string("author") ?? "",
                    value: json["value"]))
        }
        return versions
    }

    private static func place(_ subject: String, _ version: Int) -> Place {
        Place("fact_version", "sealed_value", row: "\(subject)/\(version)")
    }
}
