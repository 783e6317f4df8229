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

    /// Writes a file in parts.
    static func write(to path: String, _ body: (([UInt8]) throws -> Void) throws -> Void) throws {
        guard let stream = fopen(path, "w") else { throw Failure("Cannot write \(path).") }
        do {
            try body { bytes in
                guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
                    throw Failure("Cannot write \(path).")
                }
            }
        } catch {
            fclose(stream)
            unlink(path)
            throw error
        }
        guard fclose(stream) == 0 else { throw Failure("Cannot write \(path).") }
    }

    /// How many bytes a file has.
    static func bytes(of path: String) -> Int {
        guard let stream = fopen(path, "r") else { return 0 }
        defer { fclose(stream) }
        return fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : 0
    }

    /// Takes away a file, or a folder with all in it.
    static func remove(_ path: String) {
        // What stays behind goes with the whole scratch folder.
        _ = try? Child.run(["rm", "-r", "-f", path], log: "/dev/null")
    }
}
