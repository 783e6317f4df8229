package import AccessControl
package import Backups
import Charting
package import Exchange
package import FHIRAPI
import FHIRModel
import FHIRValidation
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
    /// What resources have to fulfil before they are written.
    package let writeRules: WriteRules
    let clinicRecord: ClinicRecord
    package let setup: Setup
    package let maintenance: Maintenance
    let settings: LiveSettings
    package let settingsRecord: SettingsRecord
    /// The certificates that the box shows.
    package let certificates: CertificateKeeper
    /// What keeps every commit between two backups, while the box serves.
    package let redo: RedoLog?
    /// Gets certificates from an authority that the clinic named.
    package let acme: AcmeKeeper
    /// What looks after the backups.
    package let backups: BackupKeeper
    /// What is known of the network that the box is on.
    package let network = NetworkBoard()
    /// Has the box start anew.
    let bell = RestartBell()
    /// Whether this release has to show first that it works.
    let trial: UpgradeTrial
    private let label = BoxLabel()
    /// What delivers subscriptions while the box serves.
    package let subscriptions: SubscriptionEngine
    /// What the delivery of subscriptions works with.
    package let subscriptionParts: SubscriptionParts
    package let clock: Clock
    package let ids: IDs
    private let folderLock: FolderLock
    private let facts: BoxFacts

    /// The steps of the schema, in the one order of the whole box.
    static let schemaSteps: [SchemaStep] =
        ownSteps + FaultRelease.steps(after: ownSteps.map(\.number).max() ?? 0)

    private static let ownSteps: [SchemaStep] =
        [.records, .audit, .queues] + Identity.schemaSteps + [
            .notices, .history, .search, .factVersions,
        ]
        + Identity.laterSteps + [
            .deferred, .purges, .subscriptions, .terms, .backups, .redo, .registrationDrafts,
            .subscriptionEvents,
        ]

    /// Opens a folder, making what it lacks: the folder itself, its keys, its database.
    ///
    /// - Parameters:
    ///   - serving: what the start was given, where the box is going to serve.
    ///   - clock: the machine's own, unless a test holds it.
    ///   - passwords: hashes at the full cost, unless a test makes it cheap.
    ///   - machine: measures the machine at hand, unless a test makes one up.
    /// - Throws: ``Problem`` that names the way out: another process has the folder, the keys do
    ///   not fit, a newer release wrote it.
    package static func open(
        _ folder: DataFolder, settings: IdentitySettings, serving: ServeSettings? = nil,
        clock: Clock = SystemClock.clock, passwords: PasswordPool? = nil,
        machine: SetupMachine? = nil
    ) async throws -> Box {
        try SelfTest.run()
        try FolderOwner.check(folder.path)
        try folder.make()
        let lock = try folder.lock()
        try settle(folder)
        let ids = SystemClock.ids(clock)
        let state = serving?.upgradeState.flatMap { UpgradeState.read($0) }
        let isOnTrial = try await bringUp(
            folder, clock: clock, ids: ids, isOrdered: state?.phase == .ordered)
        let ring = try KeyFolder.open(folder, nowMs: clock.wallMs())
        let writing = WritingRules()
        let store = try RecordStore.open(
            folder, keyRing: ring, steps: schemaSteps,
            parts: RecordStore.Parts(
                clock: clock, ids: ids, onFatal: { Console.fatal($0) },
                onDamage: { Console.problem("tribal-ehr: \($0)") }, writing: writing,
                followers: [SubscriptionFollower.follower(clock), FrontDesk.follower],
                redo: RedoTap()))
        let identity = try await Identity(
            store: store, passwords: try passwords ?? PasswordPool(), settings: settings)
        let facts = BoxFacts()
        let box = Box(
            folder: folder, lock: lock, store: store, clock: clock, ids: ids, identity: identity,
            facts: facts, settings: serving ?? ServeSettings(identity: settings),
            trial: UpgradeTrial(folder, isOn: isOnTrial),
            setup: Setup(
                gate: Gate(store: store), store: store, codeFile: folder.setupCode,
                accounts: identity.forSetup, machine: machine ?? SetupProbe.machine(folder),
                box: facts.forSetup))
        facts.follow(box)
        _ = try await store.termBook()
        try await box.settingsRecord.load(
            try await box.grant(Ask(.read, area: .system, type: "Setting"), box.machine("job")))
        writing.setAuthor { [weak box] caller in box?.author(of: caller) }
        box.settings.follow { writing.set(isNarrated: $0.isNarrated, isTraced: $0.isTraced) }
        try await box.refreshFacts()
        try await box.maintenance.load(
            try await box.grant(MaintenanceFeature.ask(.read), box.machine("job")))
        return box
    }

    private init(
        folder: DataFolder, lock: FolderLock, store: RecordStore, clock: Clock, ids: IDs,
        identity: Identity, facts: BoxFacts, settings base: ServeSettings, trial: UpgradeTrial,
        setup: Setup
    ) {
        self.trial = trial
        self.folder = folder
        self.folderLock = lock
        self.store = store
        self.clock = clock
        self.ids = ids
        gate = Gate(store: store)
        // The book of codes is as it stands when a resource is checked.
        let rules = WriteRules(.r4.with(codeSets: store.terms))
        writeRules = rules
        importer = Importer(gate: gate, store: store, ids: ids, rules: rules)
        clinicRecord = ClinicRecord(store: store)
        maintenance = Maintenance(store: store)
        certificates = CertificateKeeper(
            CertificateKeeper.Parts(
                store: store, clock: clock, folder: folder,
                surroundings: BoxSurroundings.of(store, network, label)))
        self.identity = identity
        self.facts = facts
        self.setup = setup
        let live = LiveSettings(base)
        settings = live
        let redo = Self.redoLog(store)
        self.redo = redo
        acme = AcmeKeeper(Self.acmeParts(store, live, certificates))
        backups = BackupKeeper(
            BackupKeeper.Parts(
                store: store,
                engine: BoxBackupEngine.of(
                    store, parts: store.parts, clinicName: { facts.clinic?.name }),
                folder: folder.backups, dataFolder: folder.path,
                surroundings: BackupSurroundings.of(
                    settings: { live.current.backups },
                    zoneName: { facts.clinic?.timeZone }), redo: redo,
                keepNotice: { grant, kind, text in
                    try await NoticeBoard(store: store).keep(grant, kind: kind, text)
                }))
        live.follow { rules.use($0.validation) }
        subscriptionParts = Self.subscriptionParts(store, identity, live, label)
        subscriptions = SubscriptionEngine(subscriptionParts)
        settingsRecord = SettingsRecord(
            store: store,
            source: SettingsSource(
                facts: live.facts, takes: { LiveSettings.takes($0, $1) },
                use: {
                    try await identity.use(live.use($0).identity)
                    try await facts.keepOwnRecords()
                }))
    }

    /// Commits what is queued and gives the folder back.
    package func close() async {
        // The head is anchored again at the next start if this fails.
        try? await store.anchorAudit()
        store.close()
        redo?.stop()
        facts.forgetActs()
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
    ///
    /// A box that lost its users still does: nobody sets it up again.
    package var isClaimed: Bool { facts.clinic != nil }

    /// What anybody may know before signing in.
    var publicFacts: BoxFeature.Facts {
        BoxFeature.Facts(
            clinicName: facts.clinic?.name, isClaimed: isClaimed, isDemo: facts.isDemo,
            isPractice: facts.clinic?.isPractice ?? false, closing: maintenance.closing)
    }

    /// What people who sign in are told; the first name is the box's own.
    var signInFacts: SignInFacts {
        let own = "\(boxName).local"
        return SignInFacts(
            clinicName: clinic?.name ?? "Tribal EHR",
            names: [own] + identity.settings.hosts + ["localhost"])
    }

    /// The name under which browsers find the box, without a domain, from memory.
    var boxName: String { label.text }

    /// The clinic, from memory.
    package var clinic: Clinic? { facts.clinic }

    /// Whether the invented clinic is to be brought in since the box was claimed; true once.
    func takePracticeDue() -> Bool { facts.takePracticeDue() }

    /// Has something done once when the box is claimed, while it serves.
    func whenClaimed(_ act: @escaping @Sendable () async throws -> Void) {
        facts.whenClaimed(act)
    }

    /// Reads again what ``publicFacts`` and ``clinic`` answer from memory.
    func refreshFacts() async throws {
        let caller = machine("job")
        let clinic = try await clinicRecord.read(
            try await grant(Ask(.read, area: .system, type: "Clinic"), caller))
        let isDemo = DemoClinic.patientIDs.contains { store.people.person($0) != nil }
        facts.set(clinic, isDemo: isDemo)
        if let clinic { identity.setClinicName(clinic.name) }
        try await keepOwnRecords()
        label.put(clinic?.boxName ?? BoxLabel.unclaimed)
    }
}
