import Glibc

/// What the benchmark says: the table on standard output, everything else beside it.
enum Console {
    /// Writes a line of the result.
    static func line(_ text: String = "") { write(text + "\n", to: stdout) }

    /// Writes a line about what is going on.
    static func note(_ text: String) { write(text + "\n", to: stderr) }

    private static func write(_ text: String, to stream: UnsafeMutablePointer<FILE>?) {
        guard let stream else { return }
        fputs(text, stream)
        fflush(stream)
    }
}
