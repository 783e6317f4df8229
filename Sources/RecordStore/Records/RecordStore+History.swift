package import AccessControl
import Kernel
import SQLite

extension RecordStore {
    /// Bytes of JSON of the matches of a page or the versions of a history, which ends before it
    /// grows beyond, and of what comes along with the matches.
    ///
    /// The first one stands on a page of its own where it is larger. A thousand short resources are
    /// small; a thousand scanned documents would take the memory of everybody else's requests.
    package static let pageBytesMax = 8 * 1_048_576

    /// A page of the versions of one resource, newest first; one audit entry.
    ///
    /// What the grant does not cover is answered as if it were not there, and so are the older
    /// versions of a resource whose newest one the grant does not cover.
    /// - Throws: ``Problem`` `.notFound` if there is no such resource for this caller.
    package func history(
        of grant: Grant, _ query: HistoryQuery
    ) async throws -> HistoryPage {
        guard let id = grant.ask.id else { throw Problem(.required, "A history needs an id.") }
        try Self.check(query)
        let keys = keys
        let settledMs = stamps.settledMs()
        return try await readAudited(grant) { connection in
            let type = grant.ask.type
            let places = try HistoryRows.ofResource(grant, type: type, id: id, connection)
            guard let newest = places.first, try HistoryRows.isOpen(newest, grant, connection)
            else {
                return Looked(
                    .failure(Problem(.notFound, "\(type)/\(id) was not found.")),
                    AuditNote(grant.ask, outcome: .failed, code: .notFound))
            }
            let wanted = try places.filter { try Self.matches($0, query, grant, connection) }
            let after = query.after?.seq ?? .max
            let rest = query.isCountOnly ? [] : wanted.filter { $0.seq < after }
            let shown = rest.prefix(query.limit)
            let (versions, cutAt) = try Self.opened(
                Array(shown), [type: grant], keys, connection)
            let page = HistoryPage(
                total: wanted.count, versions: versions,
                next: cutAt ?? (rest.count > shown.count ? shown.last?.mark : nil),
                settledMs: settledMs)
            return Looked(
                .success(page),
                AuditNote(
                    grant.ask, patientID: newest.patientID.isEmpty ? nil : newest.patientID,
                    detail: "history entries \(page.versions.count)"))
        }
    }

    /// A page of the versions of whole types, newest first; one audit entry.
    ///
    /// A page may end early, with a mark to go on from, where little of what it looked at may be
    /// shown.
    /// - Parameters:
    ///   - grants: a grant to search each type; what a type shows is what its grant covers.
    ///   - ask: what the audit entry says.
    /// - Throws: ``Problem`` `.tooCostly` where more is to be counted than one page looks at.
    package func history(
        of grants: [Grant], as ask: Ask, _ query: HistoryQuery
    ) async throws -> HistoryPage {
        guard let caller = grants.first else {
            throw Problem(.forbidden, "Your role does not allow this.")
        }
        try Self.check(query)
        let byType = Dictionary(grants.map { ($0.ask.type, $0) }) { first, _ in first }
        let keys = keys
        let settledMs = stamps.settledMs()
        return try await readAudited(caller) { connection in
            let run = HistoryRun(
                byType: byType, query: query, settledMs: settledMs, connection: connection)
            let page = query.isCountOnly ? try run.counted() : try run.page(keys)
            return Looked(
                .success(page),
                AuditNote(
                    ask, detail: "history entries \(page.versions.count)",
                    patientIDs: Set(page.versions.compactMap(\.patientID))))
        }
    }

    private static func check(_ query: HistoryQuery) throws(Problem) {
        guard (1...HistoryQuery.pageCountMax).contains(query.limit) else {
            throw Problem(
                .value, "A page holds 1 to \(HistoryQuery.pageCountMax) versions.",
                location: "_count")
        }
    }

    /// Whether the times of a version are those asked for.
    fileprivate static func matches(
        _ place: VersionPlace, _ query: HistoryQuery, _ grant: Grant, _ connection: Connection
    ) throws -> Bool {
        if let since = query.sinceMs, place.changedMs < since { return false }
        guard let span = query.currentDuring else { return true }
        guard place.changedMs < span.upperBound else { return false }
        let endMs = try HistoryRows.endMs(grant, of: place, connection)
        return endMs.map { $0 > span.lowerBound } ?? true
    }

    /// The versions at places, as long as they fit on a page, and the last one that did where not
    /// all of them fit.
    fileprivate static func opened(
        _ places: [VersionPlace], _ grants: [String: Grant], _ keys: DataKeys,
        _ connection: Connection
    ) throws -> (versions: [HistoryVersion], cutAt: HistoryMark?) {
        var versions: [HistoryVersion] = []
        var bytes = 0
        var last: HistoryMark?
        for place in places {
            guard let grant = grants[place.type],
                let row = try HistoryRows.row(grant, seq: place.seq, connection)
            else { continue }
            let json = row.isDeleted ? nil : try row.opened(with: keys).json
            bytes += json?.count ?? 0
            if bytes > pageBytesMax, !versions.isEmpty { return (versions, last) }
            versions.append(
                HistoryVersion(
                    type: row.type, id: row.id, version: Int(row.version),
                    changedMs: row.changedMs, json: json,
                    patientID: row.patientID.isEmpty ? nil : row.patientID))
            last = place.mark
        }
        return (versions, nil)
    }
}

/// One run through the versions of several types on a reader's thread.
private struct HistoryRun {
    let byType: [String: Grant]
    let query: HistoryQuery
    let settledMs: Int64
    let connection: Connection
    /// Charts of more patients than these are looked through by type.
    private static let patientsCountMax = 8

    func page(_ keys: DataKeys) throws -> HistoryPage {
        let found = try places(limit: query.limit + 1, after: query.after ?? .start)
        let shown = Array(found.places.prefix(query.limit))
        let next = found.places.count > query.limit ? shown.last?.mark : found.stoppedAt
        let (versions, cutAt) = try RecordStore.opened(shown, byType, keys, connection)
        return HistoryPage(
            total: nil, versions: versions, next: cutAt ?? next, settledMs: settledMs)
    }

    func counted() throws -> HistoryPage {
        let found = try places(limit: HistoryQuery.examinedCountMax, after: .start)
        guard found.stoppedAt == nil, found.places.count < HistoryQuery.examinedCountMax else {
            throw Problem(
                .tooCostly,
                "There are more than \(HistoryQuery.examinedCountMax) versions to count. Narrow "
                    + "the history with _since.", location: "_summary")
        }
        return HistoryPage(
            total: found.places.count, versions: [], next: nil, settledMs: settledMs)
    }

    /// Versions that may be shown, at most `limit`, and where the look stopped before the end.
    private func places(
        limit: Int, after start: HistoryMark
    ) throws -> (places: [VersionPlace], stoppedAt: HistoryMark?) {
        var places: [VersionPlace] = []
        var mark = start
        var examinedCount = 0
        while examinedCount < HistoryQuery.examinedCountMax {
            let batch = try candidates(after: mark, limit: limit)
            for place in batch {
                mark = place.mark
                examinedCount += 1
                guard let grant = byType[place.type], place.isCovered(by: grant),
                    try RecordStore.matches(place, query, grant, connection),
                    try HistoryRows.isOpen(place, grant, connection)
                else { continue }
                places.append(place)
                if places.count == limit { return (places, nil) }
            }
            if batch.count < limit { return (places, nil) }
        }
        return (places, mark)
    }

    /// The next versions of all types together, covered or not.
    private func candidates(after mark: HistoryMark, limit: Int) throws -> [VersionPlace] {
        let since = query.sinceMs ?? .min
        let start = min(
            mark,
            query.currentDuring.map { HistoryMark(changedMs: $0.upperBound, seq: .min) } ?? mark)
        var all: [VersionPlace] = []
        var patients: Set<String> = []
        for grant in byType.values {
            if let only = grant.onlyPatientIDs, only.count <= Self.patientsCountMax {
                patients.formUnion(only)
                continue
            }
            for compartment in grant.anyCompartments {
                all += try HistoryRows.ofType(
                    grant, compartment: compartment, after: start, sinceMs: since, limit: limit,
                    connection)
            }
        }
        let own = byType.filter { $0.value.onlyPatientIDs != nil }
        for patient in patients {
            all += try HistoryRows.ofPatient(
                own, patientID: patient, after: start, sinceMs: since, limit: limit, connection)
        }
        return Array(all.sorted { $1.mark < $0.mark }.prefix(limit))
    }
}
