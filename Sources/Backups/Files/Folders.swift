import Glibc
package import Kernel
package import RecordStore

extension DataFolder {
    /// Where the backups of this disk lie.
    package var backups: String { path + "/backups" }
    /// Where backups are made, opened and proven; whatever is in there may be removed at any time
    /// when no such work is under way.
    package var scratch: String { path + "/scratch" }
}

/// Folders and what is in them.
package enum Folders {
    private static let depthMax = 16

    /// Makes a folder for its owner only, and those above it; one that is there is left as it is.
    package static func make(_ path: String) throws(Problem) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileFault.problem("make", path)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileFault.problem("make", path)
        }
    }

    /// The names in a folder, sorted; none where there is no folder.
    package static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            // A whole entry must not be copied: the last one may end nearer to the end of its page.
            let place = UnsafeRawPointer(entry).advanced(by: nameOffset)
            let name = String(cString: place.assumingMemoryBound(to: CChar.self))
            if name != "." && name != ".." { found.append(name) }
        }
        return found.sorted()
    }

    /// Removes a folder with all that is in it; follows no link out of it.
    package static func remove(_ path: String) { remove(path, depth: 0) }

    private static func remove(_ path: String, depth: Int) {
        guard depth <= depthMax, isFolder(path) else {
            unlink(path)
            return
        }
        for name in names(in: path) { remove(path + "/" + name, depth: depth + 1) }
        rmdir(path)
    }

    /// Whether a path is a folder itself, not a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is anything at a path.
    package static func exists(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    /// Bytes of a file; 0 where there is none.
    package static func fileBytes(_ path: String) -> Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
    }

    /// Bytes that may still be written on the disk of a folder; nil where that cannot be told.
    package static func freeBytes(_ path: String) -> Int? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        return Int(facts.f_bavail) * Int(facts.f_frsize)
    }

    /// Refuses work that the disk has no room for, before anything is written.
    ///
    /// - Throws: ``Problem`` `.noStore` that says how much is missing.
    package static func requireRoom(_ bytes: Int, in path: String) throws(Problem) {
        guard let free = freeBytes(path), free < bytes else { return }
        let missing = (bytes - free) / 1_048_576 + 1
        throw Problem(
            .noStore,
            "There is not enough room in \(path): \(missing) MiB more are needed. Free some space "
                + "there, or name another folder.")
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
}
