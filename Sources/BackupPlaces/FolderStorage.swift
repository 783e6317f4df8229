import Glibc
package import Kernel

/// A folder of this machine, a mounted share, or a folder on a stick.
///
/// Everything happens below one open folder, by names without a path and without following links,
/// so that nothing can be mounted away or linked into the way between two steps.
package struct FolderStorage: BackupStorage {
    /// The file that says which place a folder is.
    package static let tagName = ".tribal-ehr-place"
    /// The folder on a stick.
    package static let stickFolder = "tribal-ehr-backups"
    private static let tagBytesMax = 256
    /// Room that a copy leaves free, in bytes.
    private static let spareBytes: Int64 = 16 * 1_048_576

    /// Where the folder lies.
    package enum Where: Hashable, Sendable {
        /// A folder on a disk of the machine.
        case folder(String)
        /// A folder that something is mounted on; refused where nothing is.
        case mount(String)
        /// A folder on the disk with a label.
        case stick(label: String)
    }

    private let place: Where
    private let tag: String?
    private let mounts: Mounts

    /// Names a place; does not touch it.
    ///
    /// - Parameter tag: the id that the folder's file must say; nil for the box's own folder.
    package init(_ place: Where, tag: String?, mounts: Mounts = .system) {
        self.place = place
        self.tag = tag
        self.mounts = mounts
    }

    /// What a folder says that it is.
    package enum Tag: Hashable, Sendable {
        case none
        case of(id: String)
    }

    /// Reads which place the folder is, whichever that may be.
    ///
    /// A stick without a folder of ours says nothing.
    package func foundTag() throws(Problem) -> Tag {
        if case .stick(let label) = place {
            let stick = try OpenFolder(try mounts.path(ofLabel: label))
            guard stick.has(Self.stickFolder) else { return .none }
        }
        let folder = try openFolder(makes: false)
        return try Self.tag(in: folder)
    }

    /// Makes the folder this place, whatever it was before.
    ///
    /// - Parameter id: at most 64 letters, digits and hyphens.
    package func adopt(id: String) throws(Problem) {
        let folder = try openFolder(makes: true)
        let part = StorageName.partPrefix + "place"
        _ = unlinkat(folder.file, part, 0)
        let file = openat(
            folder.file, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw folder.failure("write to") }
        let isWritten = StorageBytes.write(Array("tribal-ehr \(id)\n".utf8), to: file)
        let isSynced = isWritten && fsync(file) == 0
        close(file)
        guard isSynced, renameat(folder.file, part, folder.file, Self.tagName) == 0 else {
            throw folder.failure("write to")
        }
        folder.sync()
    }

    package func room() throws(Problem) -> StorageRoom {
        try opened().room()
    }

    package func put(
        _ source: String, as name: String, goesOn: (Double) -> Bool
    ) throws(Problem) -> StoredSeal {
        try StorageName.check(name)
        let folder = try opened()
        let input = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard input >= 0 else { throw Problem(.notFound, "The backup itself is gone.") }
        defer { close(input) }
        let bytes = StorageBytes.size(of: input)
        if let there = try folder.size(of: name) {
            let seal = try StorageBytes.seal(input, folder: nil)
            guard there == bytes, try self.seal(of: name) == seal else {
                throw Problem(
                    .conflict,
                    "At \(folder.path) another file has the name \(name). Move it away.")
            }
            return seal
        }
        let part = StorageName.partPrefix + name
        _ = unlinkat(folder.file, part, 0)
        let free = try folder.room().freeBytes
        guard free >= bytes + Self.spareBytes else {
            throw Problem(
                .noStore,
                "There is no room at \(folder.path): the copy needs "
                    + "\(Self.megabytes(bytes + Self.spareBytes)) MB, \(Self.megabytes(free)) MB "
                    + "are free.")
        }
        do throws(Problem) {
            let written = try folder.write(part, from: input, bytes: bytes, goesOn: goesOn)
            let file = try folder.openFile(part)
            defer { close(file) }
            posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
            let back = try StorageBytes.seal(file, folder: folder) { _ = goesOn(1) }
            guard back == written else {
                throw Problem(
                    .incomplete,
                    "What was written to \(folder.path) reads back differently. Do not use this "
                        + "disk any more.")
            }
            try folder.name(part, name)
            return written
        } catch {
            _ = unlinkat(folder.file, part, 0)
            throw error
        }
    }

    package func seal(of name: String) throws(Problem) -> StoredSeal {
        try seal(of: name, beat: {})
    }

    package func seal(of name: String, beat: () -> Void) throws(Problem) -> StoredSeal {
        try StorageName.check(name)
        let folder = try opened()
        let file = try folder.openFile(name)
        defer { close(file) }
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        return try StorageBytes.seal(file, folder: folder, beat: beat)
    }

    package func fetch(_ name: String, to path: String) throws(Problem) -> StoredSeal {
        try StorageName.check(name)
        let folder = try opened()
        let input = try folder.openFile(name)
        defer { close(input) }
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else {
            throw Problem(.incomplete, "Cannot write \(path): \(SystemWords.text(errno)).")
        }
        defer { close(output) }
        do throws(Problem) {
            let seal = try StorageBytes.copy(
                input, output, bytes: StorageBytes.size(of: input), reading: folder,
                goesOn: { _ in true })
            guard fsync(output) == 0 else {
                throw Problem(.noStore, "Cannot write \(path): \(SystemWords.text(errno)).")
            }
            return seal
        } catch {
            unlink(path)
            throw error
        }
    }

    package func remove(_ name: String, seal: StoredSeal) throws(Problem) -> Bool {
        try StorageName.check(name)
        let folder = try opened()
        guard let bytes = try folder.size(of: name) else { return false }
        let file = try folder.openFile(name)
        defer { close(file) }
        guard bytes == seal.bytes, try StorageBytes.headDigest(file, folder) == seal.headDigest
        else {
            throw Problem(
                .conflict,
                "At \(folder.path) the file \(name) is not the backup that was written there, so "
                    + "it was not deleted. Look at it, and move it away.")
        }
        guard unlinkat(folder.file, name, 0) == 0 else { throw folder.failure("delete from") }
        folder.sync()
        return true
    }

    package func sweep(_ names: [String]) throws(Problem) {
        let folder = try opened()
        for name in names where StorageName.isSafe(name) {
            _ = unlinkat(folder.file, StorageName.partPrefix + name, 0)
        }
    }

    package func probe() throws(Problem) {
        let folder = try opened()
        let name = StorageName.partPrefix + "probe"
        _ = unlinkat(folder.file, name, 0)
        let text = Array("A try of the box. It may be deleted.\n".utf8)
        let file = openat(
            folder.file, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw folder.failure("write to") }
        defer {
            close(file)
            _ = unlinkat(folder.file, name, 0)
        }
        guard StorageBytes.write(text, to: file), fsync(file) == 0 else {
            throw folder.failure("write to")
        }
        var back = [UInt8](repeating: 0, count: text.count + 1)
        let count = pread(file, &back, back.count, 0)
        guard count == text.count, Array(back.prefix(max(0, count))) == text else {
            throw Problem(
                .incomplete, "What was written to \(folder.path) reads back differently.")
        }
    }

    /// The folder, after every check that it is the right one.
    func opened() throws(Problem) -> OpenFolder {
        let folder = try openFolder(makes: false)
        guard let tag else { return folder }
        switch try Self.tag(in: folder) {
        case .of(tag): return folder
        case .none:
            throw Problem(
                .notFound,
                "The folder \(folder.path) is not marked as this place. If a disk belongs there, "
                    + "it is not there at present; if it was emptied, add the place once more.")
        case .of:
            throw Problem(
                .conflict,
                "The disk at \(folder.path) belongs to another place. Plug in the right one, or "
                    + "add this one as a further place.")
        }
    }

    private func openFolder(makes: Bool) throws(Problem) -> OpenFolder {
        switch place {
        case .folder(let path): return try OpenFolder(path)
        case .mount(let path):
            guard mounts.mount(at: path) != nil else {
                throw Problem(
                    .notFound,
                    "Nothing is mounted at \(path). Switch on the machine that shares the folder, "
                        + "or have it mounted again.")
            }
            return try OpenFolder(path)
        case .stick(let label):
            let stick = try OpenFolder(try mounts.path(ofLabel: label))
            return try stick.below(Self.stickFolder, makes: makes)
        }
    }

    private static func tag(in folder: OpenFolder) throws(Problem) -> Tag {
        let file = openat(folder.file, tagName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return .none }
        guard file >= 0 else { throw folder.failure("read") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: tagBytesMax)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw folder.failure("read") }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "tribal-ehr" else { return .of(id: "") }
        return .of(id: String(words[1]))
    }

    private static func megabytes(_ bytes: Int64) -> Int64 { (bytes + 999_999) / 1_000_000 }
}
