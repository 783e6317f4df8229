package import AccessControl
package import BackupPlaces
package import Backups
import FHIRModel
import Kernel
package import RecordStore
package import Retention
import Synchronization

/// Looks after the backups: makes them, proves them, copies them to places, deletes those that
/// nobody needs, and tells administrators what is not as it should be.
///
/// One act at a time; what a page asks for while another one goes on waits its turn.
///
/// Spec: DESIGN 6; SECURITY part 9.
package final class BackupKeeper: Sendable {
    /// What a keeper is made of.
    package struct Parts: Sendable {
        package let store: RecordStore
        package let engine: BackupEngine
        /// The folder on the disk of the box; made where it is missing.
        package let folder: String
        package let dataFolder: String
        /// Which start of the machine this is.
        package let bootID: String
        /// No right clock shows an earlier time, UTC milliseconds.
        package let plausibleFromMs: Int64
        package let mounts: Mounts
        package let settings: @Sendable () -> BackupSettings
        package let zone: @Sendable () -> ZoneTable
        /// How full the disk with a folder is.
        package let diskUsedPercent: @Sendable (String) -> Int
        /// What keeps every commit between two backups; nil where nothing does.
        package let redo: RedoLog?
        /// Tells administrators something, or with nil that it is over.
        package let keepNotice: @Sendable (Grant, String, String?) async throws -> Void

        /// Collects the parts.
        package init(
            store: RecordStore, engine: BackupEngine, folder: String, dataFolder: String,
            surroundings: Surroundings, redo: RedoLog? = nil,
            keepNotice: @escaping @Sendable (Grant, String, String?) async throws -> Void
        ) {
            self.store = store
            self.engine = engine
            self.folder = folder
            self.dataFolder = dataFolder
            bootID = surroundings.bootID
            plausibleFromMs = surroundings.plausibleFromMs
            mounts = surroundings.mounts
            settings = surroundings.settings
            zone = surroundings.zone
            diskUsedPercent = surroundings.diskUsedPercent
            self.redo = redo
            self.keepNotice = keepNotice
        }
    }

    /// What a keeper asks the machine and the clinic about.
    package struct Surroundings: Sendable {
        package var bootID: String
        package var plausibleFromMs: Int64
        package var mounts: Mounts
        package var settings: @Sendable () -> BackupSettings
        package var zone: @Sendable () -> ZoneTable
        /// How full the file system of a path is, 0 to 100.
        package var diskUsedPercent: @Sendable (String) -> Int = { DiskFill.percent($0) }

        /// Collects the answers.
        package init(
            bootID: String, plausibleFromMs: Int64, mounts: Mounts = .system,
            settings: @escaping @Sendable () -> BackupSettings,
            zone: @escaping @Sendable () -> ZoneTable
        ) {
            self.bootID = bootID
            self.plausibleFromMs = plausibleFromMs
            self.mounts = mounts
            self.settings = settings
            self.zone = zone
        }
    }

    /// What goes on at present.
    package struct Activity: Hashable, Sendable {
        /// `make`, `prove`, `drill`, `copy`, `delete` or `night`.
        package let act: String
        /// What it is done to: the name of a place, or nothing.
        package let subject: String
        /// 0 to 1.
        package var part: Double
    }

    /// What a page asked for and nobody has begun yet.
    enum Wish: Sendable {
        case make
        case prove(id: String)
        case copy(placeID: String)
        case drill(id: String, code: Hidden<String>)
    }

    struct State {
        var memory: BackupMemory?
        var keptMarkMs: Int64 = 0
        var activity: Activity?
        var wishes: [Wish] = []
        var verdict: BackupVerdict?
        var judgedSteadyMs: Int64?
        var lookedSteadyMs: [String: Int64] = [:]
        var failure: String?
        var failedSteadyMs: Int64?
        var isSpaceShort = false
        var isStopping = false
        var lastResult: String?
        var redo: [String: RedoAtPlace] = [:]
    }

    let parts: Parts
    let state = Mutex(State())
    let threads: PlaceThreads

    /// Makes a keeper; does nothing by itself.
    ///
    /// - Parameter threads: on which places are worked at.
    package init(_ parts: Parts, threads: PlaceThreads = PlaceThreads()) {
        self.parts = parts
        self.threads = threads
    }

    /// What goes on at present; nil where nothing does.
    package var activity: Activity? { state.withLock { $0.activity } }

    /// How the backups stand, as far as anybody has looked since the start.
    package var verdict: BackupVerdict? { state.withLock { $0.verdict } }

    /// Ends what goes on as soon as it can be ended.
    package func stop() { state.withLock { $0.isStopping = true } }

    /// The folder on the disk of the box.
    package var folder: String { parts.folder }

    var store: RecordStore { parts.store }
    var settings: BackupSettings { parts.settings() }
    var ownStorage: FolderStorage { FolderStorage(.folder(parts.folder), tag: nil) }

    /// The ask that everything here is allowed by.
    package static func ask(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "Backup") }

    /// Box time now, with what is remembered brought up to date.
    func now(_ grant: Grant) async throws -> BackupMemory {
        let setting = BackupMemory.setting
        let known: BackupMemory?
        if let memory = state.withLock({ $0.memory }) {
            known = memory
        } else {
            known = try await store.rows(grant) {
                try SettingRows.value(grant, setting, $0).flatMap { BackupMemory($0) }
            }
        }
        let clock = store.parts.clock
        let reading = BoxTime.Reading(
            wallMs: clock.wallMs(), steadyMs: clock.steadyMs(), bootID: parts.bootID)
        var memory =
            known
            ?? BackupMemory(time: BoxTime(reading, plausibleFromMs: parts.plausibleFromMs))
        memory.time.advance(to: reading, plausibleFromMs: parts.plausibleFromMs)
        let next = memory
        state.withLock { state in
            // What was told or done meanwhile stays; only the time is this call's own.
            var kept = state.memory ?? next
            kept.time = next.time
            state.memory = kept
            memory = kept
        }
        return memory
    }

    /// Changes what is remembered and keeps it on the disk.
    func remember(_ grant: Grant, _ change: @Sendable (inout BackupMemory) -> Void) async throws {
        _ = try await now(grant)
        let bytes = state.withLock { state -> [UInt8] in
            guard var memory = state.memory else { return [] }
            change(&memory)
            state.memory = memory
            state.keptMarkMs = memory.time.markMs
            return memory.encoded
        }
        try await store.changeRows(grant) {
            try SettingRows.put(grant, BackupMemory.setting, bytes, $0)
        }
    }

    func catalogue(_ grant: Grant) async throws -> BackupCatalogue {
        try await store.rows(grant) { try BackupRows.catalogue(grant, $0) }
    }

    /// Does one thing alone.
    ///
    /// - Throws: ``Problem`` `.conflict` where another one goes on.
    func alone<Value: Sendable>(
        _ act: String, _ subject: String = "",
        _ body: (@escaping BackupEngine.Progress) async throws -> Value
    ) async throws -> Value {
        let isFree = state.withLock { state in
            guard state.activity == nil else { return false }
            state.activity = Activity(act: act, subject: subject, part: 0)
            return true
        }
        guard isFree else {
            throw Problem(
                .conflict, "The box is at work on its backups already. Wait until that has ended.",
                retryAfterSeconds: 10)
        }
        defer { state.withLock { $0.activity = nil } }
        return try await body { part in
            self.state.withLock { state in
                state.activity?.part = part
                return !state.isStopping
            }
        }
    }

    /// Runs blocking work on a thread of its own.
    func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            _ = OwnedThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
