package import AccessControl
import FHIRModel
import Kernel
package import SQLite
package import Sealing

/// What a feature's rows file may do on a reader's connection.
package struct RowReader {
    /// For the statements of a rows file; a read never changes anything.
    package let connection: Connection
    let keys: DataKeys
    let tags: TagMaker

    /// Opens a value that ``RowWriter/seal(_:at:)`` sealed for the same place.
    package func open(_ sealed: [UInt8], at place: Place) throws -> [UInt8] {
        try SealedValue.open(
            sealed, key: keys.key(id: Int64(try SealedValue.keyID(of: sealed))), at: place)
    }

    /// The keyed hash by which a sealed value of a field is found.
    package func tag(_ field: String, _ value: String) -> Int64 { tags.tag(field, value) }
}

/// What a feature's rows file may do inside the writer's transaction.
package struct RowWriter {
    /// For the statements of a rows file.
    package let connection: Connection
    /// UTC milliseconds, the same for everything in the transaction.
    package let nowMs: Int64
    let store: RecordStore
    let scope: WriteScope

    /// Seals a value for one place: a table, a column, a row.
    package func seal(_ bytes: [UInt8], at place: Place) throws -> [UInt8] {
        let key = try store.keys.current(.rows)
        try store.keys.save(Int64(key.id), in: scope)
        return try SealedValue.seal(bytes, key: key, at: place)
    }

    /// Opens a value that ``seal(_:at:)`` sealed for the same place.
    package func open(_ sealed: [UInt8], at place: Place) throws -> [UInt8] {
        try SealedValue.open(
            sealed, key: store.keys.key(id: Int64(try SealedValue.keyID(of: sealed))), at: place)
    }

    /// The keyed hash by which a sealed value of a field is found.
    package func tag(_ field: String, _ value: String) -> Int64 {
        store.drafts.tags.tag(field, value)
    }

    /// Appends an audit entry in the same transaction.
    package func append(_ note: AuditNote, by caller: Caller) throws {
        try scope.append(store.auditSealer.seal(note, by: caller))
    }

    /// Puts a message into the outbox; it is delivered at least once after the commit.
    package func post(topic: String, payload: [UInt8]) throws {
        try OutboxRows.put(topic: topic, payload: payload, dueMs: nowMs, self)
    }

    /// Runs `effect` once the commit is on disk; never if it failed.
    package func afterCommit(_ effect: @escaping () -> Void) { scope.afterCommit(effect) }
}

extension Place {
    /// The place of a value in a table that a feature owns, in the box's own compartment.
    package init(_ table: String, _ column: String, row: String) {
        self.init(
            table: table, column: column, row: row, patient: "",
            compartment: BoxKey.rows.rawValue, version: 1)
    }
}

extension RecordStore {
    /// Reads rows of a feature's own tables.
    ///
    /// Not put on record: use it for what the box needs to
    /// know of itself, never for charts.
    package func rows<Value: Sendable>(
        _ grant: Grant, _ body: @escaping @Sendable (RowReader) throws -> Value
    ) async throws -> Value {
        let keys = keys
        let tags = drafts.tags
        do {
            return try await readers.run {
                try body(RowReader(connection: $0, keys: keys, tags: tags))
            }
        } catch {
            throw asProblem(error)
        }
    }

    /// Reads rows of a feature's own tables, with an audit entry before the answer.
    package func rowsAudited<Value: Sendable>(
        _ grant: Grant, note: AuditNote, _ body: @escaping @Sendable (RowReader) throws -> Value
    ) async throws -> Value {
        let keys = keys
        let tags = drafts.tags
        return try await readAudited(grant) {
            Looked(.success(try body(RowReader(connection: $0, keys: keys, tags: tags))), note)
        }
    }

    /// Changes rows of a feature's own tables, with an audit entry in the same transaction.
    ///
    /// Where `body` throws, nothing is kept, not even the entry: decide first, commit, then throw.
    ///
    /// - Parameter isAccess: true for what lets people in to read; goes on while the disk is full.
    package func changeRows<Value: Sendable>(
        _ grant: Grant, note: AuditNote? = nil, isAccess: Bool = false,
        _ body: @escaping @Sendable (RowWriter) throws -> Value
    ) async throws -> Value {
        let store = self
        do {
            return try await writer.run(isAccess ? .access : .change) { scope in
                let rows = RowWriter(
                    connection: scope.connection, nowMs: scope.nowMs, store: store, scope: scope)
                let value = try body(rows)
                if let note { try rows.append(note, by: grant.caller) }
                return value
            }
        } catch {
            throw asProblem(error)
        }
    }
}
