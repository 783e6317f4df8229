import Glibc
package import Kernel

/// Small files of the data folder, read and written whole.
package enum FileBytes {
    /// The bytes of a file, or nil if there is none.
    ///
    /// - Throws: ``Problem`` `.tooLong` over `bytesMax`; `.incomplete` if it cannot be read.
    package static func read(_ path: String, bytesMax: Int) throws(Problem) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure("read", path) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw Problem(.invalid, "\(path) is not a file.")
        }
        guard Int(facts.st_size) <= bytesMax else {
            throw Problem(.tooLong, "\(path) is larger than \(bytesMax) bytes.")
        }
        return try rest(of: file, path, count: Int(facts.st_size))
    }

    /// At most the last `count` bytes of a file, or nil if there is none.
    ///
    /// - Throws: ``Problem`` `.incomplete` if it cannot be read.
    package static func readTail(_ path: String, count: Int) throws(Problem) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(file) }
        let end = Int(lseek(file, 0, SEEK_END))
        guard end >= 0, lseek(file, off_t(max(0, end - count)), SEEK_SET) >= 0 else {
            throw failure("read", path)
        }
        return try rest(of: file, path, count: min(end, count))
    }

    private static func rest(
        of file: Int32, _ path: String, count: Int
    ) throws(Problem) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw failure("read", path) }
            if count == 0 { break }
            done += count
        }
        return Array(bytes.prefix(done))
    }

    /// Replaces a file in one step that a power cut cannot split: temporary name, sync, rename,
    /// sync of the folder.
    package static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
    ) throws(Problem) {
        let temporary = path + ".part"
        let file = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("write", path) }
        let isWritten = writeAll(bytes, to: file) && fchmod(file, mode) == 0 && fsync(file) == 0
        close(file)
        guard isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw failure("write", path)
        }
        try syncFolder(of: path)
    }

    /// The last byte of a file; nil if there is none.
    package static func lastByte(_ path: String) throws(Problem) -> UInt8? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw failure("read", path) }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size > 0 else { return nil }
        var byte: UInt8 = 0
        guard pread(file, &byte, 1, size - 1) == 1 else { throw failure("read", path) }
        return byte
    }

    /// Appends to a file and waits until it is on the disk, with its name where it is new.
    package static func append(_ bytes: [UInt8], to path: String) throws(Problem) {
        let isNew = access(path, F_OK) != 0
        let file = open(path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write", path) }
        defer { close(file) }
        guard writeAll(bytes, to: file), fsync(file) == 0 else { throw failure("write", path) }
        if isNew { try syncFolder(of: path) }
    }

    /// Waits until the names in the folder of `path` are on the disk.
    package static func syncFolder(of path: String) throws(Problem) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let file = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", folder) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("write", folder) }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(file, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    private static func failure(_ act: String, _ path: String) -> Problem {
        let reason = String(cString: strerror(errno))
        let isFull = errno == ENOSPC || errno == EDQUOT
        return Problem(
            isFull ? .noStore : .incomplete, "Cannot \(act) \(path): \(reason.lowercased()).")
    }
}
