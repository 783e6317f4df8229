import AccessControl
import Kernel
import SQLite

/// One row of `resource_version` without its body opened.
struct ResourceRow: Sendable {
    let seq: Int64
    let type: String
    let id: String
    let version: Int64
    let isDeleted: Bool
    let patientID: String
    let compartment: String
    let dataKeyID: Int64
    let changedMs: Int64
    let sortMs: Int64
    let sealedBody: [UInt8]

    /// The columns of every query below, in their order.
    init(_ statement: Statement) {
        seq = statement.int(0)
        type = statement.text(1)
        id = statement.text(2)
        version = statement.int(3)
        isDeleted = statement.int(4) == 1
        patientID = statement.text(5)
        compartment = statement.text(6)
        dataKeyID = statement.int(7)
        changedMs = statement.int(8)
        sortMs = statement.int(9)
        sealedBody = statement.bytes(10)
    }

    /// Whether a grant covers the row; what it does not cover is as if it were not there.
    func isCovered(by grant: Grant) -> Bool {
        guard let compartment = Compartment(rawValue: compartment) else { return false }
        return grant.covers(compartment, ofPatient: patientID)
    }

    /// Opens the body.
    func opened(with keys: DataKeys) throws -> StoredResource {
        let place = Body.place(
            type: type, id: id, version: version, patientID: patientID, compartment: compartment)
        return StoredResource(
            type: type, id: id, version: Int(version), changedMs: changedMs,
            patientID: patientID.isEmpty ? nil : patientID,
            json: try Body.open(sealedBody, key: keys.key(id: dataKeyID), at: place))
    }
}

/// The queries over `resource_version`.
enum ResourceRows {
    /// The newest version, deleted or not.
    static func newest(_ grant: Grant, type: String, id: String, _ connection: Connection) throws
        -> ResourceRow?
    {
        guard let row = try newestOfAny(type: type, id: id, connection) else { return nil }
        return row.isCovered(by: grant) ? row : nil
    }

    /// One version.
    ///
    /// Where the newest one became sensitive, the older ones are closed with it.
    static func version(
        _ grant: Grant, type: String, id: String, version: Int64, _ connection: Connection
    ) throws -> ResourceRow? {
        guard
            let row = try versionOfAny(type: type, id: id, version: version, connection),
            row.isCovered(by: grant)
        else { return nil }
        return try newest(grant, type: type, id: id, connection) == nil ? nil : row
    }

    /// Current records of one patient's chart, newest clinical time first.
    static func ofPatient(
        _ grant: Grant, patientID: String, type: String, after: RecordMark?, limit: Int,
        _ connection: Connection
    ) throws -> [ResourceRow] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version INDEXED BY resource_live_by_patient
             WHERE patient_id = ? AND patient_id <> '' AND type = ?
               AND is_current = 1 AND is_deleted = 0
               AND (sort_ms, seq) < (?, ?)
             ORDER BY sort_ms DESC, seq DESC
            """)
        defer { statement.reset() }
        statement.bind(1, patientID)
        statement.bind(2, type)
        statement.bind(3, after?.sortMs ?? .max)
        statement.bind(4, after?.seq ?? .max)
        var rows: [ResourceRow] = []
        // Not LIMIT: rows that the grant does not cover would take the place of those it does.
        while rows.count < limit, try statement.step() {
            let row = ResourceRow(statement)
            if row.isCovered(by: grant) { rows.append(row) }
        }
        return rows
    }

    /// Current records of a type in all compartments that the grant covers, oldest change first.
    static func ofType(
        _ grant: Grant, type: String, after: RecordMark?, limit: Int, _ connection: Connection
    ) throws -> [ResourceRow] {
        var rows: [ResourceRow] = []
        for compartment in grant.anyCompartments.sorted(by: { $0.rawValue < $1.rawValue }) {
            let statement = try connection.statement(
                """
                SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                       changed_ms, sort_ms, sealed_body
                  FROM resource_version INDEXED BY resource_live_by_type
                 WHERE type = ? AND compartment = ? AND is_current = 1 AND is_deleted = 0
                   AND seq > ?
                 ORDER BY seq
                """)
            defer { statement.reset() }
            statement.bind(1, type)
            statement.bind(2, compartment.rawValue)
            statement.bind(3, after?.seq ?? 0)
            var count = 0
            // Not LIMIT: rows that the grant does not cover would take the place of those it does.
            while count < limit, try statement.step() {
                let row = ResourceRow(statement)
                guard row.isCovered(by: grant) else { continue }
                rows.append(row)
                count += 1
            }
        }
        return Array(rows.sorted { $0.seq < $1.seq }.prefix(limit))
    }

    /// How many current records there are, of one patient or of all.
    static func count(
        _ grant: Grant, type: String, patientID: String?, _ connection: Connection
    ) throws -> Int {
        if let patientID {
            return try countOfPatient(
                type: type, patientID: patientID, connection
            ) { grant.covers($0, ofPatient: patientID) }
        }
        var total = 0
        let whole = grant.wholeCompartments
        for compartment in whole {
            let statement = try connection.statement(
                """
                SELECT count(*) FROM resource_version INDEXED BY resource_live_by_type
                 WHERE type = ? AND compartment = ? AND is_current = 1 AND is_deleted = 0
                """)
            defer { statement.reset() }
            statement.bind(1, type)
            statement.bind(2, compartment.rawValue)
            if try statement.step() { total += Int(statement.int(0)) }
        }
        for patientID in grant.somePatientIDs {
            total += try countOfPatient(
                type: type, patientID: patientID, connection,
                where: { !whole.contains($0) && grant.covers($0, ofPatient: patientID) })
        }
        return total
    }

    private static func countOfPatient(
        type: String, patientID: String, _ connection: Connection,
        where isWanted: (Compartment) -> Bool
    ) throws -> Int {
        let statement = try connection.statement(
            """
            SELECT compartment, count(*)
              FROM resource_version INDEXED BY resource_live_by_patient
             WHERE patient_id = ? AND patient_id <> '' AND type = ?
               AND is_current = 1 AND is_deleted = 0
             GROUP BY compartment
            """)
        defer { statement.reset() }
        statement.bind(1, patientID)
        statement.bind(2, type)
        var total = 0
        while try statement.step() {
            guard let compartment = Compartment(rawValue: statement.text(0)),
                isWanted(compartment)
            else { continue }
            total += Int(statement.int(1))
        }
        return total
    }
}
