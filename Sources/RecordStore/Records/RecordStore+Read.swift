package import AccessControl
import FHIRModel
import Kernel
import SQLite

extension RecordStore {
    /// Returns one resource: its newest version, or the one asked for.
    ///
    /// The audit entry is on disk before this function returns, whether the resource was found or
    /// not. What the grant does not cover is answered as if it were not there.
    /// - Throws: ``Problem`` `.notFound` if there is none, `.deleted` if the newest version is a
    ///   deletion.
    package func read(_ grant: Grant, version: Int? = nil) async throws -> StoredResource {
        guard let id = grant.ask.id else { throw Problem(.required, "A read needs an id.") }
        let type = grant.ask.type
        let keys = keys
        return try await readAudited(grant) { connection in
            let row =
                if let version {
                    try ResourceRows.version(
                        grant, type: type, id: id, version: Int64(version), connection)
                } else {
                    try ResourceRows.newest(grant, type: type, id: id, connection)
                }
            let name = "\(type)/\(id)"
            guard let row else {
                return Looked(
                    .failure(Problem(.notFound, "\(name) was not found.")),
                    AuditNote(grant.ask, outcome: .failed, code: .notFound))
            }
            let patientID = row.patientID.isEmpty ? nil : row.patientID
            guard !row.isDeleted else {
                return Looked(
                    .failure(Problem(.deleted, "\(name) was deleted.")),
                    AuditNote(grant.ask, patientID: patientID, outcome: .failed, code: .deleted))
            }
            return Looked(
                .success(try row.opened(with: keys)),
                AuditNote(grant.ask, version: Int(row.version), patientID: patientID))
        }
    }

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
                    detail: query.isCountOnly ? "count" : "entries \(page.resources.count)"))
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
        let hits =
            grant.compartments.contains(.general)
            ? people.find(query, limit: limit, only: grant.onlyPatientID)
            : PersonIndex.Hits(total: 0, people: [])
        let shown = hits.people.prefix(50).map(\.id).joined(separator: ",")
        try await note(
            AuditNote(grant.ask, detail: "text \(text.prefix(200)); shown \(shown)"),
            by: grant.caller)
        return hits
    }

    /// What a look into the database brought up, and the entry that says so.
    struct Looked<Value: Sendable>: Sendable {
        let result: Result<Value, any Error>
        let note: AuditNote

        init(_ result: Result<Value, any Error>, _ note: AuditNote) {
            self.result = result
            self.note = note
        }
    }

    /// Looks on a reader's thread, then hands the entry to the writer from there; the caller goes
    /// on once the entry is on the disk.
    ///
    /// One wake-up of a thread less than waiting twice.
    func readAudited<Value: Sendable>(
        _ grant: Grant, _ look: @escaping @Sendable (Connection) throws -> Looked<Value>
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let writer = writer
            let sealer = auditSealer
            do throws(Problem) {
                try readers.put { connection in
                    do {
                        let looked = self.looked(grant, look, connection)
                        #if FAULT_CONTROLS
                        if FaultControls.isAuditOff {
                            continuation.resume(with: looked.result)
                            return
                        }
                        #endif
                        let entry = try sealer.seal(looked.note, by: grant.caller)
                        try writer.put(
                            Writer.Work(
                                kind: .entry, run: { try $0.append(entry) },
                                finish: { error in
                                    if let error {
                                        continuation.resume(throwing: error)
                                    } else {
                                        continuation.resume(with: looked.result)
                                    }
                                }))
                    } catch {
                        continuation.resume(throwing: self.asProblem(error))
                    }
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// What a look brought up; where it failed, the failure with an entry that says so.
    private func looked<Value: Sendable>(
        _ grant: Grant, _ look: (Connection) throws -> Looked<Value>, _ connection: Connection
    ) -> Looked<Value> {
        do {
            return try look(connection)
        } catch {
            let cause = asProblem(error)
            let code = (cause as? Problem)?.code ?? .unexpected
            return Looked(
                .failure(cause), AuditNote(grant.ask, outcome: .failed, code: code))
        }
    }

    /// A failure of SQLite as one that the caller can be told; everything else as it is.
    ///
    /// Damage is remembered: the box is not ready any more, and says why.
    func asProblem(_ error: any Error) -> any Error {
        guard let failure = error as? SQLiteError else { return error }
        if failure.isFull { return DiskSpace.full }
        guard failure.isCorrupt || failure.isIO else {
            return Problem(.transient, "The record cannot be read at the moment. Try again.")
        }
        damage.note("The database cannot be read (\(failure.code)).", parts.onDamage)
        return Problem(
            .unexpected,
            "A part of the database is damaged. Tell the administrator to run `tribal-ehr doctor`.")
    }

    private static func page(
        _ grant: Grant, _ query: RecordQuery, _ keys: DataKeys, _ connection: Connection
    ) throws -> RecordPage {
        if let ids = query.ids { return try page(grant, query, ids: ids, keys, connection) }
        let total = try ResourceRows.count(
            grant, type: query.type, patientID: query.patientID ?? grant.onlyPatientID, connection)
        if query.isCountOnly { return RecordPage(total: total, resources: [], next: nil) }
        let rows =
            if let patientID = query.patientID ?? grant.onlyPatientID {
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
