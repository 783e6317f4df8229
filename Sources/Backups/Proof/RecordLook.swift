import AccessControl
import FHIRModel
import Kernel
import RecordStore

/// Looks at an open record that nobody works with: whose it is, its audit chain, its sealed values,
/// one chart.
struct RecordLook: Sendable {
    /// What it found; everything that is wrong is thrown.
    struct Found: Sendable {
        let auditEntries: Int64
        let seals: SealVerdict
        let isChartRead: Bool
    }

    /// The number of the box that the record must be of; nil where that is known otherwise.
    let instanceID: String?
    let ids: IDs
    /// Makes the problem of what is wrong.
    let fault: @Sendable (String) -> Problem

    /// Looks at everything.
    ///
    /// - Parameter sampleMax: how many sealed values of each table are opened; nil for all.
    func run(_ store: RecordStore, sampleMax: Int?) async throws -> Found {
        if let instanceID, try store.instanceID() != instanceID {
            throw fault("it is of another box than it says")
        }
        let verdict = try await store.verifyAudit(
            try grant(Ask(.read, area: .audit, type: "AuditLog")))
        if let bad = verdict.firstBad {
            throw fault("its audit log is broken at entry \(bad.seq): \(bad.reason)")
        }
        let seals = try await store.checkSeals(
            try grant(Ask(.read, area: .system, type: "Keys")), sampleMax: sampleMax)
        if let bad = seals.firstBad { throw fault("\(bad) does not open") }
        return Found(
            auditEntries: verdict.entries, seals: seals, isChartRead: try await readChart(store))
    }

    /// Reads the chart of one patient as a person at a screen would.
    private func readChart(_ store: RecordStore) async throws -> Bool {
        var query = RecordQuery(type: "Patient")
        query.limit = 1
        let page = try await store.search(try grant(Ask(.search, "Patient")), query)
        guard let patient = page.resources.first else { return false }
        let (records, _) = try await store.chart(
            try grant(Ask(.read, "Patient", id: patient.id)),
            types: [
                try grant(Ask(.search, "Condition", patientID: patient.id)),
                try grant(Ask(.search, "Observation", patientID: patient.id)),
            ], limit: 20)
        guard let first = records.first, first.id == patient.id,
            let json = try? JSON.parse(first.json),  // Bytes that are no JSON are no chart.
            json.string("id") == patient.id
        else { throw fault("a chart in it cannot be read") }
        return true
    }

    private func grant(_ ask: Ask) throws -> Grant {
        try Policy().grant(
            ask,
            to: Caller(
                kind: .machine, name: "job", address: "local", requestID: ids.next()))
    }
}
