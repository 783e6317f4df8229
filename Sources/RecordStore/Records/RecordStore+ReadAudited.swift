package import AccessControl
import FHIRModel
import Kernel
import SQLite

extension RecordStore {
    /// Bodies up to this size are opened on the writer's thread.
    private static let quickBytesMax = 65_536

    /// Returns one resource: its newest version, or the one asked for.
    ///
    /// The audit entry is on disk before this function returns, whether the resource was found or
    /// not. What the grant does not cover is answered as if it were not there.
    ///
    /// It waits for the commit of its entry in any case, so the writer itself looks the record up,
    /// in the same transaction: one change of thread instead of two, and the pages that the commit
    /// before has changed are in its memory. A large body is left to a reader.
    /// - Throws: ``Problem`` `.notFound` if there is none, `.deleted` if the newest version is a
    ///   deletion.
    package func read(_ grant: Grant, version: Int? = nil) async throws -> StoredResource {
        guard let id = grant.ask.id else { throw Problem(.required, "A read needs an id.") }
        let keys = keys
        let look: @Sendable (Connection, Int) throws -> Looked<StoredResource>? = {
            connection, bytesMax in
            let row =
                if let version {
                    try ResourceRows.version(
                        grant, type: grant.ask.type, id: id, version: Int64(version), connection)
                } else {
                    try ResourceRows.newest(grant, type: grant.ask.type, id: id, connection)
                }
            return try Self.look(grant, id: id, at: row, keys, bytesMax: bytesMax)
        }
        #if FAULT_CONTROLS
        if FaultControls.isAuditOff {
            return try await readAudited(grant) { try Self.whole(look($0, .max)) }
        }
        #endif
        if let found = try await readInGroup(grant, { try look($0, Self.quickBytesMax) }) {
            return found
        }
        return try await readAudited(grant) { try Self.whole(look($0, .max)) }
    }

    private static func whole(
        _ looked: Looked<StoredResource>?
    ) throws -> Looked<StoredResource> {
        guard let looked else { throw Problem(.unexpected, "A record has no end.") }
        return looked
    }

    /// Opens a row; nil where its body is larger than `bytesMax`.
    private static func look(
        _ grant: Grant, id: String, at row: ResourceRow?, _ keys: DataKeys, bytesMax: Int
    ) throws -> Looked<StoredResource>? {
        let name = "\(grant.ask.type)/\(id)"
        guard let row else {
            return Looked(
                .failure(Problem(.notFound, "\(name) was not found.")),
                AuditNote(grant.ask, outcome: .failed, code: .notFound))
        }
        let patientID = row.patientID.isEmpty ? nil : row.patientID
        guard !row.isDeleted else {
            return Looked(
                .failure(Problem(.deleted, "\(name) was deleted.")),
                AuditNote(grant.ask, patientID: patientID, outcome: .failed, code: .deleted))
        }
        guard row.sealedBody.count <= bytesMax else { return nil }
        return Looked(
            .success(try row.opened(with: keys)),
            AuditNote(grant.ask, version: Int(row.version), patientID: patientID))
    }

    /// Looks inside the writer's transaction and appends the entry there; nil, without an entry,
    /// where the look gives nil.
    private func readInGroup<Value: Sendable>(
        _ grant: Grant, _ look: @escaping @Sendable (Connection) throws -> Looked<Value>?
    ) async throws -> Value? {
        let sealer = auditSealer
        let result = Once<Result<Value, any Error>>()
        return try await withCheckedThrowingContinuation { continuation in
            let work = Writer.Work(
                kind: .entry,
                run: { scope in
                    guard let looked = try self.looked(grant, look, in: scope) else { return }
                    try scope.append(sealer.seal(looked.note, by: grant.caller))
                    result.value = looked.result
                },
                finish: { error in
                    if let error {
                        continuation.resume(throwing: error)
                    } else {
                        continuation.resume(with: result.value?.map(Optional.some) ?? .success(nil))
                    }
                })
            do throws(Problem) {
                try writer.put(work)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// What a look into the database brought up, and the entry that says so.
    struct Looked<Value: Sendable>: Sendable {
        let result: Result<Value, any Error>
        let note: AuditNote

        init(_ result: Result<Value, any Error>, _ note: AuditNote) {
            self.result = result
            self.note = note
        }
    }

    /// Looks on a reader's thread, then hands the entry to the writer from there; the caller goes
    /// on once the entry is on the disk.
    ///
    /// One wake-up of a thread less than waiting twice.
    func readAudited<Value: Sendable>(
        _ grant: Grant, _ look: @escaping @Sendable (Connection) throws -> Looked<Value>
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(Problem) {
                try readers.put { reader in
                    self.finish(grant, continuation) {
                        try reader.time.within(ms: Readers.Limits.readMsMax) {
                            try look(reader.connection)
                        }
                    }
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// The same for what may take long: where it is not done soon, it starts again behind other long
    /// ones, and nobody else waits for it.
    func readAuditedLong<Value: Sendable>(
        _ grant: Grant, _ look: @escaping @Sendable (Readers.Reader) throws -> Looked<Value>
    ) async throws -> Value {
        let caller = grant.caller.userID ?? grant.caller.name
        return try await withCheckedThrowingContinuation { continuation in
            let whole: Readers.Work = { reader in
                self.finish(grant, continuation) {
                    try reader.time.within(ms: Readers.Limits.readMsMax) { try look(reader) }
                }
            }
            do throws(Problem) {
                try readers.put { reader in
                    let quickMs = self.readers.quickMs(for: caller)
                    let looked = Result {
                        try reader.time.within(ms: quickMs) { try look(reader) }
                    }
                    guard case .failure(is ReadTime.Over) = looked else {
                        return self.finish(grant, continuation) { try looked.get() }
                    }
                    do throws(Problem) {
                        try self.readers.putLong(of: caller, whole)
                    } catch {
                        self.finish(grant, continuation) { () throws(Problem) in throw error }
                    }
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Looks, and answers once the entry of it is on the disk.
    private func finish<Value: Sendable>(
        _ grant: Grant, _ continuation: CheckedContinuation<Value, any Error>,
        _ look: () throws -> Looked<Value>
    ) {
        do {
            let looked: Looked<Value>
            do { looked = try look() } catch { looked = failed(grant, error) }
            #if FAULT_CONTROLS
            if FaultControls.isAuditOff {
                continuation.resume(with: looked.result)
                return
            }
            #endif
            let entry = try auditSealer.seal(looked.note, by: grant.caller)
            try writer.put(
                Writer.Work(
                    kind: .entry, run: { try $0.append(entry) },
                    finish: { error in
                        if let error {
                            continuation.resume(throwing: error)
                        } else {
                            continuation.resume(with: looked.result)
                        }
                    }))
        } catch {
            continuation.resume(throwing: asProblem(error))
        }
    }

    /// What a look on the writer's connection brought up.
    ///
    /// - Throws: where SQLite has undone the transaction with it, or may have: the whole group must
    ///   then be given up.
    private func looked<Value: Sendable>(
        _ grant: Grant, _ look: (Connection) throws -> Looked<Value>?, in scope: WriteScope
    ) throws -> Looked<Value>? {
        do {
            return try look(scope.connection)
        } catch let failure as SQLiteError
            where failure.isIO || !scope.connection.isInTransaction
        {
            throw failure
        } catch {
            return failed(grant, error)
        }
    }

    /// A look that failed, with an entry that says so.
    private func failed<Value: Sendable>(_ grant: Grant, _ error: any Error) -> Looked<Value> {
        let cause = asProblem(error)
        let code = (cause as? Problem)?.code ?? .unexpected
        return Looked(.failure(cause), AuditNote(grant.ask, outcome: .failed, code: code))
    }

    /// A failure of SQLite as one that the caller can be told; everything else as it is.
    ///
    /// A disk that cannot be read ends the process, like one that cannot be written. Damage is
    /// remembered: the box is not ready any more, and says why.
    func asProblem(_ error: any Error) -> any Error {
        if error is ReadTime.Over { return Self.tookTooLong }
        guard let failure = error as? SQLiteError else { return error }
        if failure.isFull { return DiskSpace.full }
        let later = Problem(.transient, "The record cannot be read at the moment. Try again.")
        if failure.isIO {
            // Clients that try again would keep a box busy that cannot do anything for them.
            parts.onFatal("The database cannot be read (\(failure.code)); stopping to recover.")
            return later
        }
        guard failure.isCorrupt else { return later }
        if damage.found == nil, folder.isGone {
            // A disk that went away can look like damage; starting again is what helps then.
            parts.onFatal("The disk of the data folder is gone; stopping to recover.")
            return later
        }
        damage.note("The database cannot be read (\(failure.code)).", parts.onDamage)
        return Problem(
            .unexpected,
            "A part of the database is damaged. Tell the administrator to run `tribal-ehr doctor`.")
    }

    private static let tookTooLong = Problem(
        .tooCostly,
        "This took longer than \(Readers.Limits.readMsMax / 1_000) seconds and was stopped. Narrow it, "
            + "by patient, date or code for example.")
}
