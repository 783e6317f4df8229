package import AccessControl
import BackupPlaces
import Backups
import Kernel
import RecordStore
import Retention
import Synchronization

/// What the box does by itself: backups on time, the work of the night, copies, and what it tells.
extension BackupKeeper {
    private static let hourMs: Int64 = 3_600_000
    /// A try that failed is made again after this time, in milliseconds of the steady clock.
    private static let retryMs: Int64 = 600_000
    /// Places are looked at this often, in milliseconds of the steady clock.
    private static let lookMs: Int64 = 300_000
    /// The verdict is made anew this often, in milliseconds of the steady clock.
    private static let judgeMs: Int64 = 30_000
    /// Box time is kept on the disk this often, in milliseconds.
    private static let keepMs: Int64 = 600_000

    /// Looks once into what is left of a start before, such as files that no catalogue knows.
    package func begin(_ grant: Grant) async {
        await attempt { try await self.takeIn(grant) }
        await attempt { try await self.judge(grant) }
    }

    /// One round: what pages asked for, what is due, what is to be told.
    ///
    /// - Parameter isOwed: whether backups are owed at all; a box of nobody has none.
    package func round(_ grant: Grant, isOwed: Bool) async {
        while let wish = state.withLock({ $0.wishes.isEmpty ? nil : $0.wishes.removeFirst() }) {
            await fulfil(wish, grant)
        }
        guard isOwed, !state.withLock({ $0.isStopping }) else { return }
        await attempt { try await self.makeIfDue(grant) }
        await attempt { try await self.copyIfDue(grant) }
        await attempt { try await self.nightIfDue(grant) }
        let steadyMs = store.parts.clock.steadyMs()
        let isDue = state.withLock { state in
            guard state.judgedSteadyMs.map({ steadyMs - $0 >= Self.judgeMs }) ?? true else {
                return false
            }
            state.judgedSteadyMs = steadyMs
            return true
        }
        guard isDue else { return }
        await attempt { try await self.alone("look") { _ in try await self.takeIn(grant) } }
        await attempt { try await self.judge(grant) }
    }

    /// Asks for something that is done in the next round.
    ///
    /// - Throws: ``Problem`` `.conflict` where so much was asked for already.
    func wish(_ wish: Wish) throws(Problem) {
        let isTaken = state.withLock { state in
            guard state.wishes.count < 8 else { return false }
            state.wishes.append(wish)
            state.lastResult = nil
            return true
        }
        guard isTaken else {
            throw Problem(
                .conflict, "The box is at work on its backups already. Wait until that has ended.",
                retryAfterSeconds: 10)
        }
    }

    private func fulfil(_ wish: Wish, _ grant: Grant) async {
        do {
            let words: String
            switch wish {
            case .make:
                try await make(grant, cause: .hand)
                words = "A backup was made."
            case .prove(let id):
                try await prove(grant, id: id)
                let fault = try await catalogue(grant).backup(id: id)?.fault
                words = fault ?? "The backup was restored for a try, and everything is right."
            case .copy(let placeID):
                words =
                    try await copy(grant, placeID: placeID)
                    ? "The newest proven backup was copied."
                    : "The newest proven backup is there already."
            case .drill(let id, let code):
                try await drill(grant, id: id, code: code)
                words = "The recovery kit opens the backup, and everything in it is right."
            }
            state.withLock { $0.lastResult = words }
        } catch {
            let sentence =
                (error as? Problem)?.detail ?? "Something went wrong inside the program."
            state.withLock { $0.lastResult = sentence }
        }
        await attempt { try await self.judge(grant) }
    }

    private func makeIfDue(_ grant: Grant) async throws {
        let memory = try await now(grant)
        let last = try await catalogue(grant).backups.first?.markMs
        let isDue =
            BackupTimes.isDue(
                lastMs: last, everyMinutes: settings.everyMinutes, nowMs: memory.time.markMs)
            || parts.redo?.stand.needsBackup == true
        let steadyMs = store.parts.clock.steadyMs()
        let isPaused = state.withLock { state in
            state.failedSteadyMs.map { steadyMs - $0 < Self.retryMs } ?? false
        }
        guard isDue, !isPaused else { return }
        try await make(grant, cause: .schedule)
    }

    /// Looks at every place, and copies to those that are there and owed a copy.
    private func copyIfDue(_ grant: Grant) async throws {
        let memory = try await now(grant)
        let nowMs = memory.time.markMs
        let steadyMs = store.parts.clock.steadyMs()
        for place in try await catalogue(grant).places {
            let isDue = state.withLock { state in
                let seen = state.lookedSteadyMs[place.id]
                guard seen.map({ steadyMs - $0 >= Self.lookMs }) ?? true else { return false }
                state.lookedSteadyMs[place.id] = steadyMs
                return true
            }
            guard isDue else { continue }
            let owedMs = Int64(place.everyHours) * Self.hourMs - Self.hourMs / 2
            let isOwed = place.copiedAtMs.map { nowMs - $0 >= owedMs || $0 > nowMs } ?? true
            // A redo log without the backup that it follows brings nothing back.
            let isBaseOwed =
                !memory.noRedo.contains(place.id)
                && (memory.redoBaseMs ?? 0) > (place.copiedAtMs ?? .max)
            guard try await look(grant, place) == nil, isOwed || isBaseOwed else { continue }
            await attempt { try await self.copy(grant, placeID: place.id) }
        }
    }

    /// Proves what is not proven yet, reads copies at places back, and deletes what may go, once
    /// each night or after the start of a box that was off then.
    private func nightIfDue(_ grant: Grant) async throws {
        let memory = try await now(grant)
        let markMs = memory.time.markMs
        let night = BackupTimes.night(
            markMs: markMs, zoneOffsetSeconds: parts.zone().offsetSeconds(atMs: markMs),
            hour: settings.nightHour)
        guard memory.nightDone != night else { return }
        try await takeIn(grant)
        await attempt { try await self.checkRecord(grant) }
        let known = try await catalogue(grant)
        let owed = known.backups(at: PlaceRecord.own).filter { $0.state == .unproven }
        for one in owed { await attempt { try await self.prove(grant, id: one.id) } }
        if owed.isEmpty, let newest = known.backups(at: PlaceRecord.own).first {
            // A disk that rots shows it here: the newest one is tried every night.
            await attempt { try await self.prove(grant, id: newest.id) }
        }
        for place in known.places where place.fault == nil {
            let isOwed = place.readAtMs.map { markMs - $0 >= BackupTimes.placeProofMs } ?? false
            if isOwed { await attempt { try await self.readBack(grant, place) } }
        }
        try await prune(grant)
        guard !state.withLock({ $0.isStopping }) else { return }
        try await remember(grant) { $0.nightDone = night }
    }

    /// Makes the verdict anew, keeps box time, and tells administrators what changed.
    func judge(_ grant: Grant) async throws {
        let memory = try await now(grant)
        let known = try await catalogue(grant)
        let verdict = BackupVerdict(facts(memory, known))
        state.withLock { $0.verdict = verdict }
        let kinds = Set(verdict.faults.map(\.kind))
        for fault in verdict.faults where !memory.told.contains(fault.kind) {
            try await parts.keepNotice(grant, fault.kind, fault.sentence)
        }
        for kind in memory.told.subtracting(kinds) {
            try await parts.keepNotice(grant, kind, nil)
        }
        let keptMs = state.withLock { $0.keptMarkMs }
        guard kinds != memory.told || memory.time.markMs - keptMs >= Self.keepMs else { return }
        try await remember(grant) { $0.told = kinds }
    }

    private func facts(_ memory: BackupMemory, _ known: BackupCatalogue) -> BackupVerdict.Facts {
        var facts = BackupVerdict.Facts(
            nowMs: memory.time.markMs, startedMs: memory.startedMs)
        let settings = settings
        facts.everyMinutes = settings.everyMinutes
        facts.lastMadeMs = known.backups.first?.markMs
        facts.lastProvenMs = known.newestProven?.markMs
        facts.lastDrillMs = memory.drillMs
        facts.isClockTrusted = memory.time.isTrusted
        facts.diskUsedPercent = parts.diskUsedPercent(parts.dataFolder)
        let (failure, isShort) = state.withLock { ($0.failure, $0.isSpaceShort) }
        facts.lastFailure = failure ?? parts.redo?.stand.fault
        facts.isSpaceShort = isShort
        let redo = state.withLock { $0.redo }
        facts.places = known.places.map { place in
            BackupVerdict.Place(
                id: place.id, name: place.name, lastCopyMs: place.copiedAtMs,
                lastProofMs: place.readAtMs, error: place.fault ?? redo[place.id]?.fault,
                copyMsMax: Int64(place.everyHours) * 2 * Self.hourMs)
        }
        return facts
    }

    /// Says that the clock of the box is right.
    ///
    /// - Throws: ``Problem`` `.conflict` where it shows a time before this release was made.
    package func confirmClock(_ grant: Grant) async throws {
        _ = try await now(grant)
        let fromMs = parts.plausibleFromMs
        let isTaken = state.withLock { $0.memory?.time.confirm(plausibleFromMs: fromMs) ?? false }
        guard isTaken else {
            throw Problem(
                .conflict,
                "The clock shows a time before this release was made, so it cannot be right. Set "
                    + "it first.")
        }
        try await remember(grant) { _ in }
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, detail: "clock confirmed")
        ) { _ in }
        try await judge(grant)
    }

    private func attempt(_ act: @escaping () async throws -> Void) async {
        do {
            try await act()
        } catch is CancellationError {
            // The box stops; the next start goes on from here.
        } catch let problem as Problem where problem.code == .conflict {
            // Something else is being done; the next round tries again.
        } catch {
            note(failure: error)
        }
    }
}
