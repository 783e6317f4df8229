import CSQLite

/// Notes which rows a connection changes, so that the same can be done to a copy of the database.
///
/// Not sendable: it belongs to the thread of its connection, and must be ended before that is closed.
///
/// Spec: SQLite, The Session Extension, https://www.sqlite.org/sessionintro.html
package final class ChangeRecorder {
    private let connection: Connection
    private var session: OpaquePointer?

    /// Begins to note the changes of every table that has a primary key.
    package init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        try begin()
    }

    deinit { end() }

    /// Ends the recording; a second call does nothing.
    package func end() {
        if let session { sqlite3session_delete(session) }
        session = nil
    }

    /// What was changed since the last call, in a form that ``Connection/apply(changes:)`` takes.
    ///
    /// Rows that are as they were are left out. To be called between transactions, or at the end of
    /// one, so that it tells of whole ones.
    package func take() throws(SQLiteError) -> [UInt8] {
        let handle = try connection.open("record changes")
        guard let session else {
            throw SQLiteError(
                code: SQLITE_MISUSE, message: "the recording was ended",
                operation: "record changes")
        }
        var count: Int32 = 0
        var place: UnsafeMutableRawPointer?
        let code = sqlite3session_changeset(session, &count, &place)
        defer { sqlite3_free(place) }
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "record changes")
        }
        let bytes = Array(UnsafeRawBufferPointer(start: place, count: Int(count)))
        end()
        try begin()
        return bytes
    }

    private func begin() throws(SQLiteError) {
        let handle = try connection.open("record changes")
        var code = sqlite3session_create(handle, "main", &session)
        if code == SQLITE_OK { code = sqlite3session_attach(session, nil) }
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "record changes")
        }
    }
}

extension Connection {
    /// Makes the changes that a ``ChangeRecorder`` noted, all or none of them.
    ///
    /// - Throws: ``SQLiteError`` also where a row is not as it was before the change.
    package func apply(changes: [UInt8]) throws(SQLiteError) {
        let handle = try open("apply changes")
        var changes = changes
        let code = changes.withUnsafeMutableBytes { bytes in
            sqlite3changeset_apply(
                handle, Int32(bytes.count), bytes.baseAddress, nil,
                { _, _, _ in Int32(SQLITE_CHANGESET_ABORT) }, nil)
        }
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "apply changes")
        }
    }
}
