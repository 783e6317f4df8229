package import AccessControl
package import FHIRModel
import Kernel
package import RecordStore
package import SQLite
package import Sealing
import Synchronization

/// A record store in a folder of its own, with keys of its own, gone when nobody holds it.
package final class TestStore {
    /// The folder as the test made it.
    package let folder: TemporaryFolder
    /// The folder as the product names its files.
    package let data: DataFolder
    package let clock: FixedClock
    package let recoveryCode: RecoveryCode
    /// The key that opens the ring.
    package private(set) var machineKey: SecretBytes
    package private(set) var keyRing: OpenKeyRing
    /// The open store; after ``close()`` the one that was open last.
    package private(set) var store: RecordStore
    private var parts: RecordStore.Parts
    private let fatal: Reasons
    private let steps: [SchemaStep]
    private var lock: FolderLock?

    /// The steps that the record store itself needs.
    package static let ownSteps: [SchemaStep] = [
        .records, .audit, .queues, .search, .purges, .redo,
    ]

    /// The ways to older versions, as the first step after the store's own.
    package static let history = SchemaStep(4, "history", sql: SchemaStep.history.sql)

    /// Makes a data folder and opens a store in it.
    ///
    /// - Parameters:
    ///   - steps: what features add to the schema, numbered from 4.
    ///   - parent: where the folder is made.
    ///   - search: what records are found by.
    ///   - redo: who is told what each commit changed.
    package init(
        steps: [SchemaStep] = [], clock: FixedClock = FixedClock(), in parent: String = "/tmp",
        idSeed: UInt64 = 1, search: SearchRules = .r4, redo: RedoTap? = nil
    ) throws {
        let fatal = Reasons()
        folder = try TemporaryFolder(in: parent)
        data = DataFolder(path: folder.path)
        self.clock = clock
        self.fatal = fatal
        self.steps = Self.ownSteps + steps
        parts = RecordStore.Parts(
            clock: clock.clock, ids: SeededIDs(seed: idSeed).ids,
            onFatal: { reason in fatal.list.withLock { $0.append(reason) } }, onDamage: { _ in },
            search: search, redo: redo)
        try data.make()
        lock = try data.lock()
        machineKey = try SecretBytes.random(32)
        let made = try KeyRing.create(
            folder: data.path, machine: machineKey, nowMs: clock.clock.wallMs())
        keyRing = made.ring
        recoveryCode = made.recoveryCode
        store = try RecordStore.open(data, keyRing: keyRing, steps: self.steps, parts: parts)
    }

    deinit { close() }

    /// Why the store would have ended the process, in the order it said so.
    package var fatalReasons: [String] { fatal.list.withLock { $0 } }

    /// Closes the store in an orderly way; a second call does nothing.
    package func close() {
        guard lock != nil else { return }
        store.close()
        lock = nil
    }

    /// Does the same, and has the changes of each commit handed to a tap, or to nobody.
    package func reopen(redo: RedoTap?) throws {
        parts = RecordStore.Parts(
            clock: parts.clock, ids: parts.ids, onFatal: parts.onFatal, onDamage: parts.onDamage,
            search: parts.search, redo: redo)
        try reopen()
    }

    /// Closes the store and opens the folder anew, with the key ring as it is on the disk.
    ///
    /// - Parameter steps: instead of those that the store was made with.
    package func reopen(steps: [SchemaStep]? = nil) throws {
        close()
        lock = try data.lock()
        do {
            keyRing = try KeyRing.load(folder: data.path).open(with: .machine(machineKey))
            store = try RecordStore.open(
                data, keyRing: keyRing, steps: steps.map { Self.ownSteps + $0 } ?? self.steps,
                parts: parts)
        } catch {
            lock = nil
            throw error
        }
    }

    /// A connection beside the store's own, for a test that looks at rows.
    package func rawConnection() throws -> Connection {
        try Connection(path: data.database, mode: .readWrite)
    }

    private final class Reasons: Sendable {
        let list = Mutex<[String]>([])
    }
}

extension RecordStore {
    /// Stores a resource as the box itself does, whatever is there.
    @discardableResult
    package func put(_ json: JSON, by caller: Caller = Callers.machine) async throws -> Changed {
        let type = json.string("resourceType") ?? ""
        let id = json.string("id") ?? ""
        let grant = try caller.grant(.update, type, id: id)
        let made = try await change([Change(grant, .update, type: type, id: id, json: json)])
        guard let first = made.first else { throw Problem(.unexpected, "Nothing was stored.") }
        return first
    }

    /// Deletes a resource as the box itself does.
    @discardableResult
    package func delete(
        _ type: String, _ id: String, by caller: Caller = Callers.machine
    ) async throws -> Changed {
        let grant = try caller.grant(.delete, type, id: id)
        let made = try await change([Change(grant, .delete, type: type, id: id, json: nil)])
        guard let first = made.first else { throw Problem(.unexpected, "Nothing was stored.") }
        return first
    }

    /// Reads the newest version of a resource.
    package func read(
        _ type: String, _ id: String, version: Int? = nil, by caller: Caller = Callers.machine
    ) async throws -> StoredResource {
        try await read(
            caller.grant(version == nil ? .read : .vread, type, id: id), version: version)
    }

    /// The newest entries of the audit log, newest first.
    package func auditTail(_ count: Int) async throws -> [AuditEntry] {
        var query = AuditQuery()
        query.limit = count
        return try await auditEntries(
            Callers.machine.grant(.search, area: .audit, "AuditLog"), query)
    }

    /// What a check of the audit chain finds.
    package func auditVerdict() async throws -> AuditVerdict {
        try await verifyAudit(Callers.machine.grant(.read, area: .audit, "AuditLog"))
    }
}
