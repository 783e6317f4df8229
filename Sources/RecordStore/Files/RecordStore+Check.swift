import SQLite

extension RecordStore {
    /// Reads the whole database file and looks whether its structure and indexes are sound.
    ///
    /// Blocks: about five seconds a GiB. Whatever is found is told like damage met while reading. The
    /// content itself is checked by the seals, which a proof of a backup opens.
    ///
    /// - Returns: at most three sentences of SQLite; none when all is well.
    package func checkFile() throws -> [String] {
        let connection = try Connection(path: folder.database, mode: .readOnly)
        defer { connection.close() }
        let faults = try connection.integrityCheck(limit: 3)
        if let first = faults.first {
            damage.note(
                "The database file is damaged: \(first). Restore a backup.", parts.onDamage)
        }
        return faults
    }
}
