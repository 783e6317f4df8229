import Glibc
import Kernel

/// A file for a secret, made before the secret is, so that writing it cannot fail afterwards.
///
/// For its owner only; a file that is there already is never written over.
struct ReservedFile: ~Copyable {
    private static let roomBytes = 16_384

    let path: String
    private let file: Int32
    private var isWritten = false

    /// Makes the file, with room on the disk.
    ///
    /// - Throws: ``Problem`` that names the file and what to do.
    init(_ path: String) throws(Problem) {
        let path = FilePath.absolute(path)
        // Nothing is stored before the file is ours, since `deinit` removes what is not written.
        let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else {
            let isThere = errno == EEXIST
            throw Problem(
                isThere ? .duplicate : .incomplete,
                isThere
                    ? "\(path) is there already and is not overwritten. Name another file."
                    : "\(path) cannot be made: \(SystemReason.text). Name a file in a folder "
                        + "that can be written.")
        }
        guard posix_fallocate(made, 0, off_t(Self.roomBytes)) != ENOSPC else {
            close(made)
            unlink(path)
            throw Problem(.noStore, "There is no room for \(path). Free some disk space.")
        }
        self.path = path
        file = made
    }

    /// Writes the content and waits until it is on the disk.
    ///
    /// - Throws: ``Problem`` that names the file; nothing of the content.
    mutating func write(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress, bytes.count, 0) }
        guard count == bytes.count, ftruncate(file, off_t(count)) == 0, fsync(file) == 0 else {
            throw Problem(.incomplete, "\(path) cannot be written: \(SystemReason.text).")
        }
        isWritten = true
    }

    deinit {
        close(file)
        if !isWritten { unlink(path) }
    }
}

/// Why the last call of the system failed.
enum SystemReason {
    /// The words of `errno`, in small letters.
    static var text: String { String(cString: strerror(errno)).lowercased() }
}
