import Glibc
import TestKit

/// A folder for one run that is gone afterwards.
struct Scratch {
    private let folder: TemporaryFolder

    var path: String { folder.path }

    init(in parent: String) throws {
        guard let full = realpath(parent, nil) else {
            throw Failure("There is no folder \(parent).")
        }
        defer { free(full) }
        folder = try TemporaryFolder(in: String(cString: full))
    }

    /// Writes a file as a whole.
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let stream = fopen(path, "w") else { throw Failure("Cannot write \(path).") }
        let count = fwrite(bytes, 1, bytes.count, stream)
        guard fclose(stream) == 0, count == bytes.count else {
            throw Failure("Cannot write \(path).")
        }
    }
}
