import FHIRModel
import Glibc

/// The release binary on a folder of its own: set up, filled, and served on loopback.
final class MeasuredBox {
    private static let readySecondsMax = 60.0
    private static let user = "bench"

    let folder: String
    let port: Int
    private let binary: String
    private(set) var token = ""
    private var server: Child?

    /// Sets up a clinic in a folder below `parent`.
    init(_ options: Options, in parent: String, name: String) throws {
        guard access(options.binary, X_OK) == 0 else {
            throw Failure("There is no program \(options.binary). appliance/bench builds it.")
        }
        binary = options.binary
        folder = "\(parent)/\(name)"
        port = try Self.freePort()
        let answers = """
            {"clinicName":"Bench Clinic","timeZone":"America/Phoenix","boxName":"bench",\
            "administrator":{"username":"\(Self.user)","password":"nine blue kettles on a shelf",\
            "displayName":"Bench"},"recoveryKitFile":"\(folder).kit"}
            """
        try Scratch.write(Array(answers.utf8), to: "\(folder).answers")
        _ = try command("setup", "--answers", "\(folder).answers")
        let said = try command(
            "token", "--user", Self.user, "--scope", "system/*.cruds", "--minutes", "600")
        guard let token = said.split(separator: "\n").last else {
            throw Failure("`token` printed nothing.")
        }
        self.token = String(token)
    }

    deinit { stop() }

    /// Runs a command of the program on the folder; what it printed.
    @discardableResult
    func command(_ words: String...) throws -> String {
        try Child.run(
            [binary, words[0], "--data-dir", folder] + words.dropFirst(),
            log: "\(folder).\(words[0]).log")
    }

    /// Wraps every data key anew under another master key while the box serves; seconds it took.
    func rotateKeys() throws -> Double {
        let began = ContinuousClock.now
        _ = try Child.run(
            [binary, "keys", "rotate", "--data-dir", folder], log: "\(folder).rotate.log")
        return Stopwatch.seconds(since: began)
    }

    /// Imports files; how many resources went in and how many seconds the command took in all.
    func load(_ paths: [String]) async throws -> (count: Int, seconds: Double) {
        let done = try await Stopwatch.seconds {
            let child = try Child(
                [binary, "import", "--data-dir", folder, "--json"] + paths,
                log: "\(folder).import.log")
            // Entries that are left out end the command with 1; the count below tells.
            try? child.wait()
            return child.output
        }
        let line = done.value.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(Array(line.utf8))
        } catch {
            throw Failure("`import` printed no report: \(done.value.suffix(400))")
        }
        guard let created = json["created"]?.int, created > 0 else {
            throw Failure("`import` brought nothing in: \(done.value.suffix(400))")
        }
        return (created, done.seconds)
    }

    /// Serves, and waits for the first answer to `path`; the seconds from the start of the
    /// process to the end of that answer.
    func start(path: String) throws -> Double {
        let began = ContinuousClock.now
        let server = try Child(
            [
                binary, "serve", "--data-dir", folder, "--listen", "127.0.0.1:\(port)",
                "--http-listen", "127.0.0.1:\(try Self.freePort())",
            ], log: "\(folder).serve.log")
        self.server = server
        while !Self.isListening(port) {
            guard server.isRunning, Stopwatch.seconds(since: began) < Self.readySecondsMax else {
                throw Failure("`serve` did not come up: \(server.output.suffix(600))")
            }
            usleep(1_000)
        }
        let status = try Curl(box: self).status(path)
        guard status == 200 else { throw Failure("The first answer was \(status).") }
        return Stopwatch.seconds(since: began)
    }

    func stop() {
        server?.end()
        server = nil
    }

    /// Memory of the server in MB: now, and the most it had since its start.
    var memory: (nowMB: Double, peakMB: Double) { server?.memory ?? (.nan, .nan) }

    /// Seconds of processor time that the server has taken since its start.
    var cpuSeconds: Double { server?.cpuSeconds ?? .nan }

    /// A port of loopback that nobody listens on.
    static func freePort() throws -> Int {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(file, generic, length) == 0 ? getsockname(file, generic, &length) : -1
            }
        }
        guard code == 0 else { throw Failure("Loopback gives out no port.") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether a port of loopback takes connections.
    static func isListening(_ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = loopback(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
