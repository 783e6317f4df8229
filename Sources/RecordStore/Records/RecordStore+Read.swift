package import AccessControl
import FHIRModel
import Kernel
import SQLite

extension RecordStore {
    /// A page of the current records of a type, of one patient or of all; one audit entry.
    package func search(_ grant: Grant, _ query: RecordQuery) async throws -> RecordPage {
        guard (1...RecordQuery.pageCountMax).contains(query.limit) else {
            throw Problem(
                .value, "A page holds 1 to \(RecordQuery.pageCountMax) entries.",
                location: "_count")
        }
        let keys = keys
        return try await readAudited(grant) { connection in
            let page = try Self.page(grant, query, keys, connection)
            return Looked(
                .success(page),
                AuditNote(
                    grant.ask, patientID: query.patientID,
                    detail: query.isCountOnly ? "count" : "entries \(page.resources.count)",
                    patientIDs: Set(page.resources.compactMap(\.patientID))))
        }
    }

    /// Everything of one patient's chart in the types asked for, newest first in each type, at
    /// most `limit` a type; one audit entry.
    ///
    /// The patient comes first.
    ///
    /// - Parameter types: a grant to search each type; a list shows what that grant covers.
    /// - Returns: the records, and how many there are of each type.
    /// - Throws: ``Problem`` `.notFound` if there is no such patient for this caller.
    package func chart(
        _ grant: Grant, types: [Grant], limit: Int
    ) async throws -> (records: [StoredResource], counts: [String: Int]) {
        guard let id = grant.ask.patientID else {
            throw Problem(.required, "A chart needs a patient.")
        }
        let keys = keys
        return try await readAudited(grant) { connection in
            guard
                let patient = try ResourceRows.newest(grant, type: "Patient", id: id, connection),
                !patient.isDeleted
            else {
                return Looked(
                    .failure(Problem(.notFound, "Patient/\(id) was not found.")),
                    AuditNote(grant.ask, outcome: .failed, code: .notFound))
            }
            var records = [try patient.opened(with: keys)]
            var counts: [String: Int] = [:]
            for one in types {
                let type = one.ask.type
                let rows = try ResourceRows.ofPatient(
                    one, patientID: id, type: type, after: nil, limit: limit, connection)
                counts[type] =
                    rows.count < limit
                    ? rows.count
                    : try ResourceRows.count(one, type: type, patientID: id, connection)
                for row in rows { records.append(try row.opened(with: keys)) }
            }
            return Looked(
                .success((records, counts)),
                AuditNote(grant.ask, patientID: id, detail: "entries \(records.count)"))
        }
    }

    /// The patients that a query asks for, from memory; one audit entry that names whom it showed.
    package func findPeople(
        _ grant: Grant, _ query: PersonQuery, text: String, limit: Int
    ) async throws -> PersonIndex.Hits {
        let hits = people.find(query, limit: limit, where: Self.findable(grant))
        let ids = hits.people.map(\.id)
        let shown = ids.prefix(50).joined(separator: ",")
        try await note(
            AuditNote(
                grant.ask, detail: "text \(text.prefix(200)); shown \(shown)",
                patientIDs: Set(ids)),
            by: grant.caller)
        return hits
    }

    /// Who may be found; nil where everybody may.
    static func findable(_ grant: Grant) -> (@Sendable (String) -> Bool)? {
        guard !grant.findsClosedCharts, !grant.wholeCompartments.contains(.general) else {
            return nil
        }
        return { grant.covers(.general, ofPatient: $0) }
    }

    private static func page(
        _ grant: Grant, _ query: RecordQuery, _ keys: DataKeys, _ connection: Connection
    ) throws -> RecordPage {
        if let ids = query.ids { return try page(grant, query, ids: ids, keys, connection) }
        let total = try ResourceRows.count(
            grant, type: query.type, patientID: query.patientID ?? onlyPatient(grant), connection)
        if query.isCountOnly { return RecordPage(total: total, resources: [], next: nil) }
        let rows =
            if let patientID = query.patientID ?? onlyPatient(grant) {
                try ResourceRows.ofPatient(
                    grant, patientID: patientID, type: query.type, after: query.after,
                    limit: query.limit + 1, connection)
            } else {
                try ResourceRows.ofType(
                    grant, type: query.type, after: query.after, limit: query.limit + 1,
                    connection)
            }
        let shown = rows.prefix(query.limit)
        let next = rows.count > query.limit ? shown.last : nil
        return RecordPage(
            total: total, resources: try shown.map { try $0.opened(with: keys) },
            next: next.map { RecordMark(sortMs: $0.sortMs, seq: $0.seq) })
    }

    /// The one patient that a grant covers, where it covers one only.
    private static func onlyPatient(_ grant: Grant) -> String? {
        guard let ids = grant.onlyPatientIDs, ids.count == 1 else { return nil }
        return ids.first
    }

    private static func page(
        _ grant: Grant, _ query: RecordQuery, ids: [String], _ keys: DataKeys,
        _ connection: Connection
    ) throws -> RecordPage {
        var found: [StoredResource] = []
        var total = 0
        for id in ids.prefix(RecordQuery.pageCountMax) {
            guard
                let row = try ResourceRows.newest(grant, type: query.type, id: id, connection),
                !row.isDeleted, query.patientID == nil || row.patientID == query.patientID
            else { continue }
            total += 1
            if query.isCountOnly || found.count >= query.limit { continue }
            found.append(try row.opened(with: keys))
        }
        return RecordPage(total: total, resources: found, next: nil)
    }
}
