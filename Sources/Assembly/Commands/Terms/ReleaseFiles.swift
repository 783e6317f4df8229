import Backups
import Glibc
import Kernel
import Terminology

/// The files of a release: a zip, a folder with what is in it, or one file.
struct ReleaseFiles {
    /// Files of one folder that are looked at.
    private static let filesMax = 20_000
    private static let depthMax = 12
    private static let blockBytes = 262_144

    /// One file that is needed.
    struct File {
        let path: String
        let part: ReleasePart
        let byteCount: Int
        fileprivate let read: (([UInt8]) async throws -> Void) async throws -> Void

        /// Hands the content over, piece by piece.
        func read(_ take: ([UInt8]) async throws -> Void) async throws { try await read(take) }
    }

    let form: ReleaseForm
    let files: [File]

    /// Looks at what a path leads to.
    ///
    /// - Throws: ``Problem`` if it is no release that is known.
    init(_ path: String) throws(Problem) {
        if path.lowercased().hasSuffix(".zip") {
            let zip = try ZipFile(path)
            let paths = zip.entries.map(\.path)
            form = try Self.form(of: paths, path)
            files = zip.entries.compactMap { [form] entry in
                form.part(of: entry.path).map { part in
                    File(path: entry.path, part: part, byteCount: entry.byteCount) {
                        try await zip.read(entry, $0)
                    }
                }
            }.sorted { $0.path < $1.path }
            return
        }
        let found = try Self.list(path)
        form = try Self.form(of: found.map(\.path), path)
        files = found.compactMap { [form] one in
            form.part(of: one.path).map { part in
                File(path: one.path, part: part, byteCount: one.byteCount) {
                    try await Self.read(one.path, $0)
                }
            }
        }
    }

    private static func form(of paths: [String], _ path: String) throws(Problem) -> ReleaseForm {
        if let form = ReleaseForm.of(paths) { return form }
        throw Problem(
            .notSupported,
            "\(path) holds no release that is known: Loinc.csv, RXNCONSO.RRF, the three snapshot "
                + "files of SNOMED CT, or one .csv or .tsv with the columns code and display.")
    }

    private static func list(
        _ path: String, depth: Int = 0
    ) throws(Problem) -> [(path: String, byteCount: Int)] {
        var state = stat()
        guard stat(path, &state) == 0 else {
            throw Problem(.notFound, "\(path) cannot be read: \(SystemReason.text).")
        }
        guard state.st_mode & S_IFMT == S_IFDIR else { return [(path, Int(state.st_size))] }
        guard depth < depthMax else { return [] }
        let names = Folders.names(in: path).filter { !$0.hasPrefix(".") }.prefix(filesMax)
        var found: [(path: String, byteCount: Int)] = []
        for name in names where found.count < filesMax {
            found += try list("\(path)/\(name)", depth: depth + 1)
        }
        return found
    }

    private static func read(
        _ path: String, _ take: ([UInt8]) async throws -> Void
    ) async throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Problem(.incomplete, "\(path) cannot be read: \(SystemReason.text).")
        }
        defer { close(file) }
        while true {
            var block = [UInt8](repeating: 0, count: blockBytes)
            let count = block.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw Problem(.incomplete, "\(path) cannot be read: \(SystemReason.text).")
            }
            if count == 0 { return }
            try await take(Array(block.prefix(count)))
        }
    }
}
