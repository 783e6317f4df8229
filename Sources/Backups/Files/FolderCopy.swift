import Glibc
package import Kernel
import RecordStore

/// Copies files of a data folder that nobody has open.
package enum FolderCopy {
    private static let depthMax = 8
    private static let pieceBytesMax = 64 << 20
    /// Room that is left beside the copy and what the steps of a schema need, in bytes.
    private static let spareBytes = 64 << 20

    /// Copies those of the named files and folders that are there into a new folder, and waits until
    /// they are on the disk.
    ///
    /// - Throws: ``Problem`` `.noStore` before anything is written where the disk has no room.
    static func copy(_ names: [String], from source: String, to target: String) throws {
        let bytes = names.reduce(0) { $0 + Folders.fileBytes(source + "/" + $1) }
        try Folders.requireRoom(bytes + bytes / 2 + spareBytes, in: source)
        try Folders.make(target)
        for name in names { try copy(source + "/" + name, target + "/" + name, depth: 0) }
        try FileBytes.syncFolder(of: target + "/.")
    }

    private static func copy(_ source: String, _ target: String, depth: Int) throws {
        guard Folders.exists(source), depth <= depthMax else { return }
        if Folders.isFolder(source) {
            try Folders.make(target)
            for name in Folders.names(in: source) {
                try copy(source + "/" + name, target + "/" + name, depth: depth + 1)
            }
            return try FileBytes.syncFolder(of: target + "/.")
        }
        try copyFile(source, target)
    }

    /// Copies one file to a name that is free, for its owner only, and waits until it is on the disk.
    ///
    /// - Throws: ``Problem`` that names the file that cannot be read or written.
    package static func copyFile(_ source: String, _ target: String) throws(Problem) {
        let from = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard from >= 0 else { throw FileFault.problem("read", source) }
        defer { close(from) }
        let to = open(target, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw FileFault.problem("write", target) }
        defer { close(to) }
        while true {
            let count = sendfile(to, from, nil, pieceBytesMax)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileFault.problem("write", target) }
            if count == 0 { break }
        }
        guard fsync(to) == 0 else { throw FileFault.problem("write", target) }
    }
}
