import Backups
import Glibc
package import Kernel

/// One file to import.
package struct ImportFile: Hashable, Sendable {
    /// What is in a file, by its name.
    package enum Form: Hashable, Sendable {
        /// One Bundle or resource.
        case document
        /// A resource on each line.
        case lines
    }

    package let path: String
    package let form: Form
    package let isCompressed: Bool
    /// As it lies on the disk, in bytes.
    package let bytes: Int

    /// Names a file; does not touch it.
    package init(path: String, form: Form, isCompressed: Bool, bytes: Int) {
        self.path = path
        self.form = form
        self.isCompressed = isCompressed
        self.bytes = bytes
    }

    /// What the resources of other files refer to comes first; smaller is earlier.
    ///
    /// Guessed from the name as bulk exports and Synthea give it. A wrong guess costs a second
    /// try of the files that wait, nothing else.
    package var rank: Int {
        let name = FilePath.name(path).lowercased()
        return Self.early.firstIndex { name.hasPrefix($0) } ?? Self.early.count
    }

    private static let early = [
        "organization", "hospital", "location", "practitioner.", "practitioner", "patient.",
        "encounter.",
    ]

    /// Form and compression by the end of a name; nil if it is none that can be imported.
    package static func kind(ofName name: String) -> (form: Form, isCompressed: Bool)? {
        var stem = name.lowercased()
        let isCompressed = stem.hasSuffix(".gz")
        if isCompressed { stem.removeLast(3) }
        if stem.hasSuffix(".json") { return (.document, isCompressed) }
        if stem.hasSuffix(".ndjson") || stem.hasSuffix(".jsonl") { return (.lines, isCompressed) }
        return nil
    }
}

/// The files below the paths that somebody named.
package struct ImportFiles: Sendable {
    /// The most files of one import.
    package static let countMax = 1_000_000
    /// How deep folders may lie in each other.
    package static let depthMax = 64

    /// By rank, then in the order of the paths, and sorted inside each folder; none twice.
    package private(set) var files: [ImportFile] = []
    /// Files inside folders whose names say that they hold something else.
    package private(set) var skippedCount = 0
    private var seen: Set<FileIdentity> = []

    private struct FileIdentity: Hashable {
        let device: UInt
        let inode: UInt
    }

    /// Walks through files and folders.
    ///
    /// Symbolic links are followed, but nothing is taken twice.
    ///
    /// - Throws: ``Problem`` that names a path that is missing, cannot be read or cannot be
    ///   imported.
    package init(_ paths: [String]) throws(Problem) {
        for path in paths { try take(path, depth: 0) }
        files = (0...(files.map(\.rank).max() ?? 0)).flatMap { rank in
            files.filter { $0.rank == rank }
        }
    }

    private mutating func take(_ path: String, depth: Int) throws(Problem) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            if depth > 0 && (errno == ENOENT || errno == ELOOP) {
                skippedCount += 1
                return
            }
            throw Problem(
                .notFound, "\(path): \(SystemReason.text). Name files or folders to import.")
        }
        let kind = facts.st_mode & S_IFMT
        guard kind == S_IFDIR || kind == S_IFREG else {
            if depth > 0 {
                skippedCount += 1
                return
            }
            throw Problem(.invalid, "\(path) is neither a file nor a folder.")
        }
        let isFirst = seen.insert(
            FileIdentity(device: UInt(facts.st_dev), inode: UInt(facts.st_ino))
        ).inserted
        guard isFirst else { return }
        if kind == S_IFDIR {
            try takeFolder(path, depth: depth)
        } else {
            try takeFile(path, bytes: Int(facts.st_size), depth: depth)
        }
    }

    private mutating func takeFile(_ path: String, bytes: Int, depth: Int) throws(Problem) {
        guard let kind = ImportFile.kind(ofName: FilePath.name(path)) else {
            if depth > 0 {
                skippedCount += 1
                return
            }
            throw Problem(
                .notSupported,
                "\(path): Files to import end in .json, .ndjson or .jsonl, or in one of these and "
                    + ".gz. Rename the file if it holds one of them.")
        }
        guard files.count < Self.countMax else {
            throw Problem(
                .tooCostly, "There are more than \(Self.countMax) files. Import them in parts.")
        }
        files.append(
            ImportFile(
                path: path, form: kind.form, isCompressed: kind.isCompressed, bytes: bytes))
    }

    private mutating func takeFolder(_ path: String, depth: Int) throws(Problem) {
        guard depth < Self.depthMax else {
            throw Problem(
                .tooCostly,
                "\(path): Folders lie more than \(Self.depthMax) deep. Import a part of them.")
        }
        for name in try Self.names(in: path) {
            try take(path.hasSuffix("/") ? path + name : path + "/" + name, depth: depth + 1)
        }
    }

    /// Sorted by bytes; without names that begin with a dot.
    private static func names(in path: String) throws(Problem) -> [String] {
        guard let folder = opendir(path) else {
            throw Problem(.incomplete, "\(path): \(SystemReason.text). Make the folder readable.")
        }
        closedir(folder)
        let names = Folders.names(in: path).filter { !$0.hasPrefix(".") }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
