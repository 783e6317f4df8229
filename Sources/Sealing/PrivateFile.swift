import Glibc

/// Small files that only their owner may read, replaced as a whole or not at all.
package enum PrivateFile {
    /// Why a file could not be read or written.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// There is no such file.
        case missing(path: String)
        /// The file is there already.
        case exists(path: String)
        /// Others than the owner may read or write it.
        case tooOpen(path: String)
        /// Longer than it may be.
        case tooLong(path: String)
        /// The system refused; the number is its `errno`.
        case system(path: String, call: String, errno: Int32)

        package var description: String {
            switch self {
            case .missing(let path): "There is no file \(path)."
            case .exists(let path): "\(path) is there already and is not overwritten."
            case .tooOpen(let path):
                "\(path) can be read or changed by others than its owner. Run: chmod 600 \(path)"
            case .tooLong(let path): "\(path) is longer than such a file can be."
            case .system(let path, let call, let number):
                "\(path): \(call) failed: \(strerror(number).map { String(cString: $0) } ?? "unknown")."
            }
        }
    }

    /// Reads a file of at most `bytesMax` bytes.
    ///
    /// - Parameter ownerOnly: refuses a file that group or others can open.
    package static func read(
        _ path: String, bytesMax: Int, ownerOnly: Bool
    ) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw errno == ENOENT
                ? .missing(path: path) : .system(path: path, call: "open", errno: errno)
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            throw Failure.system(path: path, call: "stat", errno: errno)
        }
        guard !ownerOnly || status.st_mode & 0o077 == 0 else { throw Failure.tooOpen(path: path) }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var filled = 0
        while filled <= bytesMax {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress.map { $0 + filled }, bytesMax + 1 - filled)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Failure.system(path: path, call: "read", errno: errno) }
            if got == 0 { break }
            filled += got
        }
        guard filled <= bytesMax else { throw Failure.tooLong(path: path) }
        return Array(bytes.prefix(filled))
    }

    /// Writes a file so that after a power cut it has either its old or its new content.
    ///
    /// - Parameter replacing: false refuses to write over a file that is there.
    package static func write(
        _ bytes: [UInt8], to path: String, replacing: Bool
    ) throws(Failure) {
        guard replacing || access(path, F_OK) != 0 else { throw Failure.exists(path: path) }
        let draft = path + ".tmp"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Failure.system(path: draft, call: "create", errno: errno) }
        do throws(Failure) {
            defer { close(file) }
            try giveToOwner(file, folder: folder(of: path), path: draft)
            try fill(file, with: bytes, path: draft)
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else {
            let number = errno
            unlink(draft)
            throw Failure.system(path: path, call: "rename", errno: number)
        }
        try syncFolder(of: path)
    }

    private static func fill(_ file: Int32, with bytes: [UInt8], path: String) throws(Failure) {
        // A draft that an interrupted write left behind keeps its old permissions.
        guard fchmod(file, 0o600) == 0 else {
            throw Failure.system(path: path, call: "chmod", errno: errno)
        }
        var written = 0
        while written < bytes.count {
            let put = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else { throw Failure.system(path: path, call: "write", errno: errno) }
            written += put
        }
        guard fsync(file) == 0 else {
            throw Failure.system(path: path, call: "fsync", errno: errno)
        }
    }

    /// Gives a file that root makes to the owner of its folder, who could not read it otherwise.
    private static func giveToOwner(
        _ file: Int32, folder: String, path: String
    ) throws(Failure) {
        guard geteuid() == 0 else { return }
        var facts = stat()
        guard stat(folder, &facts) == 0, facts.st_uid != 0 else { return }
        guard fchown(file, facts.st_uid, facts.st_gid) == 0 else {
            throw Failure.system(path: path, call: "chown", errno: errno)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func syncFolder(of path: String) throws(Failure) {
        let name = folder(of: path)
        let folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Failure.system(path: name, call: "open", errno: errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else {
            throw Failure.system(path: name, call: "fsync", errno: errno)
        }
    }
}
