import Glibc
import RecordStore

/// Runs the operator's program that puts a record into the name server and takes it away again.
///
/// The program is started by itself, without a shell and without words behind its name; what it is
/// to do stands in its environment, and nothing else does.
struct NameServerHook: Sendable {
    /// Seconds that the program may take; most wait until all name servers know the record.
    static let secondsMax = 300
    private static let numbersMax = 65_536
    private static let lookMicroseconds: UInt32 = 100_000

    /// What is to be done.
    enum Act: String, Sendable { case add, remove }

    let path: String

    /// Runs the program and waits for its end.
    ///
    /// - Throws: ``AcmeFault`` `.hook`.
    func run(_ act: Act, name: String, value: String) async throws(AcmeFault) {
        let environment = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "ACME_ACTION=\(act.rawValue)",
            "ACME_DOMAIN=\(name)", "ACME_RECORD=_acme-challenge.\(name)", "ACME_VALUE=\(value)",
        ]
        let path = path
        let fault = await withCheckedContinuation { continuation in
            _ = OwnedThread { continuation.resume(returning: Self.run(path, environment)) }
        }
        if let fault { throw .hook(fault) }
    }

    /// How it failed, in words; nil where it did not.
    private static func run(_ path: String, _ environment: [String]) -> String? {
        guard let process = start(path, environment) else { return "could not be started" }
        var status: Int32 = 0
        for _ in 0..<(secondsMax * 10) {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return words(status) }
            if ended < 0, errno != EINTR { return "was lost" }
            usleep(lookMicroseconds)
        }
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        return "was not done after \(secondsMax) seconds"
    }

    private static func words(_ status: Int32) -> String? {
        let signal = status & 0x7F
        if signal != 0 { return "was ended by signal \(signal)" }
        let code = status >> 8 & 0xFF
        return code == 0 ? nil : "ended with \(code)"
    }

    private static func start(_ path: String, _ environment: [String]) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for number in 0...2 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        }
        // What the box has open is not for the program; a number that is not open does no harm.
        let openMax = Int32(clamping: min(max(sysconf(Int32(_SC_OPEN_MAX)), 256), numbersMax))
        for number in 3..<openMax { posix_spawn_file_actions_addclose(&actions, number) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let words = [strdup(path), nil]
        let settings = environment.map { strdup($0) } + [nil]
        defer { for text in words + settings { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, &attributes, words, settings)
        return code == 0 ? process : nil
    }
}
