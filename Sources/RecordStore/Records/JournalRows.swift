package import AccessControl
import Kernel
import SQLite

/// A version in the order of changes.
package struct JournalEntry: Sendable {
    /// The place in the order of all changes of the box.
    package let seq: Int64
    package let type: String
    package let id: String
    /// From 1.
    package let version: Int
    /// When the version was written, UTC milliseconds.
    package let changedMs: Int64
    /// The patient whose chart it belongs to, if any.
    package let patientID: String?
    package let isDeleted: Bool
    /// Canonical JSON; of the version before where this one is a deletion.
    package let json: [UInt8]
}

/// A stretch of the order of changes.
package struct JournalPage: Sendable {
    /// Oldest change first.
    package let entries: [JournalEntry]
    /// Up to this place everything was looked at.
    package let examinedTo: Int64
    /// The newest place there was.
    package let head: Int64
}

/// The table of versions in the order of changes.
enum JournalRows {
    /// The newest place, 0 where nothing was ever written.
    static func head(_ connection: Connection) throws -> Int64 {
        try connection.int("SELECT max(seq) FROM resource_version") ?? 0
    }

    /// Versions of a type behind a place, up to another one, that a grant covers.
    static func ofType(
        _ grant: Grant, after seq: Int64, upTo last: Int64, limit: Int, _ connection: Connection
    ) throws -> [ResourceRow] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version NOT INDEXED
             WHERE seq > ? AND seq <= ? AND type = ?
             ORDER BY seq
            """)
        defer { statement.reset() }
        statement.bind(1, seq)
        statement.bind(2, last)
        statement.bind(3, grant.ask.type)
        var rows: [ResourceRow] = []
        // Not LIMIT: versions that the grant does not cover would take the place of those it does.
        while rows.count < limit, try statement.step() {
            let row = ResourceRow(statement)
            if row.isCovered(by: grant) { rows.append(row) }
        }
        return rows
    }
}

extension RecordStore {
    /// How many places of the order one page looks at.
    private static let journalWindowMax: Int64 = 5_000

    /// Versions of the grant's type in the order in which they were committed.
    ///
    /// What the grant does not cover now, itself or in its newest version, is left out. Not put on
    /// record: whoever shows or sends what it finds does that.
    /// - Parameter limit: entries of one page.
    package func journal(
        _ grant: Grant, after seq: Int64, limit: Int
    ) async throws -> JournalPage {
        let keys = keys
        do {
            return try await readers.run { connection in
                let head = try JournalRows.head(connection)
                let last = min(head, seq + Self.journalWindowMax)
                let rows = try JournalRows.ofType(
                    grant, after: seq, upTo: last, limit: limit, connection)
                let isFull = rows.count == limit
                let entries = try rows.compactMap { row in
                    try Self.entry(row, grant, keys, connection)
                }
                return JournalPage(
                    entries: entries, examinedTo: isFull ? rows.last?.seq ?? last : max(seq, last),
                    head: head)
            }
        } catch {
            throw asProblem(error)
        }
    }

    private static func entry(
        _ row: ResourceRow, _ grant: Grant, _ keys: DataKeys, _ connection: Connection
    ) throws -> JournalEntry? {
        guard try ResourceRows.newest(grant, type: row.type, id: row.id, connection) != nil else {
            return nil
        }
        var shown = row
        if row.isDeleted {
            guard
                let before = try ResourceRows.versionOfAny(
                    type: row.type, id: row.id, version: row.version - 1, connection),
                before.isCovered(by: grant), !before.isDeleted
            else { return nil }
            shown = before
        }
        return JournalEntry(
            seq: row.seq, type: row.type, id: row.id, version: Int(row.version),
            changedMs: row.changedMs, patientID: row.patientID.isEmpty ? nil : row.patientID,
            isDeleted: row.isDeleted, json: try shown.opened(with: keys).json)
    }
}
