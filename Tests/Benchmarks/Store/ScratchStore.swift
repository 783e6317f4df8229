import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing
import Synchronization
import TestKit

/// A record store on the disk that is measured, with the real clock.
final class ScratchStore {
    let data: DataFolder
    private(set) var store: RecordStore
    private let commits: CommitCount
    private let parts: RecordStore.Parts
    private let keyRing: OpenKeyRing
    private let lock: FolderLock

    /// Makes an empty store in a folder below `parent`.
    ///
    /// - Parameter isExplained: whether what is written gets a narrative and a Provenance, as in a
    ///   box.
    init(in parent: String, name: String, isExplained: Bool = false) throws {
        let commits = CommitCount()
        self.commits = commits
        data = DataFolder(path: "\(parent)/\(name)")
        try data.make()
        lock = try data.lock()
        keyRing = try KeyRing.create(
            folder: data.path, machine: SecretBytes.random(32), nowMs: FixedClock.mondayMs
        ).ring
        let writing = WritingRules()
        writing.set(isNarrated: isExplained, isTraced: isExplained)
        if isExplained {
            writing.setPlace(clinicName: "Bench")
            writing.setAuthor { caller in
                ProvenanceAuthor(reference: "Practitioner/bench", display: caller.name)
            }
        }
        parts = RecordStore.Parts(
            clock: commits.clock, ids: SeededIDs().ids,
            onFatal: { Console.note("The store stopped: \($0)") },
            onDamage: { Console.note($0) }, writing: writing)
        store = try RecordStore.open(
            data, keyRing: keyRing, steps: TestStore.ownSteps, parts: parts)
    }

    /// Commits so far: the writer looks at the steady clock once after each.
    var commitCount: Int { commits.value }

    func close() { store.close() }

    /// Closes and opens again; the seconds that the opening took.
    func reopen() throws -> Double {
        store.close()
        let start = ContinuousClock.now
        store = try RecordStore.open(
            data, keyRing: keyRing, steps: TestStore.ownSteps, parts: parts)
        return Stopwatch.seconds(since: start)
    }

    /// Stores patients, 500 to a transaction.
    func put(_ patients: [InventedPatient]) async throws {
        for start in stride(from: 0, to: patients.count, by: 500) {
            let changes = try patients[start..<min(start + 500, patients.count)].map { patient in
                Change(
                    try Callers.machine.grant(.update, "Patient", id: patient.id), .update,
                    type: "Patient", id: patient.id, json: try JSON.parse(patient.bytes))
            }
            _ = try await store.change(changes)
        }
    }
}

/// Counts how often the store looks at the steady clock.
private final class CommitCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    var clock: Clock {
        let start = ContinuousClock.now
        return Clock(
            wallMs: {
                FixedClock.mondayMs + Int64(Stopwatch.seconds(since: start) * 1_000)
            },
            steadyMs: { [self] in
                count.add(1, ordering: .relaxed)
                return Int64(Stopwatch.seconds(since: start) * 1_000)
            })
    }
}
