import CSQLite

/// What SQLite answered when it could not do what it was asked.
///
/// Holds no bound values: the message is SQLite's own, which names tables and columns only, and the
/// operation is made from the first words of the statement.
///
/// Spec: SQLite, Result and Error Codes, https://www.sqlite.org/rescode.html
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code.
    package let code: Int32
    /// SQLite's text for the failure.
    package let message: String
    /// What was being done, such as `open` or `step INSERT INTO resource`.
    package let operation: String

    /// Makes an error.
    package init(code: Int32, message: String, operation: String) {
        self.code = code
        self.message = message
        self.operation = operation
    }

    /// The result code without its extension, such as `SQLITE_IOERR` for every kind of it.
    package var primaryCode: Int32 { code & 0xFF }
    /// No room left on the disk, or the database has reached its page limit.
    package var isFull: Bool { primaryCode == SQLITE_FULL }
    /// Reading, writing or syncing failed below SQLite; what is on the disk is not known.
    package var isIO: Bool { primaryCode == SQLITE_IOERR }
    /// The file is damaged or is no database.
    package var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
    /// Another connection holds the lock.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    /// A constraint of the schema refused the row.
    package var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
    /// A UNIQUE constraint or a primary key refused the row, because such a row is there already.
    package var isDuplicate: Bool {
        code == SQLITE_CONSTRAINT | (8 << 8) || code == SQLITE_CONSTRAINT | (6 << 8)
            || code == SQLITE_CONSTRAINT | (10 << 8)
    }
    /// The file or its folder cannot be written.
    package var isReadOnly: Bool { primaryCode == SQLITE_READONLY }
    /// The file cannot be opened or created.
    package var cannotOpen: Bool { primaryCode == SQLITE_CANTOPEN }
    /// The progress function or ``Connection/interrupt()`` stopped the statement.
    package var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }

    package var description: String {
        "SQLite could not \(operation): \(message) (code \(code))."
    }

    /// The error that a connection holds now.
    static func last(of handle: OpaquePointer?, code: Int32, _ operation: String) -> SQLiteError {
        let told = handle.map { sqlite3_extended_errcode($0) } ?? code
        // A misuse is found before SQLite touches the connection, which then still holds an old
        // error.
        let holds = told & 0xFF == code & 0xFF
        let text = holds ? handle.flatMap { sqlite3_errmsg($0) } : sqlite3_errstr(code)
        return SQLiteError(
            code: holds ? told : code,
            message: text.map { String(cString: $0) } ?? "unknown error",
            operation: operation)
    }

    /// The first three words of a statement, as far as they are plain words.
    static func summary(of sql: String) -> String {
        let head = sql.utf8.prefix(200)
        let words = head.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }).prefix(3)
        let plain = words.prefix { word in
            word.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F }
        }
        return plain.map { String($0) ?? "" }.joined(separator: " ")
    }
}
