import AccessControl
import SQLite

/// A version as the indexes know it, without its body.
struct VersionPlace: Sendable {
    let seq: Int64
    let type: String
    let id: String
    let version: Int64
    let patientID: String
    let compartment: String
    /// UTC milliseconds.
    let changedMs: Int64

    /// The columns of every query below, in their order.
    init(_ statement: Statement) {
        seq = statement.int(0)
        type = statement.text(1)
        id = statement.text(2)
        version = statement.int(3)
        patientID = statement.text(4)
        compartment = statement.text(5)
        changedMs = statement.int(6)
    }

    var mark: HistoryMark { HistoryMark(changedMs: changedMs, seq: seq) }

    /// Whether a grant covers the version; what it does not cover is as if it were not there.
    func isCovered(by grant: Grant) -> Bool {
        guard let compartment = Compartment(rawValue: compartment) else { return false }
        return grant.covers(compartment, ofPatient: patientID)
    }
}

/// The queries over versions that are no longer the newest.
enum HistoryRows {
    /// Every version of one resource, newest first.
    static func ofResource(
        _ grant: Grant, type: String, id: String, _ connection: Connection
    ) throws -> [VersionPlace] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, patient_id, compartment, changed_ms
              FROM resource_version
             WHERE type = ? AND id = ?
             ORDER BY version DESC
            """)
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, id)
        var places: [VersionPlace] = []
        while try statement.step() {
            let place = VersionPlace(statement)
            if place.isCovered(by: grant) { places.append(place) }
        }
        return places
    }

    /// Versions of a type in one compartment behind a mark, newest first.
    static func ofType(
        _ grant: Grant, compartment: Compartment, after mark: HistoryMark, sinceMs: Int64,
        limit: Int, _ connection: Connection
    ) throws -> [VersionPlace] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, patient_id, compartment, changed_ms
              FROM resource_version
             WHERE type = ? AND compartment = ? AND (changed_ms, seq) < (?, ?) AND changed_ms >= ?
             ORDER BY changed_ms DESC, seq DESC
            """)
        defer { statement.reset() }
        statement.bind(1, grant.ask.type)
        statement.bind(2, compartment.rawValue)
        statement.bind(3, mark.changedMs)
        statement.bind(4, mark.seq)
        statement.bind(5, sinceMs)
        var places: [VersionPlace] = []
        // Not LIMIT: versions that the grant does not cover would take the place of those it does.
        while places.count < limit, try statement.step() {
            let place = VersionPlace(statement)
            if place.isCovered(by: grant) { places.append(place) }
        }
        return places
    }

    /// Versions of one patient's chart behind a mark, newest first, of the types in `grants`.
    static func ofPatient(
        _ grants: [String: Grant], patientID: String, after mark: HistoryMark, sinceMs: Int64,
        limit: Int, _ connection: Connection
    ) throws -> [VersionPlace] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, patient_id, compartment, changed_ms
              FROM resource_version
             WHERE patient_id = ? AND patient_id <> '' AND (changed_ms, seq) < (?, ?)
               AND changed_ms >= ?
             ORDER BY changed_ms DESC, seq DESC
            """)
        defer { statement.reset() }
        statement.bind(1, patientID)
        statement.bind(2, mark.changedMs)
        statement.bind(3, mark.seq)
        statement.bind(4, sinceMs)
        var places: [VersionPlace] = []
        // Not LIMIT: versions that no grant covers would take the place of those that one does.
        while places.count < limit, try statement.step() {
            let place = VersionPlace(statement)
            if let grant = grants[place.type], place.isCovered(by: grant) { places.append(place) }
        }
        return places
    }

    /// Whether a grant covers the newest version too.
    ///
    /// Where the newest one became sensitive, the older ones are closed with it.
    static func isOpen(_ place: VersionPlace, _ grant: Grant, _ connection: Connection) throws
        -> Bool
    {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, patient_id, compartment, changed_ms
              FROM resource_version
             WHERE type = ? AND id = ?
             ORDER BY version DESC
             LIMIT 1
            """)
        defer { statement.reset() }
        statement.bind(1, place.type)
        statement.bind(2, place.id)
        return try statement.step() && VersionPlace(statement).isCovered(by: grant)
    }

    /// When the version after this one was written, UTC milliseconds; nil for the newest.
    static func endMs(
        _ grant: Grant, of place: VersionPlace, _ connection: Connection
    ) throws -> Int64? {
        let statement = try connection.statement(
            "SELECT changed_ms FROM resource_version WHERE type = ? AND id = ? AND version = ?")
        defer { statement.reset() }
        statement.bind(1, place.type)
        statement.bind(2, place.id)
        statement.bind(3, place.version + 1)
        return try statement.step() ? statement.int(0) : nil
    }

    /// The whole row of a version that a grant covers.
    static func row(
        _ grant: Grant, seq: Int64, _ connection: Connection
    ) throws -> ResourceRow? {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version
             WHERE seq = ?
            """)
        defer { statement.reset() }
        statement.bind(1, seq)
        guard try statement.step() else { return nil }
        let row = ResourceRow(statement)
        return row.isCovered(by: grant) ? row : nil
    }
}
