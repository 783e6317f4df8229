import ArgumentParser
import Glibc
import Kernel
import Steward

/// The forms in which the audit log is written.
enum AuditFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, ndjson

    /// The first line of a table.
    static var header: String { AuditTable.header }
}

/// Where exported lines go: a new file for its owner only, or the terminal.
struct AuditSink: ~Copyable {
    private let path: String?
    private let file: Int32
    private var isFinished = false

    /// Makes the file.
    ///
    /// - Throws: ``Problem`` if it is there already or cannot be made.
    init(_ path: String?) throws(Problem) {
        guard let path else {
            self.path = nil
            file = -1
            return
        }
        // Nothing is stored before the file is ours, since `deinit` removes what is not finished.
        let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else {
            throw Problem(
                .incomplete,
                "\(path) cannot be made: \(SystemReason.text). Name a file that is not there yet.")
        }
        self.path = path
        file = made
    }

    /// Writes lines, each with its end.
    func write(_ lines: [String]) throws(Problem) {
        guard let path else {
            for line in lines { Terminal.current.say(line) }
            return
        }
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line.utf8
            bytes.append(0x0A)
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Problem(.incomplete, "\(path) cannot be written: \(SystemReason.text).")
            }
            done += count
        }
    }

    /// Waits until everything is on the disk.
    mutating func finish() throws(Problem) {
        guard let path else { return }
        guard fsync(file) == 0 else {
            throw Problem(.incomplete, "\(path) cannot be written: \(SystemReason.text).")
        }
        isFinished = true
    }

    deinit {
        guard let path else { return }
        close(file)
        if !isFinished { unlink(path) }
    }
}
