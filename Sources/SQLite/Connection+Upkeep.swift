import CSQLite

extension Connection {
    /// How far a checkpoint goes.
    package enum CheckpointMode: Sendable {
        /// Copies what can be copied without waiting for anybody.
        case passive
        /// Waits for readers, copies everything and cuts the write-ahead log to nothing.
        case truncate
    }

    /// What a checkpoint did.
    package struct Checkpoint: Hashable, Sendable {
        /// Readers or a writer kept it from finishing.
        package let busy: Bool
        /// Pages in the write-ahead log.
        package let logFrames: Int
        /// Pages of it that are in the database file.
        package let checkpointedFrames: Int
    }

    /// Copies pages from the write-ahead log into the file.
    ///
    /// Only the writer's connection may do this: SQLite before 3.51.3 can damage the file when a
    /// second connection checkpoints beside the writer.
    package func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> Checkpoint {
        let database = try open("checkpoint")
        var frames: Int32 = 0
        var copied: Int32 = 0
        let how = mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        let code = sqlite3_wal_checkpoint_v2(database, nil, how, &frames, &copied)
        guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else {
            throw SQLiteError.last(of: database, code: code, "checkpoint")
        }
        return Checkpoint(
            busy: code != SQLITE_OK, logFrames: Int(max(0, frames)),
            checkpointedFrames: Int(max(0, copied)))
    }

    /// The value of a pragma that answers one number, such as `synchronous`.
    package func pragmaInt(_ name: String) throws(SQLiteError) -> Int64 {
        let statement = try pragma(name)
        let value = try statement.step() ? statement.int(0) : 0
        statement.reset()
        return value
    }

    /// The value of a pragma that answers one word, such as `journal_mode`.
    package func pragmaText(_ name: String) throws(SQLiteError) -> String {
        let statement = try pragma(name)
        let value = try statement.step() ? statement.text(0) : ""
        statement.reset()
        return value
    }

    /// Checks structure, indexes and constraints of the whole file; reads all of it.
    ///
    /// Finds little of what a flipped bit does to content: that is what the seals are for.
    ///
    /// - Returns: at most `limit` sentences of SQLite; empty when all is well.
    package func integrityCheck(limit: Int) throws(SQLiteError) -> [String] {
        let statement = try prepare("PRAGMA integrity_check(\(max(1, limit)))")
        var found: [String] = []
        while try statement.step() { found.append(statement.text(0)) }
        statement.reset()
        return found == ["ok"] ? [] : found
    }

    private func pragma(_ name: String) throws(SQLiteError) -> Statement {
        let isWord = name.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F
        }
        guard isWord, !name.isEmpty else {
            throw SQLiteError(
                code: SQLITE_MISUSE, message: "not the name of a pragma", operation: "pragma")
        }
        return try prepare("PRAGMA \(name)")
    }
}
