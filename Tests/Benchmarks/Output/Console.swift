import Glibc

/// What the benchmark says: the table on standard output, everything else beside it.
enum Console {
    /// Writes a line of the result.
    static func line(_ text: String = "") { write(text, to: STDOUT_FILENO) }

    /// Writes a line about what is going on.
    static func note(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to file: Int32) {
        var bytes = Array("\(text)\n".utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
