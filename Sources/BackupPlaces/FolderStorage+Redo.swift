import Glibc
package import Kernel

/// Segments of the redo log at a place, which grow while the clinic works.
extension FolderStorage {
    /// The longest piece that is written before it is synced, in bytes.
    private static let pieceBytes = 1 << 20

    /// Brings a segment at the place to what the one on the disk of the box holds.
    ///
    /// - Parameters:
    ///   - known: bytes that are known to be there as they should be; 0 compares what is there.
    ///   - beat: called whenever something was done, so that a place that hangs shows.
    /// - Returns: bytes that are there now.
    /// - Throws: ``Problem`` that says in plain words why the place cannot be used.
    package func extend(
        _ source: String, as name: String, known: Int64, beat: () -> Void
    ) throws(Problem) -> Int64 {
        let folder = try opened()
        let input = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard input >= 0 else { throw Problem(.notFound, "The redo log itself is gone.") }
        defer { close(input) }
        let whole = StorageBytes.size(of: input)
        let there = try folder.size(of: name) ?? 0
        if there > 0, there != known || there > whole {
            var isOurs = false
            if there <= whole {
                isOurs = try Self.begins(name, in: folder, like: input, there, beat)
            }
            // What a power cut left at its end is no use: the segment is written anew.
            if !isOurs, unlinkat(folder.file, name, 0) != 0 { throw folder.failure("write to") }
        }
        beat()
        let isNew = try folder.size(of: name) == nil
        let output = openat(
            folder.file, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw folder.failure("write to") }
        defer { close(output) }
        var done = StorageBytes.size(of: output)
        while done < whole {
            let piece = try Self.piece(input, at: done, of: whole)
            guard StorageBytes.write(piece, to: output) else { throw folder.failure("write to") }
            done += Int64(piece.count)
            beat()
        }
        guard fsync(output) == 0 else { throw folder.failure("write to") }
        if isNew { folder.sync() }
        return done
    }

    /// Deletes segments of the redo log that are not kept any more.
    ///
    /// - Parameter choose: the names to delete, of what is in the folder at a path; the path leads to
    ///   the open folder, whatever is mounted meanwhile.
    package func trim(choose: (String) -> [String]) throws(Problem) {
        let folder = try opened()
        for name in choose("/proc/self/fd/\(folder.file)/.") { unlinkat(folder.file, name, 0) }
    }

    private static func begins(
        _ name: String, in folder: OpenFolder, like input: Int32, _ bytes: Int64, _ beat: () -> Void
    ) throws(Problem) -> Bool {
        let file = try folder.openFile(name)
        defer { close(file) }
        var place: Int64 = 0
        while place < bytes {
            let own = try piece(input, at: place, of: bytes)
            guard try piece(file, at: place, of: bytes) == own, !own.isEmpty else { return false }
            place += Int64(own.count)
            beat()
        }
        return true
    }

    private static func piece(
        _ file: Int32, at place: Int64, of whole: Int64
    ) throws(Problem) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(min(Int64(pieceBytes), whole - place)))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(
                    file, $0.baseAddress?.advanced(by: filled), $0.count - filled,
                    off_t(place) + off_t(filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Problem(.incomplete, "The redo log cannot be read: it became shorter.")
            }
            filled += count
        }
        return bytes
    }
}
