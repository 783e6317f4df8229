import AccessControl
import Dispatch
import FHIRModel
import Glibc
import Kernel
package import Logging
import RecordStore
import ServiceLifecycle
import Synchronization

/// Takes the commands of the machine's administrator while the server runs.
///
/// A Unix socket in the data folder, for its owner and for root only; what comes in passes the
/// same gate and the same store as everything else.
package struct ControlServer: Service {
    private static let connectionCountMax = 8

    let box: Box
    let logger: Logger

    private let onListening: @Sendable () -> Void

    /// Makes the server of an open box.
    ///
    /// - Parameter onListening: called once commands can come.
    package init(box: Box, logger: Logger, onListening: @escaping @Sendable () -> Void = {}) {
        self.box = box
        self.logger = logger
        self.onListening = onListening
    }

    /// Listens until the service group stops it.
    package func run() async throws {
        let listening = try ControlSocket.listen(box.folder.controlSocket)
        onListening()
        let counter = Counter()
        let server = self
        let thread = OwnedThread {
            while true {
                let socket = accept(listening, nil, nil)
                if socket < 0 && (errno == EINTR || errno == ECONNABORTED) { continue }
                guard socket >= 0 else { return }
                guard server.isOwner(socket), counter.enter(Self.connectionCountMax) else {
                    close(socket)
                    continue
                }
                _ = OwnedThread {
                    server.talk(socket)
                    close(socket)
                    counter.leave()
                }
            }
        }
        // Nothing else happens here; the wait ends when the box stops.
        try? await gracefulShutdown()
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
        thread.join()
        unlink(box.folder.controlSocket)
    }

    /// Whether the other side runs as the owner of the folder or as root.
    private func isOwner(_ socket: Int32) -> Bool {
        // struct ucred: the process, the user, the group.
        var peer: [UInt32] = [0, 0, 0]
        var length = socklen_t(12)
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { return false }
        return peer[1] == geteuid() || peer[1] == 0
    }

    private func talk(_ socket: Int32) {
        do throws(Problem) {
            while let frame = try ControlFrame.read(from: socket) {
                let answered = wait { await answer(frame, socket) }
                try ControlFrame(json: answered).write(to: socket)
            }
        } catch {
            logger.notice("control.closed", metadata: ["why": "\(error.code)"])
        }
    }

    /// Waits on this thread, which is nobody else's, for what a task returns.
    private func wait(_ body: @escaping @Sendable () async -> [UInt8]) -> [UInt8] {
        let done = DispatchSemaphore(value: 0)
        let box = ResultBox()
        Task {
            let bytes = await body()
            box.put(bytes)
            done.signal()
        }
        done.wait()
        return box.take()
    }

    private func answer(_ frame: ControlFrame, _ socket: Int32) async -> [UInt8] {
        do {
            let json = try JSON.parse(frame.json, limits: .bundle)
            let name = json.string("operation") ?? ""
            let call = OperationCall(
                arguments: json["arguments"] ?? json, attachment: frame.attachment,
                caller: box.machine("command"),
                progress: { part in
                    let line = Array("{\"progress\":\(part)}".utf8)
                    // A command that is no longer there does not stop the work it asked for.
                    try? ControlFrame(json: line).write(to: socket)
                })
            let result = try await Operations(box: box).run(name, call)
            return Array("{\"result\":".utf8) + result + Array("}".utf8)
        } catch {
            return ControlAnswer.failure(error)
        }
    }
}

/// Counts connections.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func enter(_ max: Int) -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= max else {
            leave()
            return false
        }
        return true
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

/// Carries bytes from a task to a thread.
private final class ResultBox: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func put(_ value: [UInt8]) { bytes.withLock { $0 = value } }

    func take() -> [UInt8] { bytes.withLock { $0 } }
}

/// The last frame of an answer.
enum ControlAnswer {
    /// What the other side is told of a failure.
    static func failure(_ error: any Error) -> [UInt8] {
        let problem =
            error as? Problem
            ?? Problem(.unexpected, "The command failed inside the program (\(type(of: error))).")
        var writer = JSONWriter()
        writer.beginObject()
        writer.object("problem") { one in
            one.member("code", problem.code.rawValue)
            one.member("detail", problem.detail)
            if let location = problem.location { one.member("location", location) }
        }
        writer.endObject()
        return writer.bytes
    }

    /// The failure that a frame tells of, if it does.
    static func problem(in json: JSON) -> Problem? {
        guard let told = json["problem"] else { return nil }
        let code = told.string("code").flatMap(Problem.Code.init(rawValue:)) ?? .unexpected
        return Problem(
            code, told.string("detail") ?? "The command failed.",
            location: told.string("location"))
    }
}
