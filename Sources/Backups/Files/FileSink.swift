import Glibc
import Kernel
import Sealing

/// A new file that is written from its beginning to its end, and digested on the way.
///
/// Not sendable: it belongs to one thread at a time.
final class FileSink {
    private static let bufferBytes = 1 << 20
    private static let syncBytes = 8 << 20

    let path: String
    private let file: Int32
    private let digest = DigestContext()
    private var buffer: [UInt8] = []
    private var unsyncedBytes = 0
    /// Bytes that were written so far.
    private(set) var byteCount = 0

    /// Makes the file, for its owner only.
    ///
    /// - Throws: ``Problem`` where there is one already or the folder cannot be written.
    init(_ path: String) throws(Problem) {
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileFault.problem("make", path) }
        self.path = path
        buffer.reserveCapacity(Self.bufferBytes)
    }

    deinit { close(file) }

    func write(_ bytes: [UInt8]) throws(Problem) {
        digest.update(bytes)
        byteCount += bytes.count
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// The digest of everything so far; the next piece starts another one.
    func finishDigest() -> [UInt8] { digest.finish() }

    /// Waits until everything is on the disk, and has the system forget it, so that who reads it
    /// next reads the disk.
    func sync() throws(Problem) {
        try flush()
        guard fsync(file) == 0 else { throw FileFault.problem("write", path) }
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    }

    private func flush() throws(Problem) {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileFault.problem("write", path) }
            done += count
        }
        unsyncedBytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
        guard unsyncedBytes >= Self.syncBytes else { return }
        unsyncedBytes = 0
        // Only to spread the writing: others who wait for the same disk wait for little at once.
        _ = fdatasync(file)
    }
}

/// What the system said of a file.
enum FileFault {
    /// The last failure as a problem that names the file.
    static func problem(_ act: String, _ path: String) -> Problem {
        let number = errno
        let reason = String(cString: strerror(number)).lowercased()
        guard number != ENOSPC, number != EDQUOT, number != EFBIG else {
            return Problem(
                .noStore,
                "There is no room for \(path). Free some space there, or name another "
                    + "place.")
        }
        return Problem(
            number == ENOENT ? .notFound : .incomplete, "Cannot \(act) \(path): \(reason).")
    }
}
