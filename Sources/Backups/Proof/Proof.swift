import FHIRModel
import Kernel
package import RecordStore
import SQLite
package import Sealing

/// What a restore into a scratch folder showed.
package struct Proof: Sendable {
    /// The backup.
    package let file: BackupFile
    package let manifest: Manifest
    /// When it was proven, in UTC milliseconds, and how long that took.
    package let atMs: Int64
    package let tookMs: Int64
    /// Entries of the audit log that were checked.
    package let auditEntries: Int64
    /// Sealed values that were opened, of how many.
    package let seals: SealVerdict
    /// Whether a chart could be read from it; false where there is no patient in it.
    package let isChartRead: Bool
    /// What opened it: `machine` or the number of a kit.
    package let openedBy: String
}

/// Restores backups into a scratch folder and looks whether all is there.
package struct BackupProver: Sendable {
    /// What a proof needs to know of the program.
    package struct Parts: Sendable {
        let steps: [SchemaStep]
        let store: RecordStore.Parts
        /// Looks at the restored folder as the box itself would; nil for nothing more.
        let look: (@Sendable (DataFolder) async throws -> Void)?

        /// Collects the parts.
        ///
        /// - Parameter steps: the schema of this release.
        package init(
            steps: [SchemaStep], store: RecordStore.Parts,
            look: (@Sendable (DataFolder) async throws -> Void)? = nil
        ) {
            self.steps = steps
            self.store = store
            self.look = look
        }
    }

    private let parts: Parts

    /// Makes a prover.
    package init(_ parts: Parts) { self.parts = parts }

    /// Proves that a backup can be restored: unpacks it, opens its record with its own keys, checks
    /// digests, counts, the audit chain and its head against the manifest, opens sealed values,
    /// checks the database file, reads a chart, and removes everything again.
    ///
    /// - Parameters:
    ///   - unlock: the keys of this box, or the recovery kit.
    ///   - scratch: a folder for the restored files; made, and removed at the end.
    ///   - sampleMax: how many sealed values of each table are opened; nil for all.
    /// - Throws: ``Problem`` that says what is wrong with the backup.
    package func prove(
        _ file: BackupFile, with unlock: BackupUnlock, scratch: String, sampleMax: Int? = nil,
        progress: @escaping @Sendable (Double) throws -> Void = { _ in }
    ) async throws -> Proof {
        let clock = parts.store.clock
        let startedMs = clock.steadyMs()
        let folder = DataFolder(path: scratch)
        Folders.remove(scratch)
        defer { Folders.remove(scratch) }
        let open = try file.unlock(with: unlock)
        let manifest = try await QuietThread.run {
            try Folders.make(scratch)
            return try open.extract(into: scratch) { try progress($0 * 0.6) }
        }
        let check = RestoredCheck(folder: folder, manifest: manifest, parts: parts)
        let found = try await check.run(unlock, sampleMax: sampleMax)
        try progress(0.95)
        try await parts.look?(folder)
        try progress(1)
        return Proof(
            file: file, manifest: manifest, atMs: clock.wallMs(),
            tookMs: clock.steadyMs() - startedMs, auditEntries: found.auditEntries,
            seals: found.seals, isChartRead: found.isChartRead, openedBy: unlock.words)
    }
}

extension BackupUnlock {
    /// What opens: `machine`, or the number of the kit.
    var words: String {
        switch self {
        case .box: "machine"
        // A code that opened a backup has a number.
        case .kit(let code): (try? code.kitID()) ?? "kit"
        }
    }

    /// The master keys of a restored folder.
    func ring(of folder: DataFolder) throws -> OpenKeyRing {
        do throws(KeyRingError) {
            let closed = try KeyRing.load(folder: folder.path)
            switch self {
            case .box(let ring): return try closed.open(with: ring)
            case .kit(let code): return try closed.open(with: .recovery(code))
            }
        } catch {
            throw Problem(.security, "The keys in the backup do not open: \(error)")
        }
    }
}

extension BackupProver.Parts {
    /// Opens the record of an unpacked backup with the master keys of the box that made it.
    ///
    /// - Throws: ``Problem`` where the keys or the record do not open.
    package func store(of folder: DataFolder, with ring: OpenKeyRing) throws -> RecordStore {
        try RecordStore.open(
            folder, keyRing: try BackupUnlock.box(ring).ring(of: folder), steps: steps,
            parts: store)
    }
}
