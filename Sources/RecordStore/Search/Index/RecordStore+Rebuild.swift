package import AccessControl
import FHIRModel
import Kernel
import SQLite

extension RecordStore {
    /// Versions that one transaction of a rebuild looks at.
    private static let rebuildBatchCount = 1_000
    /// The name of the job that shows how far a rebuild is.
    package static let searchIndexJob = "search-index"

    /// How much of the search index is there, 0 to 1.
    package var searchIndexPart: Double {
        guard let work = index.unfinished else { return 1 }
        return work.last == 0 ? 1 : Double(work.mark) / Double(work.last)
    }

    /// Makes the rows by which records are found for all that have none, after a release that finds
    /// more, or other things; does nothing where the index is whole.
    ///
    /// Reading and writing go on meanwhile; searches are refused with the reason. Where it is cut
    /// off, the next call goes on from there.
    /// - Parameters:
    ///   - batchesMax: transactions of this call; the rest is left to the next one.
    ///   - progress: called with the part done, 0 to 1.
    package func rebuildSearchIndex(
        _ grant: Grant, batchesMax: Int = .max,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws {
        var batchCount = 0
        while batchCount < batchesMax, let work = index.unfinished {
            try Task.checkCancellation()
            batchCount += 1
            let keys = keys
            let maker = index.maker
            let made = try await readers.run { connection in
                try StateRows.next(
                    after: work.mark, upTo: work.last, limit: Self.rebuildBatchCount, connection
                ).map { row in Remade(row, keys, maker) }
            }
            let mark = made.count < Self.rebuildBatchCount ? nil : made.last?.seq
            try await putRemade(made, mark: mark, work)
            progress(searchIndexPart)
        }
    }

    private func putRemade(
        _ made: [Remade], mark: Int64?, _ work: SearchIndex.IndexWork
    ) async throws {
        let index = index
        let percent = work.last == 0 ? 100 : (mark ?? work.last) * 100 / work.last
        try await writer.run { scope in
            try index.maker.numbers.save(in: scope)
            for one in made { try one.put(scope.connection) }
            try StateRows.setMark(mark, scope.connection)
            try scope.connection.run(
                """
                INSERT INTO job (name, due_ms, state, mark, last_ok_ms) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                   SET due_ms = excluded.due_ms, state = excluded.state, mark = excluded.mark,
                       last_ok_ms = coalesce(excluded.last_ok_ms, job.last_ok_ms)
                """,
                .text(Self.searchIndexJob), .int(scope.nowMs),
                .text(mark == nil ? "waiting" : "running"), .text("\(percent) %"),
                mark == nil ? .int(scope.nowMs) : .null)
            scope.afterCommit { index.note(mark: mark) }
        }
    }
}

/// A version with the rows that it is found by, made anew.
private struct Remade: Sendable {
    let seq: Int64
    let type: String
    let id: String
    let changedMs: Int64
    /// Nil for a record that does not open: it is not found, and reading it says why.
    let draft: IndexDraft?

    init(_ row: ResourceRow, _ keys: DataKeys, _ maker: IndexMaker) {
        seq = row.seq
        type = row.type
        id = row.id
        changedMs = row.changedMs
        // A record that is damaged must not keep all others from being found.
        draft = try? maker.draft(of: row, keys)
    }

    /// Puts the rows in, unless a change has done so meanwhile.
    func put(_ connection: Connection) throws {
        guard let draft, let origin = try IndexRows.origin(type: type, id: id, connection),
            try IndexRows.known(origin: origin, connection) == nil,
            let newest = try ResourceRows.newestOfAny(type: type, id: id, connection),
            newest.seq == seq
        else { return }
        try IndexRows.follow(
            draft, origin: origin, seq: seq, changedMs: changedMs, connection)
    }
}

extension IndexMaker {
    /// The draft that puts the rows of a stored version in.
    func draft(of row: ResourceRow, _ keys: DataKeys) throws -> IndexDraft {
        let owner = try Owner(of: row)
        return try draft(
            type: row.type, id: row.id, old: nil,
            new: (owner, JSON.parse(row.opened(with: keys).json), keys.key(id: row.dataKeyID)))
    }
}

extension IndexMaker.Owner {
    /// Whose record a stored version is.
    init(of row: ResourceRow) throws {
        guard let compartment = Compartment(rawValue: row.compartment) else {
            throw Problem(.notSupported, "A record belongs to a class that is not known here.")
        }
        self.init(patientID: row.patientID, compartment: compartment)
    }
}
