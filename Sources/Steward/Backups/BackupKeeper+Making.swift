package import AccessControl
import BackupPlaces
import Backups
import Glibc
package import Kernel
import RecordStore
package import Retention
import Synchronization

/// Making, proving and deleting.
extension BackupKeeper {
    /// Room that backups leave for the record, beside twice its size, in bytes.
    private static let spareBytes: Int64 = 1_073_741_824
    /// A proof that takes no longer than this follows at once, in milliseconds.
    private static let quickProofMsMax: Int64 = 60_000

    /// Makes a backup on the disk of the box, and proves it at once where that is quick.
    ///
    /// - Returns: its number.
    /// - Throws: ``Problem``: `.conflict` where the keeper is busy, `.noStore` without room.
    @discardableResult
    package func make(_ grant: Grant, cause: BackupCause) async throws -> String {
        do {
            let record = try await alone("make") { try await make(grant, cause, $0) }
            if let redo = parts.redo {
                if redo.stand.needsBackup {
                    try await remember(grant) { $0.redoBaseMs = record.markMs }
                }
                redo.noteBackup()
            }
            state.withLock { state in
                state.failure = nil
                state.failedSteadyMs = nil
            }
            let lastProofMs = try await catalogue(grant).newestProven?.proofMs ?? 0
            if lastProofMs <= Self.quickProofMsMax { try await prove(grant, id: record.id) }
            try await prune(grant)
            return record.id
        } catch {
            note(failure: error)
            throw error
        }
    }

    /// Restores a backup into a scratch folder and writes down how that ended.
    ///
    /// - Throws: ``Problem`` where it cannot be tried; that it is damaged is no error here.
    package func prove(_ grant: Grant, id: String) async throws {
        guard var record = try await catalogue(grant).backup(id: id) else {
            throw Problem(.notFound, "There is no such backup any more.")
        }
        let path = try await ownPath(grant, record)
        let clock = store.parts.clock
        let startMs = clock.steadyMs()
        do {
            try await alone("prove") { try await parts.engine.prove(path, $0) }
            record.state = .proven
            record.fault = nil
        } catch let problem as Problem where Self.saysNothing(problem) {
            throw problem
        } catch {
            record.state = .failed
            record.fault = (error as? Problem)?.detail ?? "The proof failed inside the program."
        }
        record.proofMs = clock.steadyMs() - startMs
        record.triedAtMs = try await now(grant).time.markMs
        let tried = record
        let verdict = tried.state == .proven ? "proven" : "failed"
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: tried.id, detail: "proof: \(verdict)")
        ) { try BackupRows.putProof(grant, tried, $0) }
        if let fault = tried.fault { note(failure: Problem(.incomplete, fault)) }
    }

    /// Proves the newest backup with the code of the recovery kit alone, as a stranger would on a
    /// bare machine.
    package func drill(_ grant: Grant, id: String, code: Hidden<String>) async throws {
        guard let record = try await catalogue(grant).backup(id: id) else {
            throw Problem(.notFound, "There is no such backup any more.")
        }
        let path = try await ownPath(grant, record)
        try await alone("drill") { try await parts.engine.drill(path, code, $0) }
        let atMs = try await now(grant).time.markMs
        try await remember(grant) { $0.drillMs = atMs }
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: id, detail: "drill with the recovery kit")
        ) { _ in }
    }

    /// Deletes copies that the policy does not ask for, at every place that is there.
    ///
    /// - Parameter isTrial: only says what would go.
    /// - Returns: what was or would be deleted.
    @discardableResult
    package func prune(_ grant: Grant, isTrial: Bool = false) async throws -> [PrunedCopy] {
        let known = try await catalogue(grant)
        var pruned: [PrunedCopy] = []
        for place in [PlaceRecord.own] + known.places.map(\.id) {
            if place != PlaceRecord.own, known.place(id: place)?.fault != nil { continue }
            pruned += try await prune(grant, at: place, known, bytesShort: 0, isTrial: isTrial)
        }
        return pruned
    }

    /// A copy that went, or would go.
    package struct PrunedCopy: Hashable, Sendable {
        package let placeName: String
        package let name: String
        package let cause: RetentionPlan.Cause
        package let bytes: Int64
    }

    func plan(
        _ known: BackupCatalogue, at placeID: String, isClockTrusted: Bool, bytesShort: Int64 = 0
    ) -> RetentionPlan {
        RetentionPlan(
            copies: known.backups(at: placeID).map(\.copy), policy: settings.policy,
            isClockTrusted: isClockTrusted, bytesShort: bytesShort)
    }

    func prune(
        _ grant: Grant, at placeID: String, _ known: BackupCatalogue, bytesShort: Int64,
        isTrial: Bool = false
    ) async throws -> [PrunedCopy] {
        let isTrusted = try await now(grant).time.isTrusted
        let plan = plan(known, at: placeID, isClockTrusted: isTrusted, bytesShort: bytesShort)
        let storage = known.place(id: placeID).map(storage(of:)) ?? ownStorage
        let placeName = known.place(id: placeID)?.name ?? "this box"
        var pruned: [PrunedCopy] = []
        for (sequence, cause) in plan.dropped {
            guard let one = known.backups.first(where: { $0.sequence == sequence }) else {
                continue
            }
            pruned.append(
                PrunedCopy(
                    placeName: placeName, name: one.name, cause: cause, bytes: one.seal.bytes))
            if isTrial { continue }
            do {
                _ = try await threads.run(placeID, placeName) { _ in
                    try storage.remove(one.name, seal: one.seal)
                }
            } catch let problem as Problem where problem.code == .conflict {
                // Something else has the name by now. It is not ours, so it stays.
                note(failure: problem)
            }
            try await store.changeRows(
                grant,
                note: AuditNote(
                    grant.ask, id: one.id, detail: "deleted at \(placeName): \(cause.rawValue)")
            ) { try BackupRows.removeCopy(grant, of: sequence, at: placeID, $0) }
        }
        return pruned
    }

    private func make(
        _ grant: Grant, _ cause: BackupCause, _ progress: @escaping BackupEngine.Progress
    ) async throws -> BackupRecord {
        if mkdir(parts.folder, 0o700) != 0, errno != EEXIST {
            throw Problem(
                .incomplete,
                "Cannot make the folder of the backups: "
                    + String(cString: strerror(errno)).lowercased() + ".")
        }
        try await makeRoom(grant)
        let clock = store.parts.clock
        let startMs = clock.steadyMs()
        let memory = try await now(grant)
        let made = try await parts.engine.make(parts.folder, progress)
        return try await add(
            grant, made, cause, memory.time.markMs, tookMs: clock.steadyMs() - startMs)
    }

    private func add(
        _ grant: Grant, _ made: BackupEngine.Made, _ cause: BackupCause, _ markMs: Int64,
        tookMs: Int64
    ) async throws -> BackupRecord {
        let storage = ownStorage
        let seal = try await blocking { try storage.seal(of: made.name) }
        let offset = parts.zone().offsetSeconds(atMs: markMs)
        return try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: made.id, detail: "made: \(cause.rawValue)")
        ) { rows in
            try BackupRows.add(
                grant,
                { sequence in
                    BackupRecord(
                        sequence: sequence, id: made.id, name: made.name, cause: cause,
                        markMs: markMs, zoneOffsetSeconds: offset, seal: seal, madeMs: tookMs,
                        state: .unproven)
                }, rows)
        }
    }

    /// Brings the catalogue and the folder together: takes in files of the box that a power cut or
    /// a restore kept out of the catalogue, and forgets copies that are no longer there.
    func takeIn(_ grant: Grant) async throws {
        let known = Set(try await catalogue(grant).backups.map(\.name))
        for name in Folders.names(in: parts.folder)
        where StorageName.isSafe(name) && !known.contains(name) {
            guard let head = await parts.engine.ownHead(parts.folder + "/" + name),
                try await catalogue(grant).backup(id: head.id) == nil
            else { continue }
            let markMs = min(head.atMs, try await now(grant).time.markMs)
            _ = try await add(
                grant, BackupEngine.Made(id: head.id, name: name), .found, markMs, tookMs: 0)
        }
        for gone in try await catalogue(grant).backups(at: PlaceRecord.own)
        where access(parts.folder + "/" + gone.name, F_OK) != 0 && errno == ENOENT {
            try await store.changeRows(
                grant, note: AuditNote(grant.ask, id: gone.id, detail: "gone from this box")
            ) { try BackupRows.removeCopy(grant, of: gone.sequence, at: PlaceRecord.own, $0) }
        }
    }

    private func makeRoom(_ grant: Grant) async throws {
        let storage = ownStorage
        let known = try await catalogue(grant)
        let recordBytes = parts.engine.recordBytes()
        let nextBytes = known.backups.first.map { $0.seal.bytes * 5 / 4 } ?? recordBytes
        let free = try await blocking { try storage.room().freeBytes }
        let short = nextBytes + 2 * recordBytes + Self.spareBytes - free
        if short > 0 {
            _ = try await prune(grant, at: PlaceRecord.own, known, bytesShort: short)
        }
        let freeNow = try await blocking { try storage.room().freeBytes }
        let isStillShort = short > 0 && freeNow < free + short
        state.withLock { $0.isSpaceShort = isStillShort }
        guard !isStillShort else {
            throw Problem(
                .noStore,
                "There is no room on the disk of the box for another backup: the record needs "
                    + "what is left. Free space on the disk, or have a larger one put in.")
        }
    }

    /// The path of a backup on the disk of the box.
    private func ownPath(_ grant: Grant, _ record: BackupRecord) async throws -> String {
        let isThere = try await catalogue(grant).placeIDs[record.sequence]?
            .contains(PlaceRecord.own)
        guard isThere == true else {
            throw Problem(
                .notFound, "This backup is no longer on the disk of the box, only at other places.")
        }
        return parts.folder + "/" + record.name
    }

    func note(failure error: any Error) {
        let sentence =
            (error as? Problem)?.detail ?? "Something went wrong inside the program."
        let steadyMs = store.parts.clock.steadyMs()
        state.withLock { state in
            state.failure = sentence
            state.failedSteadyMs = steadyMs
        }
    }

    /// Whether a problem tells of the machine and not of the backup.
    private static func saysNothing(_ problem: Problem) -> Bool {
        [.conflict, .transient, .noStore, .timeout].contains(problem.code)
    }
}
