package import Kernel

/// A folder that copies of backups are kept in, wherever it lies.
///
/// Every call blocks, and looks anew whether the right thing is there: a share that is no longer
/// mounted or another stick is refused, never written to.
package protocol BackupStorage: Sendable {
    /// How much room there is.
    ///
    /// - Throws: ``Problem`` that says in plain words why the place cannot be used.
    func room() throws(Problem) -> StorageRoom

    /// Copies a file there under a temporary name, reads it back from there, and gives it its name.
    ///
    /// A copy that was cut off by a power cut is begun anew; a whole one is left as it is.
    ///
    /// - Parameters:
    ///   - name: as ``StorageName/isSafe(_:)`` has it.
    ///   - goesOn: called with the part done, 0 to 1; false ends the copying.
    func put(
        _ source: String, as name: String, goesOn: (Double) -> Bool
    ) throws(Problem) -> StoredSeal

    /// Reads a whole copy back.
    ///
    /// - Parameter beat: called after each piece that was read.
    func seal(of name: String, beat: () -> Void) throws(Problem) -> StoredSeal

    /// Brings a copy to a file of this machine, which must not be there yet.
    func fetch(_ name: String, to path: String) throws(Problem) -> StoredSeal

    /// Deletes a copy that is the one that was written.
    ///
    /// - Returns: false where nothing of that name is there.
    /// - Throws: ``Problem`` `.conflict` where something else has the name; that is left alone.
    func remove(_ name: String, seal: StoredSeal) throws(Problem) -> Bool

    /// Takes away what a copying that was cut off left of some names.
    func sweep(_ names: [String]) throws(Problem)

    /// Writes a small file, reads it back and deletes it.
    func probe() throws(Problem)
}

/// The room at a place, in bytes.
package struct StorageRoom: Hashable, Sendable {
    package let freeBytes: Int64
    package let allBytes: Int64

    /// Makes it.
    package init(freeBytes: Int64, allBytes: Int64) {
        self.freeBytes = freeBytes
        self.allBytes = allBytes
    }
}

/// By what a copy is known again: its length, its digest, and the digest of how it begins.
package struct StoredSeal: Hashable, Sendable {
    /// So many bytes count as the beginning of a copy.
    package static let headBytesMax = 4_096

    package let bytes: Int64
    /// SHA-256 of the whole.
    package let digest: [UInt8]
    /// SHA-256 of the first ``headBytesMax`` bytes, which is checked before a copy is deleted.
    package let headDigest: [UInt8]

    /// Makes it.
    package init(bytes: Int64, digest: [UInt8], headDigest: [UInt8]) {
        self.bytes = bytes
        self.digest = digest
        self.headDigest = headDigest
    }
}

/// What names of files at places may be.
package enum StorageName {
    /// The longest name, in bytes.
    package static let bytesMax = 120
    /// The ending of every backup.
    package static let ending = ".tribal-ehr-backup"
    /// How the name begins under which a copy is written.
    package static let partPrefix = ".tribal-ehr-part-"

    /// Whether a name is one of a backup: letters, digits, `.`, `_` and `-`, no path, not hidden.
    package static func isSafe(_ name: String) -> Bool {
        let bytes = name.utf8
        return bytes.count <= bytesMax && name.hasSuffix(ending) && bytes.count > ending.utf8.count
            && bytes.first != UInt8(ascii: ".") && bytes.first != UInt8(ascii: "-")
            && bytes.allSatisfy { byte in
                byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            }
    }

    static func check(_ name: String) throws(Problem) {
        guard isSafe(name) else {
            throw Problem(.value, "That is not the name of a backup.")
        }
    }
}
