import SQLite
import TestKit

extension TestStore {
    /// A connection for a test that falsifies rows.
    ///
    /// Foreign keys are not kept, as nobody who falsifies a file keeps them.
    func falsifying() throws -> Connection {
        let connection = try rawConnection()
        try connection.execute("PRAGMA foreign_keys = OFF")
        return connection
    }
}
