import Glibc

/// What a command says on the terminal.
enum Console {
    /// Writes a line to the standard output.
    static func line(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes a line to the standard error output.
    static func problem(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Says why the process cannot go on and ends it at once, without touching the disk again.
    @Sendable static func fatal(_ reason: String) -> Never {
        problem("tribal-ehr: \(reason)")
        _exit(74)
    }

    /// Writes all of it; a reader that went away is not a reason to stop.
    static func write(_ text: String, to file: Int32) {
        write(Array(text.utf8), to: file)
    }

    /// Writes all of it; a reader that went away is not a reason to stop.
    static func write(_ bytes: [UInt8], to file: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
