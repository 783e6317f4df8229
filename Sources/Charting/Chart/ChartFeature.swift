import AccessControl
import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// One patient's chart, and the notes in it.
package struct ChartFeature: Feature {
    package static let key = "chart"
    /// The most records of one type that a chart opens; the newest.
    package static let recordsOfTypeMax = 3_000

    private static let types = [
        "AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement", "Medication",
        "Observation", "DiagnosticReport", "Immunization", "Encounter", "DocumentReference",
    ]

    private let gate: Gate
    private let store: RecordStore
    private let clock: Clock

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, clock: Clock) {
        self.gate = gate
        self.store = store
        self.clock = clock
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/patients/:id/chart", use: chart)
        routes.signedIn.get("api/v1/patients/:id/notes/:document", use: note)
    }

    /// `GET /api/v1/patients/{id}/chart`: banner, lists and trends in one answer, put on record
    /// as one opening of the chart.
    @Sendable private func chart(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try Self.id("id", context)
        let grant = try await gate.grant(
            Ask(.read, area: .demographics, type: "Chart", id: id, patientID: id),
            to: context.caller)
        let opened = try await store.chart(
            grant, types: allowed(context.caller, id: id), limit: Self.recordsOfTypeMax)
        let resources = try opened.records.map {
            ChartResource(type: $0.type, id: $0.id, json: try JSON.parse($0.json))
        }
        guard let patient = resources.first?.json else {
            throw Problem(.notFound, "Patient/\(id) was not found.")
        }
        let cut = opened.counts.filter { $0.value > Self.recordsOfTypeMax }.keys.sorted()
        let nowMs = clock.wallMs()
        return .json(
            ChartSummary.encode(
                patient: patient, resources: Array(resources.dropFirst()),
                today: CalendarDay(ms: nowMs), openedAtMs: nowMs, counts: opened.counts,
                truncated: cut))
    }

    /// `GET /api/v1/patients/{id}/notes/{document}`: the text of one note.
    @Sendable private func note(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let patientID = try Self.id("id", context)
        let ask = Ask(
            .read, "DocumentReference", id: try Self.id("document", context), patientID: patientID)
        let found = try await store.read(try await gate.grant(ask, to: context.caller))
        guard found.patientID == patientID else {
            throw Problem(.notFound, "This chart holds no such note.")
        }
        return .json(NoteText.of(documentReference: try JSON.parse(found.json)).encode())
    }

    /// The grants of the types that this caller may read; what a role may not read is left out of
    /// its chart without a refusal.
    private func allowed(_ caller: Caller, id: String) -> [Grant] {
        let policy = Policy()
        return Self.types.compactMap { type in
            // A list that the caller may not read is left out, which is no refusal.
            try? policy.grant(Ask(.read, type, patientID: id), to: caller)
        }
    }

    private static func id(_ name: String, _ context: CallerContext) throws -> String {
        let id = try context.parameters.require(name)
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such record.") }
        return id
    }
}
