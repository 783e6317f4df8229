import Glibc
import Kernel
package import RecordStore
import SQLite
package import Sealing

/// Brings the record of a data folder to this release, or an earlier record back.
///
/// The record itself is never changed: a copy is brought up and looked at as a whole, and only then
/// takes its place in one decision of ``FolderSwitch``. What was there is kept. The caller holds the
/// lock of the folder, has nothing of it open, and has finished what a switch had decided.
package struct DataUpgrade: Sendable {
    /// What was done.
    package enum Outcome: Hashable, Sendable {
        /// The record is of this release.
        case open
        /// It is, and people wait until this release has shown that it works.
        case trial
        /// The record of before is back; the later one lies in the folder.
        case putBack(later: String)
    }

    /// How many sealed values of each table are opened.
    private static let sampleMax = 5_000

    private let data: DataFolder
    private let parts: BackupProver.Parts
    private let version: String
    private let isOrdered: Bool
    private let step: @Sendable (String) throws -> Void

    /// Makes it for a folder.
    ///
    /// - Parameters:
    ///   - version: this release.
    ///   - isOrdered: whether a person ordered the earlier record back.
    ///   - step: called before each step with its name; tests stop there, and the service manager
    ///     is told.
    package init(
        _ data: DataFolder, parts: BackupProver.Parts, version: String, isOrdered: Bool = false,
        step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        self.data = data
        self.parts = parts
        self.version = version
        self.isOrdered = isOrdered
        self.step = step
    }

    /// Looks how the record stands and does what is to be done.
    ///
    /// - Parameter keys: opens the keys of the folder.
    /// - Throws: ``Problem``: `.notSupported` with the release to install for a record of a later one;
    ///   what was wrong with the copy, in which case the record is as it was.
    package func settle(keys: @Sendable () throws -> OpenKeyRing) async throws -> Outcome {
        var journal = try UpgradeJournal.read(data)
        let record = RecordFacts.step(of: data)
        let plan = UpgradePlan(
            UpgradePlan.Facts(
                journal: journal, recordStep: record, ownStep: ownStep,
                asideStep: journal?.aside.flatMap { RecordFacts.step(of: folder($0)) },
                isOrdered: isOrdered))
        switch plan {
        case .open:
            if let record { try note(journal, record) }
            return .open
        case .tryOut: return .trial
        case .forget:
            journal?.phase = .settled
            journal?.staged = nil
            journal?.aside = nil
            journal?.version = version
            journal?.toStep = record ?? ownStep
            try journal?.write(data)
            return .open
        case .prepare:
            try await prepare(journal, from: record ?? 0, keys)
            return .trial
        case .putBack(let aside): return try putBack(journal, aside: aside)
        case .refuse(let aside): throw refusal(journal, record ?? 0, aside: aside)
        }
    }

    /// Ends the trial: from here on the record of before comes back by an order only.
    package static func confirm(_ data: DataFolder, nowMs: Int64) throws {
        guard var journal = try UpgradeJournal.read(data), journal.phase == .trial else { return }
        journal.phase = .settled
        journal.staged = nil
        journal.endedAtMs = nowMs
        try journal.write(data)
    }

    private var ownStep: Int { parts.steps.map(\.number).max() ?? 0 }

    private var nowMs: Int64 { parts.store.clock.wallMs() }

    private func folder(_ name: String) -> DataFolder { DataFolder(path: data.path + "/" + name) }

    /// Writes down which release has the record, where that is another one than before.
    private func note(_ journal: UpgradeJournal?, _ record: Int) throws {
        guard var journal else {
            return try UpgradeJournal(settled: version, step: record, atMs: nowMs).write(data)
        }
        guard journal.version != version, journal.phase == .settled || journal.phase == .failed
        else { return }
        journal.version = version
        try journal.write(data)
    }

    // MARK: Forward

    private func prepare(
        _ before: UpgradeJournal?, from record: Int, _ keys: @Sendable () throws -> OpenKeyRing
    ) async throws {
        let change = FolderSwitch(data, step: step)
        var journal = UpgradeJournal(settled: version, step: ownStep, atMs: nowMs)
        let isUnderWay = before?.phase == .preparing || before?.phase == .trial
        journal.fromVersion = isUnderWay ? before?.fromVersion : before?.version
        journal.fromStep = record
        journal.phase = .preparing
        let staged = FolderSwitch.stagedPrefix + parts.store.ids.next()
        journal.staged = staged
        do {
            // The keys first: without them nothing can be looked at.
            let ring = try keys()
            try step("prepare")
            try journal.write(data)
            try removeEarlier()
            try await bring(up: folder(staged), ring)
            journal.phase = .trial
            journal.aside = change.freeName(UpgradeJournal.asidePrefix, atMs: journal.startedAtMs)
            try step("trial")
            try journal.write(data)
        } catch {
            Folders.remove(folder(staged).path)
            journal.phase = .failed
            journal.staged = nil
            journal.aside = nil
            journal.endedAtMs = nowMs
            journal.version = journal.fromVersion ?? version
            let problem = Self.problem(error)
            journal.reason = problem.detail
            // The record is as it was; that the journal cannot say so changes nothing of it.
            try? journal.write(data)
            throw Problem(
                problem.code,
                "The record could not be brought to release \(version): \(problem.detail) Nothing of "
                    + "the record was changed. Start the release before, or mend it and start this "
                    + "one again.")
        }
        guard let aside = journal.aside else { return }
        try change.decide(staged: staged, aside: aside)
        try change.finish()
    }

    /// Copies the record into a folder, takes the steps of the schema there, and looks at it.
    private func bring(up copy: DataFolder, _ ring: OpenKeyRing) async throws {
        try step("copy")
        let facts = try await QuietThread.run { [self] in
            let before = try RecordFacts(data, checksFile: false)
            try FolderCopy.copy(FolderSwitch.names, from: data.path, to: copy.path)
            return before
        }
        try step("migrate")
        try await QuietThread.run { [self] in
            try migrate(copy)
            try step("check")
            let after = try RecordFacts(copy, checksFile: true)
            if let loss = facts.loss(in: after) { throw Self.fault(loss) }
        }
        try step("look")
        let store = try RecordStore.open(
            copy, keyRing: try BackupUnlock.box(ring).ring(of: copy), steps: parts.steps,
            parts: parts.store)
        defer {
            store.close()
            unlink(copy.ballast)
            unlink(copy.lockFile)
        }
        _ = try await RecordLook(
            instanceID: nil, ids: parts.store.ids, fault: { Self.fault($0) }
        ).run(store, sampleMax: Self.sampleMax)
    }

    private func migrate(_ copy: DataFolder) throws {
        let connection = try Connection(path: copy.database, mode: .readWrite)
        defer { connection.close() }
        try Schema.migrate(connection, steps: parts.steps, nowMs: nowMs)
    }

    /// Room for the next copy: only the record before the last upgrade is kept.
    private func removeEarlier() throws {
        for name in Folders.names(in: data.path)
        where name.hasPrefix(UpgradeJournal.asidePrefix)
            || name.hasPrefix(UpgradeJournal.discardedPrefix)
        {
            Folders.remove(folder(name).path)
        }
    }

    // MARK: Back

    private func putBack(_ journal: UpgradeJournal?, aside: String) throws -> Outcome {
        let change = FolderSwitch(data, step: step)
        let later = change.freeName(UpgradeJournal.discardedPrefix, atMs: nowMs)
        try step("put-back")
        var journal = journal
        journal?.phase = .rolledBack
        journal?.endedAtMs = nowMs
        try change.decide(staged: aside, aside: later)
        try change.finish()
        journal?.aside = nil
        journal?.staged = nil
        if let from = journal?.fromStep { journal?.toStep = from }
        journal?.version = version
        journal?.reason =
            isOrdered
            ? "An administrator ordered the record of before back."
            : "The release that was tried did not work."
        try journal?.write(data)
        return .putBack(later: later)
    }

    private func refusal(_ journal: UpgradeJournal?, _ record: Int, aside: String?) -> Problem {
        let release = journal.map { "release \($0.version)" } ?? "a newer release"
        let way =
            aside == nil
            ? "Install that release or a later one; an earlier state comes back with: tribal-ehr "
                + "backup restore."
            : "Install that release or a later one. To go back to the record before the upgrade, "
                + "without what was entered since: tribal-ehr upgrade roll-back --confirm"
        return Problem(
            .notSupported,
            "This record belongs to \(release) of tribal-ehr (schema step \(record), this is release "
                + "\(version) and knows \(ownStep)). \(way) Nothing was changed.")
    }

    private static func fault(_ what: String) -> Problem {
        Problem(.security, "The copy that was brought up is not as the record was: \(what).")
    }

    private static func problem(_ error: any Error) -> Problem {
        error as? Problem
            ?? Problem(.incomplete, "A step of the schema failed (\(type(of: error))).")
    }
}
