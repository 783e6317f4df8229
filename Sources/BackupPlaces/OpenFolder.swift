import Glibc
import Kernel

/// A folder that is open, so that what is done in it is done in it, whatever its path leads to by
/// then.
final class OpenFolder {
    let path: String
    let file: Int32

    /// Opens a folder by a path without links.
    init(_ path: String) throws(Problem) {
        guard let real = realpath(path, nil) else {
            throw Self.failure("open", path, errno)
        }
        let isPlain = String(cString: real) == path
        free(real)
        guard isPlain else {
            throw Problem(
                .security,
                "The path \(path) leads through a link. Name the folder that it leads to.")
        }
        file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure("open", path, errno) }
        self.path = path
    }

    private init(path: String, file: Int32) {
        self.path = path
        self.file = file
    }

    deinit { close(file) }

    /// A folder in this one.
    func below(_ name: String, makes: Bool) throws(Problem) -> OpenFolder {
        if makes, mkdirat(file, name, 0o700) != 0, errno != EEXIST { throw failure("write to") }
        let inner = openat(file, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else {
            guard errno == ENOENT else { throw failure("open \(name) in") }
            throw Problem(
                .notFound,
                "The disk at \(path) does not belong to this box yet. Add it as a place first.")
        }
        return OpenFolder(path: path + "/" + name, file: inner)
    }

    /// Whether anything has a name here.
    func has(_ name: String) -> Bool {
        faccessat(file, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }

    func room() throws(Problem) -> StorageRoom {
        var facts = statvfs()
        guard fstatvfs(file, &facts) == 0 else { throw failure("look into") }
        let block = Int64(facts.f_frsize)
        return StorageRoom(
            freeBytes: Int64(facts.f_bavail) * block, allBytes: Int64(facts.f_blocks) * block)
    }

    /// The length of a file; nil where nothing has the name.
    ///
    /// - Throws: ``Problem`` where a link or a folder has it.
    func size(of name: String) throws(Problem) -> Int64? {
        var facts = stat()
        guard fstatat(file, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("look into")
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw Problem(
                .conflict, "At \(path) something that is no file has the name \(name).")
        }
        return Int64(facts.st_size)
    }

    /// Opens a file to read; the caller closes it.
    func openFile(_ name: String) throws(Problem) -> Int32 {
        let inner = openat(file, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard inner >= 0 else {
            if errno == ENOENT {
                throw Problem(.notFound, "The copy \(name) is no longer at \(path).")
            }
            throw failure("read \(name) in")
        }
        return inner
    }

    /// Writes a fresh file and waits until it is on the medium.
    func write(
        _ name: String, from input: Int32, bytes: Int64, goesOn: (Double) -> Bool
    ) throws(Problem) -> StoredSeal {
        let output = openat(
            file, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("write to") }
        defer { close(output) }
        let seal = try StorageBytes.copy(input, output, bytes: bytes, writing: self, goesOn: goesOn)
        guard fsync(output) == 0 else { throw failure("write to") }
        return seal
    }

    /// Gives a whole file its name; never over another.
    func name(_ part: String, _ name: String) throws(Problem) {
        if linkat(file, part, file, name, 0) == 0 {
            _ = unlinkat(file, part, 0)
        } else {
            // Sticks and shares may not know a second name for a file.
            guard [EPERM, EOPNOTSUPP, EINVAL, ENOSYS, EMLINK].contains(errno) else {
                throw failure("write to")
            }
            guard try size(of: name) == nil, renameat(file, part, file, name) == 0 else {
                throw failure("write to")
            }
        }
        sync()
    }

    /// Waits until the names in the folder are on the medium; some file systems cannot.
    func sync() { fsync(file) }

    /// What the last failed call means, in words.
    func failure(_ act: String) -> Problem { Self.failure(act, path, errno) }

    private static func failure(_ act: String, _ path: String, _ code: Int32) -> Problem {
        switch code {
        case ENOSPC, EDQUOT:
            Problem(.noStore, "\(path) is full. Free space there, or keep fewer copies.")
        case EIO, ENODEV, ENXIO, ESTALE, ENOTCONN, EHOSTDOWN, ETIMEDOUT:
            Problem(
                .incomplete,
                "\(path) went away or is damaged (\(SystemWords.text(code))). Was it unplugged?")
        case EACCES, EPERM, EROFS:
            Problem(
                .forbidden,
                "The box may not \(act) \(path) (\(SystemWords.text(code))). Give the folder to "
                    + "the user that the box runs as.")
        case ENOENT: Problem(.notFound, "There is no folder \(path).")
        default: Problem(.incomplete, "Cannot \(act) \(path): \(SystemWords.text(code)).")
        }
    }
}

/// What the system says of an error.
enum SystemWords {
    /// The words in small letters.
    static func text(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
