import Kernel
import RecordStore
import SQLite
import Sealing

/// Looks at restored files whether they are what the manifest says and whether they work.
struct RestoredCheck: Sendable {
    let folder: DataFolder
    let manifest: Manifest
    let parts: BackupProver.Parts

    /// Checks everything, in the order of what is cheapest.
    ///
    /// - Parameter then: what is done with the sound record before it is closed.
    func run(
        _ unlock: BackupUnlock, sampleMax: Int?,
        then: (RecordStore) async throws -> Void = { _ in }
    ) async throws -> RecordLook.Found {
        let check = self
        try await QuietThread.run { try check.checkFile() }
        return try await runOpened(unlock, sampleMax: sampleMax, then: then)
    }

    /// Checks everything but the file itself, by opening the record in it.
    func runOpened(
        _ unlock: BackupUnlock, sampleMax: Int?, then: (RecordStore) async throws -> Void
    ) async throws -> RecordLook.Found {
        let ring = try unlock.ring(of: folder)
        let store = try RecordStore.open(
            folder, keyRing: ring, steps: parts.steps, parts: parts.store)
        do {
            let found = try await RecordLook(
                instanceID: manifest.instanceID, ids: parts.store.ids, fault: { fault($0) }
            ).run(store, sampleMax: sampleMax)
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

    private func fault(_ what: String) -> Problem {
        Problem(
            .security,
            "The backup cannot be restored as it was: \(what). Keep it, and use an older one.")
    }
}
