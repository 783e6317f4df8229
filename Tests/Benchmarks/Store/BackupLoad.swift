import AccessControl
import Backups
import FHIRModel
import Kernel
import RecordStore
import Synchronization
import TestKit

/// *Backup beside the clinic*: how long a backup of a record of a size takes, how long the longest
/// write waits meanwhile, and how long the proof takes.
struct BackupLoad: Sendable {
    private static let clientCount = 20
    private static let noteBytes = 12_000

    let scratch: String
    let plan: Plan

    func run() async throws -> [Figure] {
        let bench = try ScratchStore(in: scratch, name: "backup")
        defer { bench.close() }
        var invented = Invented()
        let patients = invented.patients(plan.createPatients)
        try await bench.put(patients)
        try await fill(bench, patients, &invented)
        let store = bench.store
        let quiet = try await busy(store, patients) {
            try await Task.sleep(for: .seconds(plan.loadSeconds))
        }
        let writer = BackupWriter(
            BackupSource(
                store: store, clinicName: "Bench", appVersion: "0.1.0", clock: store.parts.clock,
                ids: store.parts.ids))
        let folder = bench.data.backups
        let box = Mutex<BackupWriter.Made?>(nil)
        let loaded = try await busy(store, patients) {
            let made = try await writer.make(in: folder)
            box.withLock { $0 = made }
        }
        guard let made = box.withLock({ $0 }) else { throw Failure("No backup was made.") }
        let prover = BackupProver(
            BackupProver.Parts(
                steps: TestStore.ownSteps,
                store: RecordStore.Parts(
                    clock: store.parts.clock, ids: store.parts.ids, onFatal: { _ in },
                    onDamage: { _ in })))
        let proof = try await prover.prove(
            made.file, with: .box(store.keyRing), scratch: bench.data.scratch + "/proof")
        guard proof.manifest.auditSeq == made.manifest.auditSeq, proof.seals.firstBad == nil else {
            throw Failure("The proof is of another moment than the backup.")
        }
        return figures(made, proof, quiet: quiet, loaded: loaded)
    }

    private func figures(
        _ made: BackupWriter.Made, _ proof: Proof, quiet: [Double], loaded: [Double]
    ) -> [Figure] {
        let gib = Double(made.file.header.contentBytes) / Double(1 << 30)
        let size = Number.text(gib * 1_024)
        let clients = "\(Self.clientCount) clients write"
        return [
            Figure(
                name: "longest write beside a backup", unit: "ms", measured: loaded.max() ?? 0,
                base: quiet.max() ?? 0, aim: .measuredMax(100),
                detail: "\(clients), \(size) MiB; base: without a backup"),
            Figure(
                name: "99 of 100 writes beside a backup", unit: "ms",
                measured: Self.percentile(loaded), base: Self.percentile(quiet),
                detail: "\(loaded.count) writes"),
            Figure(
                name: "copy of the database", unit: "s",
                measured: Double(made.snapshotMs) / 1_000, detail: "\(size) MiB, \(clients)"),
            Figure(
                name: "backup, sealed and read back", unit: "s",
                measured: Double(made.totalMs) / 1_000, detail: "\(size) MiB, \(clients)"),
            Figure(
                name: "proof by a full restore", unit: "s", measured: Double(proof.tookMs) / 1_000,
                detail: "\(proof.seals.openedCount) seals, \(proof.auditEntries) audit entries"),
        ]
    }

    private static func percentile(_ values: [Double]) -> Double {
        let ordered = values.sorted()
        return ordered.isEmpty ? 0 : ordered[min(ordered.count - 1, ordered.count * 99 / 100)]
    }

    /// Fills the record to the size of the plan with long notes that do not compress.
    private func fill(
        _ bench: ScratchStore, _ patients: [InventedPatient], _ invented: inout Invented
    ) async throws {
        var random = SeededRandom(seed: 5)
        while Folders.fileBytes(bench.data.database) < plan.backupMiB << 20 {
            var changes: [Change] = []
            for number in 0..<200 {
                let patient = patients[number % patients.count]
                let id = bench.store.parts.ids.next()
                let note = Hex.text(random.bytes(Self.noteBytes / 2))
                let text = Array(
                    """
                    {"resourceType":"Observation","id":"\(id)","status":"final","code":{"text":\
                    "Note"},"subject":{"reference":"Patient/\(patient.id)"},"valueString":"\(note)"}
                    """.utf8)
                let grant = try Callers.machine.grant(
                    .update, "Observation", id: id, patientID: patient.id)
                changes.append(
                    Change(
                        grant, .update, type: "Observation", id: id, json: try JSON.parse(text)))
            }
            _ = try await bench.store.change(changes)
        }
    }

    /// Has clients write while something else happens; how long each write took, in milliseconds.
    private func busy(
        _ store: RecordStore, _ patients: [InventedPatient],
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> [Double] {
        let load = WriteLoad()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<Self.clientCount {
                let patient = patients[client % patients.count].id
                group.addTask { try await load.write(store, of: patient, seed: 100 + client) }
            }
            group.addTask {
                defer { load.end() }
                try await body()
            }
            try await group.waitForAll()
        }
        return load.waitedMs
    }
}

/// Clients that write until they are told to end, and how long each write took.
private final class WriteLoad: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let waits = Mutex<[Double]>([])

    /// Milliseconds of each write.
    var waitedMs: [Double] { waits.withLock { $0 } }

    func end() { isOver.store(true, ordering: .relaxed) }

    func write(_ store: RecordStore, of patientID: String, seed: Int) async throws {
        var invented = Invented(seed: UInt64(seed))
        while !isOver.load(ordering: .relaxed) {
            let json = try JSON.parse(invented.observation(of: patientID))
            let id = store.parts.ids.next()
            let grant = try Callers.physician.grant(
                .create, "Observation", id: id, patientID: patientID)
            let change = Change(grant, .create, type: "Observation", id: id, json: json)
            let took = try await Stopwatch.seconds { try await store.change([change]) }
            waits.withLock { $0.append(took.seconds * 1_000) }
        }
    }
}
