import AccessControl
import FHIRModel
package import Kernel
import SQLite
import Sealing

/// What a client sends along so that a retry makes no second copy.
package struct IdempotencyKey: Sendable {
    let keyDigest: [UInt8]
    let bodyDigest: [UInt8]

    /// How long an answer is remembered, in hours.
    package static let hoursMax = 24

    /// Makes a key of what the client sent: its own word, and the request it goes with.
    ///
    /// - Throws: ``Problem`` `.value` unless the word has 16 to 64 letters, digits, `-` or `_`.
    package init(_ word: String, userID: String, request: [UInt8]) throws(Problem) {
        let isSound =
            (16...64).contains(word.utf8.count)
            && word.utf8.allSatisfy {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A)
                    || ($0 >= 0x61 && $0 <= 0x7A)
                    || $0 == 0x2D || $0 == 0x5F
            }
        guard isSound else {
            throw Problem(
                .value, "An Idempotency-Key has 16 to 64 letters, digits, - or _.",
                location: "Idempotency-Key")
        }
        keyDigest = SHA256.digest(Array("\(userID)|\(word)".utf8))
        bodyDigest = SHA256.digest(request)
    }

    private init(keyDigest: [UInt8], bodyDigest: [UInt8]) {
        self.keyDigest = keyDigest
        self.bodyDigest = bodyDigest
    }

    /// The key of one part of the request, where the parts are kept or lost by themselves.
    package func part(_ index: Int) -> IdempotencyKey {
        IdempotencyKey(
            keyDigest: SHA256.digest(keyDigest + Array("|\(index)".utf8)), bodyDigest: bodyDigest)
    }
}

extension RecordStore {
    /// How often a change is made ready anew when somebody else was faster.
    private static let attemptsMax = 8
    /// How many changes one transaction may hold.
    package static let transactionCountMax = 20_000

    /// Makes changes, all of them or none, each with its audit entry in the same transaction.
    ///
    /// What is returned is on the disk.
    /// - Throws: ``Problem`` `.lockError` where a change was made from another version than the
    ///   newest; `.duplicate`, `.conflict`, `.forbidden`, `.noStore`. Nothing was changed then. Of
    ///   several changes the location names the record of the one at fault, as `Type/id`.
    package func change(
        _ changes: [Change], idempotency: IdempotencyKey? = nil
    ) async throws -> [Changed] {
        guard !changes.isEmpty else { return [] }
        guard changes.count <= Self.transactionCountMax else {
            throw Problem(
                .tooCostly, "A transaction takes at most \(Self.transactionCountMax) changes.")
        }
        let names = Set(changes.map { "\($0.type)/\($0.id)" })
        guard names.count == changes.count else {
            throw Problem(.invalid, "A transaction may change each record only once.")
        }
        do {
            for _ in 0..<Self.attemptsMax {
                guard let made = try await attempt(changes, idempotency) else { continue }
                // Checks of what is written next ask the book as it stands.
                if changes.contains(where: { TermShelf.types.contains($0.type) }) {
                    _ = try await termBook()
                }
                return made
            }
        } catch {
            throw asProblem(error)
        }
        throw Problem(
            .transient, "Too many people are changing this record. Try again.",
            retryAfterSeconds: 1)
    }

    /// One attempt; nil if another change came in between and nothing was done.
    private func attempt(
        _ changes: [Change], _ idempotency: IdempotencyKey?
    ) async throws -> [Changed]? {
        let (ticket, nowMs) = stamps.begin()
        defer { stamps.end(ticket) }
        if let idempotency, let known = try await answered(idempotency) { return known }
        let made: [Draft]
        do {
            let rows = try await newest(of: changes)
            made = try zip(changes, rows).map { change, row in
                try Self.naming(change) {
                    try follower(of: change)?.check(change)
                    return try drafts.draft(change, newest: row, nowMs: nowMs)
                }
            }
        } catch let refused as RefusedChange {
            try await noteFailure(refused.change, refused.problem)
            throw changes.count == 1 ? refused.problem : refused.placed
        }
        let traces = try drafts.provenances(of: made, ids: parts.ids, nowMs: nowMs)
        let store = self
        let keep = try idempotency.map { try sealedAnswer($0, made, nowMs: nowMs) }
        return try await writer.run { scope in
            if let idempotency, try AnsweredRows.exists(idempotency, scope.connection) {
                return nil
            }
            for draft in made + traces {
                guard try store.write(draft, nowMs: nowMs, scope) else { throw Overtaken() }
            }
            if let idempotency, let keep {
                try AnsweredRows.put(
                    idempotency, request: store.keyed(idempotency.bodyDigest), sealed: keep,
                    scope)
            }
            return made.map { $0.changed(nowMs: nowMs) }
        } catchingOvertaken: {
            nil
        }
    }

    private func newest(of changes: [Change]) async throws -> [ResourceRow?] {
        try await readers.run { connection in
            try changes.map { change in
                let row = try ResourceRows.newestOfAny(
                    type: change.type, id: change.id, connection)
                if let row, row.isCovered(by: change.grant) { return row }
                guard change.act == .update || change.act == .importing else { return nil }
                // A new record under an id of one's choice would tell, where it fails, that the id
                // is taken by one that is hidden.
                guard row == nil, Self.mayChooseID(change) else {
                    throw RefusedChange(change: change, problem: .noSuchID)
                }
                return nil
            }
        }
    }

    private static func mayChooseID(_ change: Change) -> Bool {
        change.grant.choosesIDs || DraftRoom.isNeverHidden(change.type)
    }

    /// A problem of one change, with the change that has it.
    private static func naming<Value>(_ change: Change, _ body: () throws -> Value) throws -> Value
    {
        do {
            return try body()
        } catch let problem as Problem {
            throw RefusedChange(change: change, problem: problem)
        }
    }

    private func noteFailure(_ change: Change, _ problem: Problem) async throws {
        try await note(
            AuditNote(
                change.grant.ask, id: change.id,
                outcome: problem.code == .forbidden ? .refused : .failed, code: problem.code),
            by: change.grant.caller)
    }

    /// Writes the rows of one draft; false if the store has moved on since it was made.
    private func write(_ draft: Draft, nowMs: Int64, _ scope: WriteScope) throws -> Bool {
        let change = draft.change
        let newest = try ChangeRows.newestVersion(change.grant, change.type, change.id, scope)
        guard newest == (draft.isUnchanged ? draft.version : draft.version - 1) else {
            return false
        }
        if draft.isUnchanged { return true }
        try keys.save(Int64(draft.key.id), in: scope)
        let seq = try ChangeRows.insert(draft, nowMs: nowMs, scope)
        try scope.append(draft.entry, objectSeq: seq, objectDigest: draft.digest)
        if !draft.identifierTags.isEmpty || newest > 0 {
            try ChangeRows.replaceTags(draft, scope)
        }
        try follow(draft, seq: seq, nowMs: nowMs, scope)
        try announce(draft, seq: seq, scope)
        if RelationMemory.types.contains(change.type) {
            let memory = relationMemory
            scope.afterCommit { memory.forget() }
        }
        guard change.type == "Patient" else { return true }
        let people = people
        if let extract = draft.extract {
            try PersonRows.put(
                change.id, key: draft.key, version: draft.version, sealed: extract.sealed, scope)
            scope.afterCommit { people.put(extract.person) }
        } else {
            try PersonRows.remove(change.id, scope)
            scope.afterCommit { people.remove(change.id) }
        }
        return true
    }

    /// Lets the search index follow a change that was just written.
    private func follow(_ draft: Draft, seq: Int64, nowMs: Int64, _ scope: WriteScope) throws {
        guard let following = draft.index else { return }
        try index.maker.numbers.save(in: scope)
        let first =
            draft.version == 1
            ? seq
            : try IndexRows.origin(
                type: draft.change.type, id: draft.change.id, scope.connection)
        let origin = first ?? seq
        try IndexRows.follow(
            following, origin: origin, seq: seq, changedMs: nowMs, scope.connection)
        if following.new == nil {
            let texts = index.texts
            scope.afterCommit { texts.forget(origin) }
        }
    }

    private func sealedAnswer(
        _ key: IdempotencyKey, _ drafts: [Draft], nowMs: Int64
    ) throws -> (sealed: [UInt8], keyID: Int64) {
        var writer = JSONWriter()
        writer.beginArray()
        for draft in drafts {
            let changed = draft.changed(nowMs: nowMs)
            writer.object { entry in
                entry.member("outcome", changed.outcome.rawValue)
                entry.member("type", changed.type)
                entry.member("id", changed.id)
                entry.member("version", changed.version)
                entry.member("changedMs", Int(changed.changedMs))
                if let patientID = changed.patientID { entry.member("patient", patientID) }
                entry.member("place", changed.place)
            }
        }
        writer.endArray()
        let dataKey = try keys.current(.rows)
        return (
            try SealedValue.seal(writer.bytes, key: dataKey, at: AnsweredRows.place(key)),
            Int64(dataKey.id)
        )
    }

    /// What was answered to a request that came before; nil if it never did.
    ///
    /// Asked before a condition is looked at, which may have another answer by now.
    /// - Throws: ``Problem`` `.conflict` where the same key came with another request.
    package func answered(_ key: IdempotencyKey) async throws -> [Changed]? {
        let keys = keys
        let request = keyed(key.bodyDigest)
        return try await readers.run { connection in
            guard let row = try AnsweredRows.find(key, connection) else { return nil }
            guard row.bodyDigest == request else {
                throw Problem(
                    .conflict,
                    "This Idempotency-Key was used for another request. Use a fresh one.")
            }
            let bytes = try SealedValue.open(
                row.sealed, key: keys.current(.rows), at: AnsweredRows.place(key))
            return try JSON.parse(bytes, limits: .bundle).elements.map { entry in
                try Self.again(entry, keys, connection)
            }
        }
    }

    private static func again(_ entry: JSON, _ keys: DataKeys, _ connection: Connection) throws
        -> Changed
    {
        let type = entry.string("type") ?? ""
        let id = entry.string("id") ?? ""
        let version = entry["version"]?.int ?? 0
        let outcome = Changed.Outcome(rawValue: entry.string("outcome") ?? "") ?? .unchanged
        var json: [UInt8] = []
        if outcome == .created || outcome == .updated {
            let row = try ResourceRows.versionOfAny(
                type: type, id: id, version: Int64(version), connection)
            json = try row?.opened(with: keys).json ?? []
        }
        return Changed(
            outcome: outcome, type: type, id: id, version: version,
            changedMs: Int64(entry["changedMs"]?.int ?? 0), patientID: entry.string("patient"),
            json: json, place: entry["place"]?.int ?? 0)
    }

    /// The digest of a request is kept under a key, since a short request can be guessed.
    private func keyed(_ digest: [UInt8]) -> [UInt8] {
        HMACSHA256.mac(Array("answered-request".utf8), digest, key: drafts.tags.key)
    }
}

/// One change of several that cannot be made.
private struct RefusedChange: Error {
    let change: Change
    let problem: Problem

    /// The problem with the name of the record, for a caller who sent many.
    var placed: Problem {
        Problem(
            problem.code, problem.detail, location: "\(change.type)/\(change.id)",
            retryAfterSeconds: problem.retryAfterSeconds)
    }
}

/// The store moved on between the making of a draft and its turn at the writer.
private struct Overtaken: Error {}

extension Writer {
    /// Runs work; where it was overtaken, nothing of it is kept and `otherwise` answers.
    fileprivate func run<Value: Sendable>(
        _ body: @escaping @Sendable (WriteScope) throws -> Value?,
        catchingOvertaken otherwise: () -> Value?
    ) async throws -> Value? {
        do {
            return try await run(.change, body)
        } catch is Overtaken {
            return otherwise()
        }
    }
}

extension Draft {
    /// What the caller is told once the draft is on the disk.
    func changed(nowMs: Int64) -> Changed {
        let outcome: Changed.Outcome =
            if isUnchanged {
                .unchanged
            } else if change.act == .delete {
                .deleted
            } else {
                version == 1 ? .created : .updated
            }
        return Changed(
            outcome: outcome, type: change.type, id: change.id, version: Int(version),
            changedMs: keptMs ?? nowMs, patientID: patientID.isEmpty ? nil : patientID, json: json,
            place: change.place)
    }
}
