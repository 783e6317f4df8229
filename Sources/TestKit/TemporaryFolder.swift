import Glibc

/// A folder of one test that is gone, with all that is in it, when nobody holds it any more.
package final class TemporaryFolder: Sendable {
    /// Absolute path, without a slash at the end.
    package let path: String

    /// No folder could be made.
    package struct CannotMake: Error {
        /// The reason as the system gives it.
        package let code: Int32
    }

    /// Makes an empty folder, open to its owner only, in `parent`.
    package init(in parent: String = "/tmp") throws {
        let pattern = "\(parent)/tribal-ehr-test-" + String(repeating: "X", count: 6)
        var template = Array(pattern.utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotMake(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The paths of all files in the folder and the folders in it, sorted.
    package var files: [String] { Self.files(in: path).sorted() }

    /// The bytes of a file, empty if there is none.
    package static func bytes(of path: String) -> [UInt8] {
        guard let stream = fopen(path, "r") else { return [] }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }

    /// Replaces a file.
    package static func write(_ bytes: [UInt8], to path: String) {
        guard let stream = fopen(path, "w") else { return }
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
    }

    private static func files(in folder: String) -> [String] {
        names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            return isFolder(path) ? files(in: path) : [path]
        }
    }

    private static func remove(_ folder: String) {
        for name in names(in: folder) {
            let path = "\(folder)/\(name)"
            if isFolder(path) { remove(path) } else { unlink(path) }
        }
        rmdir(folder)
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, in no order; without the folder itself and the one above.
    package static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            // A whole entry must not be copied: the last one may end nearer to the end of its page.
            let place = UnsafeRawPointer(entry).advanced(by: nameOffset)
            let name = String(cString: place.assumingMemoryBound(to: CChar.self))
            if name != "." && name != ".." { found.append(name) }
        }
        return found
    }
}
