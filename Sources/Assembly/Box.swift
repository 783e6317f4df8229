import AccessControl
import FHIRAPI
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import Synchronization

/// An open data folder with everything that works on it; one process at a time has one.
final class Box: Sendable {
    let folder: DataFolder
    let store: RecordStore
    let identity: Identity
    let gate: Gate
    let importer: Importer
    let clinicRecord: ClinicRecord
    let clock: Clock
    let ids: IDs
    private let folderLock: FolderLock
    private let facts = Mutex<(clinic: Clinic?, isDemo: Bool)>((nil, false))

    /// The steps of the schema, in the one order of the whole box.
    static let schemaSteps: [SchemaStep] =
        [.records, .audit, .queues] + Identity.schemaSteps + [.notices]

    /// Opens a folder, making what it lacks: the folder itself, its keys, its database.
    ///
    /// - Throws: ``Problem`` that names the way out: another process has the folder, the keys do
    ///   not fit, a newer release wrote it.
    static func open(_ folder: DataFolder, settings: IdentitySettings) async throws -> Box {
        try SelfTest.run()
        try folder.make()
        let lock = try folder.lock()
        let clock = SystemClock.clock
        let ids = SystemClock.ids(clock)
        let ring = try KeyFolder.open(folder, nowMs: clock.wallMs())
        let store = try RecordStore.open(
            folder, keyRing: ring, steps: schemaSteps,
            parts: RecordStore.Parts(clock: clock, ids: ids, onFatal: { Console.fatal($0) }))
        let box = try await Box(
            folder: folder, lock: lock, store: store, clock: clock, ids: ids, settings: settings)
        try await box.refreshFacts()
        return box
    }

    private init(
        folder: DataFolder, lock: FolderLock, store: RecordStore, clock: Clock, ids: IDs,
        settings: IdentitySettings
    ) async throws {
        self.folder = folder
        self.folderLock = lock
        self.store = store
        self.clock = clock
        self.ids = ids
        gate = Gate(store: store)
        importer = Importer(gate: gate, store: store)
        clinicRecord = ClinicRecord(store: store)
        identity = try await Identity(
            store: store, passwords: try PasswordPool(), settings: settings)
    }

    /// Commits what is queued and gives the folder back.
    func close() async {
        // The head is anchored again at the next start if this fails.
        try? await store.anchorAudit()
        store.close()
    }

    /// The box itself as one who asks.
    ///
    /// - Parameter name: what stands behind it: `command` or `job`.
    func machine(_ name: String) -> Caller {
        Caller(kind: .machine, name: name, address: "local", requestID: ids.next())
    }

    /// The grant of the box itself for an ask.
    func grant(_ ask: Ask, _ caller: Caller) async throws -> Grant {
        try await gate.grant(ask, to: caller)
    }

    /// Whether the box belongs to a clinic.
    var isClaimed: Bool { !identity.accounts.isEmpty && facts.withLock { $0.clinic != nil } }

    /// What anybody may know before signing in.
    var publicFacts: BoxFeature.Facts {
        let known = facts.withLock { $0 }
        return BoxFeature.Facts(
            clinicName: known.clinic?.name, isClaimed: isClaimed, isDemo: known.isDemo)
    }

    /// The clinic, from memory.
    var clinic: Clinic? { facts.withLock { $0.clinic } }

    /// Reads again what ``publicFacts`` and ``clinic`` answer from memory.
    func refreshFacts() async throws {
        let caller = machine("job")
        let clinic = try await clinicRecord.read(
            try await grant(Ask(.read, area: .system, type: "Clinic"), caller))
        let isDemo = DemoClinic.patientIDs.contains { store.people.person($0) != nil }
        facts.withLock { $0 = (clinic, isDemo) }
    }
}
