import Glibc
import TestKit

/// A folder of one test, gone with it.
final class EdgeFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/tribal-ehr-edge-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotMake() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    struct CannotMake: Error {}

    var names: [String] { TemporaryFolder.names(in: path).sorted() }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The permission bits of a file.
    func mode(_ name: String) -> UInt32 {
        var status = stat()
        return stat(file(name), &status) == 0 ? status.st_mode & 0o777 : 0
    }

    func read(_ name: String) -> [UInt8] {
        guard let stream = fopen(file(name), "r") else { return [] }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var next = getc(stream)
        while next >= 0 {
            bytes.append(UInt8(next))
            next = getc(stream)
        }
        return bytes
    }

    func write(_ bytes: [UInt8], to name: String) {
        guard let stream = fopen(file(name), "w") else { return }
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
    }
}
