package import Kernel

/// What makes backups and tries them out.
///
/// Each function takes its time and ends early, with a problem, where `goesOn` answers false.
package struct BackupEngine: Sendable {
    /// Is told the part that is done, 0 to 1, and answers whether to go on.
    package typealias Progress = @Sendable (Double) -> Bool

    /// A file that was made, read back and named.
    package struct Made: Sendable {
        /// The number of the backup, unlike every other.
        package let id: String
        /// The name of its file, without a path.
        package let name: String

        /// Makes it.
        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// What stands at the beginning of a backup.
    package struct Head: Sendable {
        /// The number of the backup.
        package let id: String
        /// The moment that it shows, UTC milliseconds.
        package let atMs: Int64

        /// Makes it.
        package init(id: String, atMs: Int64) {
            self.id = id
            self.atMs = atMs
        }
    }

    /// Makes a backup in a folder.
    package let make: @Sendable (_ folder: String, @escaping Progress) async throws -> Made
    /// Restores a file into a scratch folder, checks all of it, and removes the folder.
    ///
    /// Throws ``Problem`` with what is wrong.
    package let prove: @Sendable (_ path: String, @escaping Progress) async throws -> Void
    /// The same, opened by the code of the recovery kit alone.
    package let drill:
        @Sendable (_ path: String, _ code: Hidden<String>, @escaping Progress) async throws -> Void
    /// What a file of this box says of itself; nil for any other file.
    package let ownHead: @Sendable (_ path: String) async -> Head?
    /// The bytes of the database and of what else lies in the data folder.
    package let recordBytes: @Sendable () -> Int64

    /// Collects the functions.
    package init(
        make: @escaping @Sendable (_ folder: String, @escaping Progress) async throws -> Made,
        prove: @escaping @Sendable (_ path: String, @escaping Progress) async throws -> Void,
        drill:
            @escaping @Sendable (
                _ path: String, _ code: Hidden<String>, @escaping Progress
            ) async throws -> Void,
        ownHead: @escaping @Sendable (_ path: String) async -> Head?,
        recordBytes: @escaping @Sendable () -> Int64
    ) {
        self.make = make
        self.prove = prove
        self.drill = drill
        self.ownHead = ownHead
        self.recordBytes = recordBytes
    }
}
