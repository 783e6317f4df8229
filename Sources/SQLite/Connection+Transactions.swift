extension Connection {
    /// Opens a transaction that takes its locks when it first reads or writes.
    package func begin() throws(SQLiteError) { try run("BEGIN") }

    /// Opens a transaction that takes the write lock at once.
    package func beginImmediate() throws(SQLiteError) { try run("BEGIN IMMEDIATE") }

    /// Makes the transaction durable, as far as the `synchronous` setting promises it.
    package func commit() throws(SQLiteError) { try run("COMMIT") }

    /// Undoes the transaction; does nothing if SQLite has undone it already.
    package func rollback() throws(SQLiteError) {
        guard isInTransaction else { return }
        try run("ROLLBACK")
    }

    /// Runs a body whose changes are undone, alone, if it throws.
    ///
    /// If SQLite has ended the whole transaction meanwhile (full disk, I/O error), only the error
    /// of the body is thrown and ``isInTransaction`` is false if there was an outer transaction.
    ///
    /// - Throws: what the body throws, or ``SQLiteError`` if the savepoint itself fails.
    package func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try run("SAVEPOINT step")
        do {
            let result = try body()
            try run("RELEASE step")
            return result
        } catch {
            guard isInTransaction else { throw error }
            try run("ROLLBACK TO step")
            try run("RELEASE step")
            throw error
        }
    }
}
