import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// Looks at restored files whether they are what the manifest says and whether they work.
struct RestoredCheck: Sendable {
    /// What it found; everything that is wrong is thrown.
    struct Found: Sendable {
        let auditEntries: Int64
        let seals: SealVerdict
        let isChartRead: Bool
    }

    let folder: DataFolder
    let manifest: Manifest
    let parts: BackupProver.Parts

    /// Checks everything, in the order of what is cheapest.
    ///
    /// - Parameter then: what is done with the sound record before it is closed.
    func run(
        _ unlock: BackupUnlock, sampleMax: Int?,
        then: (RecordStore) async throws -> Void = { _ in }
    ) async throws -> Found {
        let check = self
        try await QuietThread.run { try check.checkFile() }
        return try await runOpened(unlock, sampleMax: sampleMax, then: then)
    }

    /// Checks everything but the file itself, by opening the record in it.
    func runOpened(
        _ unlock: BackupUnlock, sampleMax: Int?, then: (RecordStore) async throws -> Void
    ) async throws -> Found {
        let ring = try unlock.ring(of: folder)
        let store = try RecordStore.open(
            folder, keyRing: ring, steps: parts.steps, parts: parts.store)
        do {
            let found = try await look(store, sampleMax: sampleMax)
            try await then(store)
            store.close()
            return found
        } catch {
            store.close()
            throw error
        }
    }

    /// The database file by itself, before a release writes to it.
    func checkFile() throws {
        let connection = try Connection(path: folder.database, mode: .readWrite)
        defer { connection.close() }
        let faults = try connection.integrityCheck(limit: 3)
        guard faults.isEmpty else { throw fault("its database is damaged (\(faults[0]))") }
        let counts = try TableCounts.of(connection)
        for (table, count) in manifest.counts.sorted(by: { $0.key < $1.key })
        where counts[table] != count {
            throw fault("\(table) has \(counts[table] ?? 0) rows instead of \(count)")
        }
        let statement = try connection.statement("SELECT seq, mac FROM audit_head WHERE id = 1")
        defer { statement.reset() }
        let isHead = try statement.step()
        let seq = isHead ? statement.int(0) : 0
        let mac = isHead ? statement.bytes(1) : []
        guard seq == manifest.auditSeq, mac == manifest.auditMac else {
            throw fault("its audit log ends at \(seq) instead of \(manifest.auditSeq)")
        }
    }

    private func look(_ store: RecordStore, sampleMax: Int?) async throws -> Found {
        guard try store.instanceID() == manifest.instanceID else {
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
                kind: .machine, name: "job", address: "local", requestID: parts.store.ids.next()))
    }

    private func fault(_ what: String) -> Problem {
        Problem(
            .security,
            "The backup cannot be restored as it was: \(what). Keep it, and use an older one.")
    }
}
