package import AccessControl
import Kernel
import SQLite
import Sealing

/// What opening the sealed values of a record showed.
package struct SealVerdict: Sendable, Hashable {
    /// Values that opened.
    package var openedCount = 0
    /// Values that there are.
    package var totalCount = 0
    /// Where the first one stands that did not open: a table and a number; nothing of its content.
    package var firstBad: String?
}

extension RecordStore {
    /// Opens sealed values: all data keys and settings, and of versions of records and of audit
    /// entries every one, or as many as the sample allows, spread over all of them.
    ///
    /// Shows nothing of them, so it is not put on record.
    ///
    /// - Parameter sampleMax: the most values of each large table; nil for all.
    package func checkSeals(_ grant: Grant, sampleMax: Int? = nil) async throws -> SealVerdict {
        let keys = keys
        return try await rows(grant) { rows in
            let check = SealCheck(keys: keys, sampleMax: sampleMax)
            try check.run(rows)
            return check.verdict
        }
    }
}

/// One pass over sealed values.
private final class SealCheck {
    let keys: DataKeys
    let sampleMax: Int?
    var verdict = SealVerdict()

    init(keys: DataKeys, sampleMax: Int?) {
        self.keys = keys
        self.sampleMax = sampleMax
    }

    func run(_ rows: RowReader) throws {
        let connection = rows.connection
        try checkKeys(connection)
        try checkSettings(rows)
        try checkVersions(connection)
        try checkEntries(connection)
    }

    private func checkKeys(_ connection: Connection) throws {
        let statement = try connection.statement("SELECT id FROM data_key ORDER BY id")
        defer { statement.reset() }
        while try statement.step() {
            let id = statement.int(0)
            verdict.totalCount += 1
            note("data_key \(id)") { _ = try self.keys.key(id: id) }
        }
    }

    private func checkSettings(_ rows: RowReader) throws {
        let statement = try rows.connection.statement(
            "SELECT name, sealed_value FROM setting ORDER BY name")
        defer { statement.reset() }
        while try statement.step() {
            let name = statement.text(0)
            let sealed = statement.bytes(1)
            verdict.totalCount += 1
            note("setting \(name)") {
                _ = try rows.open(sealed, at: Place("setting", "sealed_value", row: name))
            }
        }
    }

    private func checkVersions(_ connection: Connection) throws {
        let last = try connection.int("SELECT max(seq) FROM resource_version") ?? 0
        verdict.totalCount += Int(
            try connection.int("SELECT count(*) FROM resource_version") ?? 0)
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version WHERE seq >= ? ORDER BY seq LIMIT 1
            """)
        try eachPlace(to: last, statement) { check, statement in
            let row = ResourceRow(statement)
            // A deletion has no body.
            guard !row.isDeleted else {
                check.verdict.openedCount += 1
                return
            }
            check.note("resource_version \(row.seq)") { _ = try row.opened(with: check.keys) }
        }
    }

    private func checkEntries(_ connection: Connection) throws {
        let last = try connection.int("SELECT max(seq) FROM audit_entry") ?? 0
        verdict.totalCount += Int(try connection.int("SELECT count(*) FROM audit_entry") ?? 0)
        let statement = try connection.statement(
            "SELECT seq, sealed_entry FROM audit_entry WHERE seq >= ? ORDER BY seq LIMIT 1")
        try eachPlace(to: last, statement) { check, statement in
            let seq = statement.int(0)
            let sealed = statement.bytes(1)
            let keys = check.keys
            check.note("audit_entry \(seq)") {
                let key = try keys.key(id: Int64(try SealedValue.keyID(of: sealed)))
                _ = try SealedValue.open(sealed, key: key, at: AuditSealer.place)
            }
        }
    }

    /// Goes through a table by its rising number: row by row, or in as many steps as are allowed.
    private func eachPlace(
        to last: Int64, _ statement: Statement,
        _ look: (SealCheck, Statement) throws -> Void
    ) throws {
        guard last > 0 else { return }
        let stride = sampleMax.map { max(1, last / Int64(max(1, $0))) } ?? 1
        var next: Int64 = 1
        while next <= last {
            statement.bind(1, next)
            guard try statement.step() else { break }
            let seq = statement.int(0)
            try look(self, statement)
            statement.reset()
            next = max(next + stride, seq + 1)
        }
        statement.reset()
    }

    private func note(_ place: String, _ open: () throws -> Void) {
        do {
            try open()
            verdict.openedCount += 1
        } catch {
            verdict.firstBad = verdict.firstBad ?? place
        }
    }
}
