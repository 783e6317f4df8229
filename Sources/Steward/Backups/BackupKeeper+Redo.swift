package import AccessControl
import BackupPlaces
import Backups
import FHIRModel
import Kernel
import RecordStore
import Synchronization

/// The redo log at places beside the disk of the box.
extension BackupKeeper {
    /// A place that failed is tried again after this time, in milliseconds of the steady clock.
    private static let redoRetryMs: Int64 = 60_000

    /// How far the redo log of a place is.
    struct RedoAtPlace {
        /// Bytes of each segment that are there.
        var bytes: [String: Int64] = [:]
        /// When the last commit was made that is there as well, UTC milliseconds.
        var atMs: Int64?
        var fault: String?
        var failedSteadyMs: Int64?
    }

    /// Brings what the redo log holds on the disk of the box to every place that is to have it.
    ///
    /// Copies only what is new. A place that fails says so with its next look, and is tried again
    /// after a minute; the others go on.
    package func carryRedo(_ grant: Grant) async {
        guard let stand = parts.redo?.stand, stand.hasBegun else { return }
        let segments = Folders.names(in: parts.folder).filter { RedoSegment.isName($0) }
            .map { ($0, Int64(Folders.fileBytes(parts.folder + "/" + $0))) }
        // What cannot be read says so elsewhere; the next round tries again.
        guard let places = try? await catalogue(grant).places,
            let memory = try? await now(grant)  // As above.
        else { return }
        for place in places where !memory.noRedo.contains(place.id) && place.fault == nil {
            await carry(segments, to: place, atMs: stand.atMs)
        }
    }

    /// Chooses whether a place gets the redo log.
    package func setRedo(_ grant: Grant, placeID: String, isOn: Bool) async throws {
        guard let place = try await catalogue(grant).place(id: placeID) else {
            throw Problem(.notFound, "There is no such place.")
        }
        try await remember(grant) { memory in
            if isOn { memory.noRedo.remove(placeID) } else { memory.noRedo.insert(placeID) }
        }
        try await store.changeRows(
            grant,
            note: AuditNote(
                grant.ask, id: placeID,
                detail: "redo log at \(place.name): \(isOn ? "on" : "off")")
        ) { _ in }
        if !isOn { state.withLock { $0.redo[placeID] = nil } }
    }

    private func carry(
        _ segments: [(name: String, bytes: Int64)], to place: PlaceRecord, atMs: Int64?
    ) async {
        let steadyMs = store.parts.clock.steadyMs()
        let known = state.withLock { $0.redo[place.id] ?? RedoAtPlace() }
        if let failed = known.failedSteadyMs, steadyMs - failed < Self.redoRetryMs { return }
        let owed = segments.filter { known.bytes[$0.name] != $0.bytes }
        guard !owed.isEmpty else {
            return state.withLock { $0.redo[place.id, default: RedoAtPlace()].atMs = atMs }
        }
        let (storage, folder) = (storage(of: place), parts.folder)
        let isNewSegment = owed.contains { known.bytes[$0.name] == nil }
        do {
            let done = try await threads.run(place.id, place.name) { pulse in
                var done = known.bytes
                for one in owed {
                    done[one.name] = try storage.extend(
                        folder + "/" + one.name, as: one.name, known: known.bytes[one.name] ?? 0,
                        beat: pulse.beat)
                }
                if isNewSegment { try storage.trim(choose: Self.expendable(as: folder, owed)) }
                return done
            }
            let names = Set(segments.map(\.name))
            state.withLock { state in
                state.redo[place.id] = RedoAtPlace(
                    bytes: done.filter { names.contains($0.key) }, atMs: atMs)
            }
        } catch {
            let sentence = (error as? Problem)?.detail ?? "The redo log cannot be written there."
            state.withLock { state in
                state.redo[place.id, default: RedoAtPlace()].fault = sentence
                state.redo[place.id]?.failedSteadyMs = steadyMs
                state.redo[place.id]?.bytes = [:]
            }
        }
    }

    /// Which segments of this box a place need not keep any more.
    private static func expendable(
        as own: String, _ segments: [(name: String, bytes: Int64)]
    ) -> (String) -> [String] {
        // A segment that cannot be read says nothing of whose it is: then nothing is deleted.
        let instance = segments.last.flatMap {
            try? RedoSegment.open(own + "/" + $0.name).header.instanceID
        }
        return { folder in
            let files = Folders.names(in: folder).filter { RedoSegment.isName($0) }
                .map { ($0, Folders.fileBytes(folder + "/" + $0)) }
            return RedoKeeping.expendable(files, limits: RedoLog.Limits()).filter { name in
                // As above.
                let header = try? RedoSegment.open(folder + "/" + name).header
                return instance != nil && header?.instanceID == instance
            }
        }
    }

    /// Writes how the redo log stands.
    func writeRedo(to out: inout JSONWriter) {
        guard let stand = parts.redo?.stand else { return }
        out.object("redo") { one in
            if let at = stand.atMs { one.member("at", Timestamp.text(ms: at)) }
            if let fault = stand.fault { one.member("fault", fault) }
            one.member("hasBegun", stand.hasBegun)
            one.member("needsBackup", stand.needsBackup)
        }
    }
}
