import AccessControl
package import Backups
import FHIRModel
import Kernel
package import RecordStore
import Sealing
package import ServerKit
import Synchronization

/// A backup that is open beside the record, to look into.
///
/// One at a time. It lies in the scratch folder, as sealed as the record itself, and is gone with a
/// restart, when it is closed, or an hour after it was last used.
package final class TimeMachine: Sendable {
    /// What it needs of the box.
    package struct Parts: Sendable {
        let gate: Gate
        let store: RecordStore
        let data: DataFolder
        let opening: BackupProver.Parts
        let steps: [SchemaStep]

        /// Collects the parts.
        ///
        /// - Parameters:
        ///   - opening: what restored records are opened with.
        ///   - steps: the schema of this release.
        package init(
            gate: Gate, store: RecordStore, data: DataFolder, opening: BackupProver.Parts,
            steps: [SchemaStep]
        ) {
            self.gate = gate
            self.store = store
            self.data = data
            self.opening = opening
            self.steps = steps
        }
    }

    /// How far it is.
    enum Stage: Sendable {
        case closed
        case opening(BackupFile, part: Double)
        case open(Opened)
        case failed(Problem)
    }

    /// The open backup.
    struct Opened: Sendable {
        let file: BackupFile
        let store: RecordStore
        /// When it was last used, on the steady clock.
        let usedMs: Int64
    }

    /// How long an open backup waits for somebody, in milliseconds.
    private static let idleMsMax: Int64 = 3_600_000
    private static let pageCount = 500
    /// Records of one type that are compared.
    private static let recordsOfTypeMax = 5_000
    /// What a chart is compared in.
    private static let types = [
        "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Condition", "Consent",
        "Coverage", "Device", "DiagnosticReport", "DocumentReference", "Encounter",
        "FamilyMemberHistory", "Goal", "Immunization", "MedicationRequest", "MedicationStatement",
        "Observation", "Procedure", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest",
    ]

    let parts: Parts
    private let stage = Mutex(Stage.closed)

    /// Makes it, closed.
    package init(_ parts: Parts) { self.parts = parts }

    // MARK: Opening and closing

    var current: Stage {
        let nowMs = parts.store.parts.clock.steadyMs()
        let idle = stage.withLock { stage -> Opened? in
            guard case .open(let opened) = stage, nowMs - opened.usedMs > Self.idleMsMax else {
                return nil
            }
            stage = .closed
            return opened
        }
        if let idle { end(idle) }
        return stage.withLock { $0 }
    }

    /// The backups in the folder of the box.
    func listed() async throws -> [BackupFile] {
        let folder = parts.data.backups
        return try await QuietThread.run { BackupFile.list(in: folder) }
    }

    /// Begins to open one of the listed backups, in place of the one that is open; put on record.
    ///
    /// - Throws: ``Problem``: `.notFound`, `.forbidden` where only a recovery kit opens it,
    ///   `.conflict` while another one is being opened.
    func open(_ grant: Grant, backupID: String) async throws {
        guard let file = try await listed().first(where: { $0.header.backupID == backupID }) else {
            throw Problem(.notFound, "This backup is not there any more. Choose another one.")
        }
        let known = parts.steps.map(\.number).max() ?? 0
        guard file.header.schemaStep <= known else {
            throw Problem(.notSupported, "This backup was made by a newer release of tribal-ehr.")
        }
        let content = try file.unlock(with: .box(parts.store.keyRing))
        try await close()
        try stage.withLock { stage in
            if case .opening = stage {
                throw Problem(.conflict, "Another backup is being opened. Wait until it is done.")
            }
            stage = .opening(file, part: 0)
        }
        try await parts.store.note(
            AuditNote(grant.ask, id: backupID, detail: "opened to look into"), by: grant.caller)
        Task { await run(file, content) }
    }

    private var folder: DataFolder { DataFolder(path: parts.data.scratch + "/time-machine") }

    private func run(_ file: BackupFile, _ content: OpenBackup) async {
        let folder = folder
        do {
            _ = try await QuietThread.run { [self] in
                Folders.remove(folder.path)
                try Folders.make(folder.path)
                return try content.extract(into: folder.path) { part in
                    stage.withLock { $0 = .opening(file, part: part * 0.9) }
                }
            }
            let store = try parts.opening.store(of: folder, with: parts.store.keyRing)
            let nowMs = parts.store.parts.clock.steadyMs()
            stage.withLock { $0 = .open(Opened(file: file, store: store, usedMs: nowMs)) }
        } catch {
            Folders.remove(folder.path)
            let problem =
                error as? Problem ?? Problem(.unexpected, "The backup could not be opened.")
            stage.withLock { $0 = .failed(problem) }
        }
    }

    /// Closes the open backup and removes what was unpacked.
    func close() async throws {
        let opened = try stage.withLock { stage -> Opened? in
            switch stage {
            case .opening:
                throw Problem(.conflict, "The backup is still being opened. Wait until it is done.")
            case .open(let opened):
                stage = .closed
                return opened
            case .closed, .failed:
                stage = .closed
                return nil
            }
        }
        guard let opened else { return }
        try await QuietThread.run { [self] in end(opened) }
    }

    private func end(_ opened: Opened) {
        opened.store.close()
        Folders.remove(folder.path)
    }

    private func opened() throws(Problem) -> Opened {
        _ = current
        let nowMs = parts.store.parts.clock.steadyMs()
        let found = stage.withLock { stage -> Opened? in
            guard case .open(let opened) = stage else { return nil }
            let used = Opened(file: opened.file, store: opened.store, usedMs: nowMs)
            stage = .open(used)
            return used
        }
        guard let found else { throw Problem(.conflict, "Open a backup first.") }
        return found
    }

    // MARK: Looking

    /// The patients of the backup that a text finds; put on record here as well.
    func patients(_ caller: Caller, text: String, limit: Int) async throws -> PersonIndex.Hits {
        let opened = try opened()
        let grant = try await parts.gate.grant(Ask(.search, "Patient"), to: caller)
        let hits = try await opened.store.findPeople(
            grant, try PersonQuery(text), text: text, limit: limit)
        try await note(grant, opened, ids: Set(hits.people.map(\.id)))
        return hits
    }

    /// How a patient's chart differs from the one in the backup; put on record as a reading.
    func comparison(
        _ caller: Caller, patientID: String
    ) async throws -> (differences: [RecordDifference], equalCount: Int) {
        let opened = try opened()
        let grant = try await parts.gate.grant(
            Ask(.read, area: .demographics, type: "Chart", id: patientID, patientID: patientID),
            to: caller)
        try await note(grant, opened, ids: [patientID])
        let then = try await chart(opened.store, caller, patientID)
        let now = try await chart(parts.store, caller, patientID)
        guard !then.isEmpty || !now.isEmpty else {
            throw Problem(.notFound, "There is no such patient, neither then nor now.")
        }
        return try ChartComparison.between(then, now)
    }

    private func chart(
        _ store: RecordStore, _ caller: Caller, _ patientID: String
    ) async throws -> [StoredResource] {
        var found: [StoredResource] = []
        do {
            found.append(
                try await store.read(
                    try Policy().grant(
                        Ask(.read, "Patient", id: patientID, patientID: patientID), to: caller)))
        } catch let problem as Problem where [.notFound, .deleted].contains(problem.code) {
            // Then or now there is no such patient; that is what the comparison shows.
        }
        for type in Self.types {
            // What the caller may not read is left out, which is no refusal.
            guard
                let grant = try? Policy().grant(
                    Ask(.search, type, patientID: patientID), to: caller)
            else { continue }
            found += try await records(store, grant, type, patientID)
        }
        return found
    }

    private func records(
        _ store: RecordStore, _ grant: Grant, _ type: String, _ patientID: String
    ) async throws -> [StoredResource] {
        var query = RecordQuery(type: type)
        query.patientID = patientID
        query.limit = Self.pageCount
        var found: [StoredResource] = []
        while found.count < Self.recordsOfTypeMax {
            let page = try await store.search(grant, query)
            found += page.resources
            guard let next = page.next else { break }
            query.after = next
        }
        return found
    }

    private func note(_ grant: Grant, _ opened: Opened, ids: Set<String>) async throws {
        try await parts.store.note(
            AuditNote(
                grant.ask, detail: "in backup \(opened.file.header.backupID)", patientIDs: ids),
            by: grant.caller)
    }

    // MARK: Copying back

    /// Puts a record as it was in the backup into the present record, as a new version.
    ///
    /// - Throws: ``Problem`` `.notFound` where the backup does not hold it for this caller,
    ///   `.forbidden` where the caller may not change such a record.
    func copyBack(_ caller: Caller, type: String, id: String) async throws -> Changed {
        let opened = try opened()
        let reading = try await parts.gate.grant(Ask(.read, type, id: id), to: caller)
        let past = try await opened.store.read(reading)
        let grant = try await parts.gate.grant(
            Ask(.update, type, id: id, patientID: past.patientID), to: caller)
        let change = Change(
            grant, .update, type: type, id: id,
            json: try JSON.parse(past.json, limits: .resource))
        let made = try await parts.gate.recordingRefusal(of: grant) {
            try await parts.store.change([change])
        }
        guard let first = made.first else {
            throw Problem(.unexpected, "The record was not copied. Try again.")
        }
        try await parts.store.note(
            AuditNote(
                grant.ask, version: first.version, patientID: past.patientID,
                detail: "copied back from version \(past.version) in backup "
                    + opened.file.header.backupID), by: caller)
        return first
    }
}
