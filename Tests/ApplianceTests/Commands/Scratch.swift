import Assembly
import Glibc
import Synchronization
import TestKit

/// A folder of its own for one test, removed with it.
final class Scratch: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/tribal-ehr-commands-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let made = mkdtemp(base) else { return "" }
            return String(cString: made)
        }
        precondition(!path.isEmpty, "A test can make a folder in /tmp.")
    }

    deinit { Scratch.remove(path) }

    /// Writes a file, with the folders above it, and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
        let full = path + "/" + name
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
        let content = Array(bytes)
        let file = open(full, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        precondition(file >= 0, "A test can write into its folder.")
        defer { close(file) }
        var done = 0
        while done < content.count {
            let count = content.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: done), content.count - done)
            }
            precondition(count > 0, "A test can write into its folder.")
            done += count
        }
        return full
    }

    /// The text of a file, or nil if there is none.
    func read(_ name: String) -> String? {
        guard let file = fopen(path + "/" + name, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte >= 0 { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func remove(_ path: String) {
        for name in TemporaryFolder.names(in: path) {
            let inner = path + "/" + name
            if unlink(inner) != 0 { remove(inner) }
        }
        rmdir(path)
    }
}

/// What a command said in a test.
final class Said: Sendable {
    private let state = Mutex<(out: [String], err: [String])>(([], []))

    /// Lines of the result.
    var out: [String] { state.withLock { $0.out } }
    /// Lines about the work.
    var err: [String] { state.withLock { $0.err } }
    /// Everything in one text.
    var text: String { (out + err).joined(separator: "\n") }

    /// Runs a command in this process, with an environment of its own.
    func run(_ arguments: [String], environment: [String: String] = [:]) async -> Int32 {
        let terminal = Terminal(
            say: { line in self.state.withLock { $0.out.append(line) } },
            tell: { line in self.state.withLock { $0.err.append(line) } },
            environment: environment)
        return await Terminal.$current.withValue(terminal) { await Program.run(arguments) }
    }
}
