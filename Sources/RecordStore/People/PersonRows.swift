import AccessControl
import FHIRModel
import Kernel
import SQLite
import Sealing

/// The table `person_extract`, from which the memory index is filled.
enum PersonRows {
    /// Opens every extract into the index.
    ///
    /// - Throws: ``Problem`` `.security` that names the first row that does not open.
    static func fill(_ index: PersonIndex, _ keys: DataKeys, _ connection: Connection) throws {
        let statement = try connection.statement(
            "SELECT patient_id, data_key_id, version, sealed_extract FROM person_extract")
        defer { statement.reset() }
        var people: [Person] = []
        while try statement.step() {
            let id = statement.text(0)
            do {
                let bytes = try SealedValue.open(
                    statement.bytes(3), key: keys.key(id: statement.int(1)),
                    at: PersonExtract.place(id, version: statement.int(2)))
                people.append(Person(id: id, try Demographics(decoding: bytes)))
            } catch {
                throw Problem(
                    .security,
                    """
                    The extract of Patient/\(id) was changed outside the program and does not \
                    open. Restore the data folder from a backup.
                    """)
            }
        }
        index.fill(people)
    }

    /// Writes what the index is to be filled from after the next start.
    static func put(
        _ id: String, key: DataKey, version: Int64, sealed: [UInt8], _ scope: WriteScope
    ) throws {
        try scope.connection.run(
            """
            INSERT INTO person_extract (patient_id, data_key_id, version, sealed_extract)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (patient_id) DO UPDATE
               SET data_key_id = excluded.data_key_id, version = excluded.version,
                   sealed_extract = excluded.sealed_extract
            """,
            .text(id), .int(Int64(key.id)), .int(version), .bytes(sealed))
    }

    /// Takes a deleted patient out.
    static func remove(_ id: String, _ scope: WriteScope) throws {
        try scope.connection.run("DELETE FROM person_extract WHERE patient_id = ?", .text(id))
    }
}
