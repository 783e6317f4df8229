import Glibc

/// Another program that runs beside the measurement.
final class Child {
    private let pid: pid_t
    private var code: Int32?
    /// Where its output and its errors go.
    let log: String

    /// Starts a program that is found in PATH or named by its path.
    ///
    /// It sees none of the caller's environment but PATH and HOME, so that no setting of the
    /// outside changes what is measured.
    init(_ words: [String], log: String, environment: [String: String] = [:]) throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, log, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var pairs = environment
        for name in ["PATH", "HOME"] {
            if let value = getenv(name) { pairs[name] = String(cString: value) }
        }
        let arguments = words.map { strdup($0) } + [nil]
        let variables = pairs.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let failure = posix_spawnp(&pid, words[0], &actions, nil, arguments, variables)
        guard failure == 0 else {
            throw Failure("Cannot start \(words[0]): \(String(cString: strerror(failure))).")
        }
        self.pid = pid
    }

    deinit { end(SIGKILL) }

    /// What it has written so far.
    var output: String { String(decoding: FileText.bytes(log), as: UTF8.self) }

    /// Whether it has not ended.
    var isRunning: Bool { poll(WNOHANG) == nil }

    /// Waits for its end.
    ///
    /// - Throws: ``Failure`` with the end of its output unless it ended with 0.
    func wait() throws {
        guard poll(0) == 0 else { throw Failure("It ended badly: \(output.suffix(600))") }
    }

    /// Asks it to end and waits until it has.
    func end(_ signal: Int32 = SIGTERM) {
        guard isRunning else { return }
        kill(pid, signal)
        _ = poll(0)
    }

    /// Memory in MB: what it has now, and the most it ever had.
    var memory: (nowMB: Double, peakMB: Double) {
        let status = String(decoding: FileText.bytes("/proc/\(pid)/status"), as: UTF8.self)
        func megabytes(_ name: String) -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            return (Double(line.split { $0 == " " || $0 == "\t" }.dropFirst().first ?? "") ?? .nan)
                / 1_024
        }
        return (megabytes("VmRSS:"), megabytes("VmHWM:"))
    }

    /// Seconds of processor time, of the program and of the system for it.
    var cpuSeconds: Double {
        let line = String(decoding: FileText.bytes("/proc/\(pid)/stat"), as: UTF8.self)
        // The name of the program, in brackets, may hold blanks.
        let fields = (line.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func poll(_ options: Int32) -> Int32? {
        if let code { return code }
        var status: Int32 = 0
        guard waitpid(pid, &status, options) == pid else { return nil }
        code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return code
    }

    /// Runs a program to its end and returns what it wrote.
    static func run(_ words: [String], log: String, environment: [String: String] = [:]) throws
        -> String
    {
        let child = try Child(words, log: log, environment: environment)
        do {
            try child.wait()
        } catch {
            throw Failure("\(words.prefix(2).joined(separator: " ")): \(error)")
        }
        return child.output
    }
}

/// Small files, and files of the system that have no size.
enum FileText {
    static func bytes(_ path: String) -> [UInt8] {
        guard let stream = fopen(path, "r") else { return [] }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }
}
