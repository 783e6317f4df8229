import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Who looked at a chart, for the privacy officer and for the patient who asks at the desk.
package struct AccessReportFeature: Feature {
    package static let key = "access-report"
    /// Searches over several charts that one report looks through, newest first.
    private static let searchesCountMax = 5 * AuditQuery.pageCountMax

    private let gate: Gate
    private let store: RecordStore
    private let staffName: @Sendable (String) -> String?

    /// Makes the feature.
    ///
    /// - Parameter staffName: the name that is shown for a user id.
    package init(
        gate: Gate, store: RecordStore, staffName: @escaping @Sendable (String) -> String?
    ) {
        self.gate = gate
        self.store = store
        self.staffName = staffName
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/patients/:id/access-report", use: report)
    }

    /// `GET /api/v1/patients/{id}/access-report`: who looked at what and when, newest first; as a
    /// table for spreadsheets with `?format=csv`.
    @Sendable private func report(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let format = request.uri.queryParameters["format"] ?? "json"
        guard format == "json" || format == "csv" else {
            throw Problem(.value, "format is json or csv.", location: "format")
        }
        let ask = Ask(.export, area: .audit, type: "AccessReport", id: id, patientID: id)
        let grant = try await gate.grant(ask, to: context.caller)
        guard FHIRID.isValid(id), let person = store.people.person(id) else {
            throw Problem(.notFound, "There is no such patient.")
        }
        let found = try await entries(of: id, grant)
        try await store.note(
            AuditNote(ask, detail: "entries \(found.entries.count)"), by: context.caller)
        guard format == "json" else {
            return .bytes(table(found.entries), type: "text/csv; charset=utf-8")
        }
        var writer = JSONWriter(reservingBytes: 256 * found.entries.count + 256)
        writer.object { out in
            out.member("patientId", id)
            out.member("patientName", person.name)
            out.member("isCut", found.isCut)
            out.array("items") { list in
                for entry in found.entries { list.object { write(entry, to: &$0) } }
            }
        }
        return .json(writer.bytes)
    }

    /// Entries about the chart itself, and searches that showed it among others.
    private func entries(
        of id: String, _ grant: Grant
    ) async throws -> (entries: [AuditEntry], isCut: Bool) {
        var query = AuditQuery()
        query.patientID = id
        query.limit = AuditQuery.pageCountMax
        let own = try await store.auditEntries(grant, query)
        var lists: [AuditEntry] = []
        var beforeSeq: Int64?
        var lookedCount = 0
        var isCut = own.count == query.limit
        while true {
            var query = AuditQuery()
            query.verb = .search
            query.limit = AuditQuery.pageCountMax
            query.beforeSeq = beforeSeq
            let page = try await store.auditEntries(grant, query)
            lists += page.filter { $0.patientID != id && $0.patientIDs.contains(id) }
            lookedCount += page.count
            guard page.count == query.limit, let last = page.last else { break }
            guard lookedCount < Self.searchesCountMax else {
                isCut = true
                break
            }
            beforeSeq = last.seq
        }
        // What the box does for itself shows the chart to nobody.
        let people = (own + lists).filter { $0.kind == "person" && $0.type != "AccessReport" }
        return (people.sorted { $0.seq > $1.seq }, isCut)
    }

    private func name(_ entry: AuditEntry) -> String {
        entry.userID.flatMap(staffName) ?? entry.name
    }

    private func write(_ entry: AuditEntry, to item: inout JSONWriter) {
        item.member("at", Timestamp.text(ms: entry.atMs))
        item.member("name", name(entry))
        item.array("roles") { list in
            for role in entry.roles { list.string(role) }
        }
        item.member("action", entry.verb)
        item.member("type", entry.type)
        if let id = entry.id { item.member("id", id) }
        item.member("outcome", entry.outcome)
        item.member("isEmergency", !entry.emergencyIDs.isEmpty)
        item.member("isInList", !entry.patientIDs.isEmpty)
    }

    /// Spec: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
    private func table(_ entries: [AuditEntry]) -> [UInt8] {
        var text = "at,name,roles,action,type,id,outcome,emergency\r\n"
        for entry in entries {
            let cells = [
                Timestamp.text(ms: entry.atMs), name(entry), entry.roles.joined(separator: " "),
                entry.verb, entry.type, entry.id ?? "", entry.outcome,
                entry.emergencyIDs.isEmpty ? "" : "emergency",
            ]
            text += cells.map(Self.cell).joined(separator: ",") + "\r\n"
        }
        return Array(text.utf8)
    }

    /// A cell in quotes; one that a spreadsheet would compute is led by an apostrophe.
    private static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@".contains($0) } ?? false
        let safe = (isFormula ? "'" : "") + text
        let doubled = safe.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + doubled.joined(separator: "\"\"") + "\""
    }
}
