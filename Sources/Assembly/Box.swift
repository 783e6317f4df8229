package import AccessControl
package import FHIRAPI
import FHIRModel
package import Identity
package import Kernel
package import RecordStore
package import Sealing
package import ServerKit
package import Steward
import Synchronization

/// An open data folder with everything that works on it; one process at a time has one.
package final class Box: Sendable {
    package let folder: DataFolder
    package let store: RecordStore
    package let identity: Identity
    package let gate: Gate
    package let importer: Importer
    let clinicRecord: ClinicRecord
    /// The certificates that the box shows.
    package let certificates: CertificateKeeper
    /// What is known of the network that the box is on.
    package let network = NetworkBoard()
    private let label = BoxLabel()
    package let clock: Clock
    package let ids: IDs
    private let folderLock: FolderLock
    private let facts = Mutex<(clinic: Clinic?, isDemo: Bool)>((nil, false))

    /// The steps of the schema, in the one order of the whole box.
    static let schemaSteps: [SchemaStep] =
        [.records, .audit, .queues] + Identity.schemaSteps + [.notices, .history, .search]

    /// Opens a folder, making what it lacks: the folder itself, its keys, its database.
    ///
    /// - Parameters:
    ///   - clock: the machine's own, unless a test holds it.
    ///   - passwords: hashes at the full cost, unless a test makes it cheap.
    /// - Throws: ``Problem`` that names the way out: another process has the folder, the keys do
    ///   not fit, a newer release wrote it.
    package static func open(
        _ folder: DataFolder, settings: IdentitySettings, clock: Clock = SystemClock.clock,
        passwords: PasswordPool? = nil
    ) async throws -> Box {
        try SelfTest.run()
        try folder.make()
        let lock = try folder.lock()
        let ids = SystemClock.ids(clock)
        let ring = try KeyFolder.open(folder, nowMs: clock.wallMs())
        let store = try RecordStore.open(
            folder, keyRing: ring, steps: schemaSteps,
            parts: RecordStore.Parts(
                clock: clock, ids: ids, onFatal: { Console.fatal($0) },
                onDamage: { Console.problem("tribal-ehr: \($0)") }))
        let box = Box(
            folder: folder, lock: lock, store: store, clock: clock, ids: ids,
            identity: try await Identity(
                store: store, passwords: try passwords ?? PasswordPool(), settings: settings))
        try await box.refreshFacts()
        return box
    }

    private init(
        folder: DataFolder, lock: FolderLock, store: RecordStore, clock: Clock, ids: IDs,
        identity: Identity
    ) {
        self.folder = folder
        self.folderLock = lock
        self.store = store
        self.clock = clock
        self.ids = ids
        gate = Gate(store: store)
        importer = Importer(gate: gate, store: store, ids: ids)
        clinicRecord = ClinicRecord(store: store)
        certificates = CertificateKeeper(
            CertificateKeeper.Parts(
                store: store, clock: clock, folder: folder,
                surroundings: BoxSurroundings.of(store, network, label)))
        self.identity = identity
    }

    /// Commits what is queued and gives the folder back.
    package func close() async {
        // The head is anchored again at the next start if this fails.
        try? await store.anchorAudit()
        store.close()
    }

    /// The box itself as one who asks.
    ///
    /// - Parameter name: what stands behind it: `command` or `job`.
    package func machine(_ name: String) -> Caller {
        Caller(kind: .machine, name: name, address: "local", requestID: ids.next())
    }

    /// The box itself as one who asks because of a request of nobody known.
    func machine(at address: String) -> Caller {
        Caller(kind: .machine, name: "job", address: address, requestID: ids.next())
    }

    /// The grant of the box itself for an ask.
    package func grant(_ ask: Ask, _ caller: Caller) async throws -> Grant {
        try await gate.grant(ask, to: caller)
    }

    /// Whether the box belongs to a clinic.
    package var isClaimed: Bool {
        !identity.accounts.isEmpty && facts.withLock { $0.clinic != nil }
    }

    /// What anybody may know before signing in.
    var publicFacts: BoxFeature.Facts {
        let known = facts.withLock { $0 }
        return BoxFeature.Facts(
            clinicName: known.clinic?.name, isClaimed: isClaimed, isDemo: known.isDemo)
    }

    /// The name under which browsers find the box, without a domain, from memory.
    var boxName: String { label.text }

    /// The clinic, from memory.
    var clinic: Clinic? { facts.withLock { $0.clinic } }

    /// Reads again what ``publicFacts`` and ``clinic`` answer from memory.
    func refreshFacts() async throws {
        let caller = machine("job")
        let clinic = try await clinicRecord.read(
            try await grant(Ask(.read, area: .system, type: "Clinic"), caller))
        let isDemo = DemoClinic.patientIDs.contains { store.people.person($0) != nil }
        facts.withLock { $0 = (clinic, isDemo) }
        label.put(clinic?.boxName ?? BoxLabel.unclaimed)
    }
}
