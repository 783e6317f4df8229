import Glibc

/// What a command says on the terminal.
enum Console {
    /// Writes a line to the standard output.
    static func line(_ text: String) {
        fputs(text + "\n", stdout)
        fflush(stdout)
    }

    /// Writes a line to the standard error output.
    static func problem(_ text: String) {
        fputs(text + "\n", stderr)
    }

    /// Says why the process cannot go on and ends it at once, without touching the disk again.
    @Sendable static func fatal(_ reason: String) -> Never {
        problem("tribal-ehr: \(reason)")
        _exit(74)
    }
}
