import Glibc
package import Kernel

/// The folder that holds everything the box writes, and its lock.
package struct DataFolder: Sendable {
    /// Absolute path, without a slash at the end.
    package let path: String

    /// Names a folder; does not touch it.
    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The database file.
    package var database: String { path + "/record.sqlite" }
    /// The file of slots that open the master key.
    package var keyRing: String { path + "/keyring.json" }
    /// Heads of the audit chain, kept outside the database.
    package var anchors: String { path + "/audit-anchors.ndjson" }
    /// Held by the process that has the folder open.
    package var lockFile: String { path + "/lock" }
    /// Where a running server takes commands.
    package var controlSocket: String { path + "/control.sock" }
    /// Certificates and what belongs to them.
    package var tls: String { path + "/tls" }
    /// The code by which a box that belongs to nobody is set up.
    package var setupCode: String { path + "/setup-code.txt" }
    /// Room kept free for the audit log.
    package var ballast: String { path + "/ballast" }

    /// Whether the folder holds a record already.
    package var hasRecord: Bool { access(database, F_OK) == 0 }

    /// Makes the folder, readable for its owner only, and checks that it can be written.
    ///
    /// - Throws: ``Problem`` that names the folder and what to do.
    package func make() throws(Problem) {
        if mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw Problem(
                .incomplete,
                "Cannot make the data folder \(path): \(Self.reason). Make its parent first, or "
                    + "choose another with --data-dir.")
        }
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw Problem(.incomplete, "\(path) is not a folder. Choose another with --data-dir.")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw Problem(
                .security,
                "The data folder \(path) is open to other users of this machine. Run: chmod 700 "
                    + path)
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw Problem(
                .incomplete,
                "The data folder \(path) cannot be written: \(Self.reason). Run the command as its "
                    + "owner, or mount the disk writable.")
        }
        if mkdir(tls, 0o700) != 0 && errno != EEXIST {
            throw Problem(.incomplete, "Cannot make \(tls): \(Self.reason).")
        }
    }

    /// Takes the folder for this process alone.
    ///
    /// - Throws: ``Problem`` `.conflict` that names the process that has it.
    package func lock() throws(Problem) -> FolderLock {
        let file = open(lockFile, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw Problem(
                .incomplete,
                "Cannot write to the data folder \(path): \(Self.reason). Is the disk full or "
                    + "mounted read-only?")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            var buffer = [UInt8](repeating: 0, count: 32)
            let count = read(file, &buffer, 32)
            close(file)
            let holder = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
                .prefix { $0.isNumber }
            throw Problem(
                .conflict,
                "The data folder \(path) is in use by process \(holder). Stop it first, or use "
                    + "another folder with --data-dir.")
        }
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(file, 0)
        _ = pwrite(file, text, text.count, 0)
        return FolderLock(file: file)
    }

    /// Whether the disk below the folder takes nothing any more: a byte that is written and synced
    /// meets an error of the disk.
    ///
    /// A full disk is not gone.
    var isGone: Bool {
        let probe = path + "/probe"
        let file = open(probe, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return errno == EIO || errno == EROFS }
        defer {
            close(file)
            unlink(probe)
        }
        guard write(file, [0], 1) == 1, fdatasync(file) == 0 else { return errno == EIO }
        return false
    }

    private static var reason: String { String(cString: strerror(errno)).lowercased() }
}

/// Holds the lock of a data folder until it goes away.
package final class FolderLock: Sendable {
    private let file: Int32

    init(file: Int32) { self.file = file }

    deinit {
        // A program that this process starts holds the same open file until it is loaded; only an
        // unlock releases the folder for both.
        flock(file, LOCK_UN)
        close(file)
    }
}
