import Glibc
import RecordStore
import Synchronization

/// A program of the system that a test runs to its end.
///
/// Started with `posix_spawn` and not with Foundation's `Process`, whose search for open files in
/// `/proc/self/fd` copies 256 bytes for each name and ends the tests with a fault where the last
/// name lies nearer than that to the end of its page.
package struct Program: Sendable {
    /// What the program wrote to standard output, and to standard error where that was asked for.
    package let output: [UInt8]
    /// The exit code; 128 and the number of the signal where one ended it.
    package let status: Int32

    /// The output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }

    /// Where the words for people go.
    package enum Errors: Sendable {
        /// Nowhere.
        case dropped
        /// Between the words of standard output.
        case withOutput
    }

    /// The program could not be started.
    package struct CannotStart: Error {
        /// The path that was asked for.
        package let path: String
        /// The reason as the system gives it.
        package let code: Int32
    }

    /// Runs the program at `path`, without standard input, and waits for its end on this thread.
    package static func run(
        _ path: String, _ arguments: [String], errors: Errors = .dropped
    ) throws -> Program {
        let (descriptor, pid) = try starting.withLock { _ in
            try start(path, arguments, errors: errors)
        }
        defer { close(descriptor) }
        return Program(output: everything(from: descriptor), status: end(of: pid))
    }

    /// Runs a program on a thread of its own, so that no thread that a server under test needs
    /// waits for it.
    package static func running(
        _ path: String, _ arguments: [String], errors: Errors = .dropped
    ) async throws -> Program {
        try await withCheckedThrowingContinuation { continuation in
            _ = OwnedThread {
                continuation.resume(with: Result { try run(path, arguments, errors: errors) })
            }
        }
    }

    /// One start at a time: a program that starts meanwhile would inherit the pipe of another, and
    /// the other's output would end only with both.
    private static let starting = Mutex(())

    /// The end of the pipe to read from, closed in programs that are started later.
    private static func start(
        _ path: String, _ arguments: [String], errors: Errors
    ) throws -> (descriptor: Int32, pid: pid_t) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CannotStart(path: path, code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (code, pid) = spawn(path, arguments, output: ends[1], errors: errors)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw CannotStart(path: path, code: code)
        }
        return (ends[0], pid)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], output: Int32, errors: Errors
    ) -> (code: Int32, pid: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        switch errors {
        case .dropped: posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        case .withOutput: posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        return (posix_spawn(&pid, path, &actions, nil, &words, environ), pid)
    }

    private static func everything(from descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes.append(contentsOf: buffer.prefix(count))
            } else if count == 0 || errno != EINTR {
                return bytes
            }
        }
    }

    private static func end(of pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
