import Glibc
import Synchronization

/// What a command sees of the world around it: two outputs, a keyboard, the environment.
package struct Terminal: Sendable {
    /// Writes a line of the result.
    package let say: @Sendable (String) -> Void
    /// Writes a line about the work: a problem, progress.
    package let tell: @Sendable (String) -> Void
    /// Draws over the present line of the second output; nil where that is no terminal.
    package let draw: (@Sendable (String) -> Void)?
    /// Columns of the terminal; 80 where there is none.
    package let columns: @Sendable () -> Int
    /// Asks for a line that is not shown while it is typed; nil where nobody is there to ask.
    package let askSecret: @Sendable (String) -> String?
    /// The environment of the process.
    package let environment: [String: String]

    /// Makes a terminal of its parts.
    package init(
        say: @escaping @Sendable (String) -> Void, tell: @escaping @Sendable (String) -> Void,
        draw: (@Sendable (String) -> Void)? = nil, columns: @escaping @Sendable () -> Int = { 80 },
        askSecret: @escaping @Sendable (String) -> String? = { _ in nil },
        environment: [String: String] = [:]
    ) {
        self.say = say
        self.tell = tell
        self.draw = draw
        self.columns = columns
        self.askSecret = askSecret
        self.environment = environment
    }

    /// The terminal of the command that runs.
    ///
    /// The parser of the command line makes the commands, so it cannot hand one in.
    @TaskLocal package static var current: Terminal = .ofProcess
}

extension Terminal {
    /// Back to the first column, and the line away.
    private static let lineStart = "\r\u{1B}[2K"

    /// The standard outputs, keyboard and environment of the process.
    package static let ofProcess = Terminal(
        say: sayToProcess, tell: tellProcess, draw: isatty(2) == 1 ? redraw : nil,
        columns: columnsOfProcess, askSecret: askAtKeyboard, environment: environmentOfProcess())

    @Sendable private static func sayToProcess(_ line: String) { write(line + "\n", to: 1) }

    @Sendable private static func tellProcess(_ line: String) { write(line + "\n", to: 2) }

    @Sendable private static func redraw(_ line: String) { write(lineStart + line, to: 2) }

    @Sendable private static func columnsOfProcess() -> Int {
        var size = winsize()
        let isKnown = ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// Writes all of a text; a reader that has gone away is no problem of the command.
    private static func write(_ text: String, to file: Int32) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return }
            done += count
        }
    }

    @Sendable private static func askAtKeyboard(_ prompt: String) -> String? {
        var settings = termios()
        guard isatty(0) == 1, tcgetattr(0, &settings) == 0 else { return nil }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        write(prompt, to: 2)
        tcsetattr(0, TCSAFLUSH, &settings)
        defer {
            var back = before
            tcsetattr(0, TCSAFLUSH, &back)
            write("\n", to: 2)
        }
        return readLine(strippingNewline: true)
    }

    private static func environmentOfProcess() -> [String: String] {
        var found: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                found[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return found
    }
}
