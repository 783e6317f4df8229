import Backups
package import FHIRModel
import Glibc
package import Identity
import Kernel
package import RecordStore

/// The way from a command to the box: the control socket of a running server, or the folder
/// itself where none runs.
package struct BoxLink: Sendable {
    private enum Way: Sendable {
        case server(path: String)
        case folder(Box)
    }

    private let way: Way

    /// Finds the way.
    ///
    /// Opens the folder only where no server has it.
    ///
    /// - Parameters:
    ///   - serving: the whole configuration, so that what it sets is not set again by a command.
    ///   - makes: whether a folder without a record becomes a new box; only set-up does.
    /// - Throws: ``Problem`` where there is no record, or another process has it open.
    package static func open(
        _ folder: DataFolder, settings: IdentitySettings = IdentitySettings(),
        serving: ServeSettings? = nil, makes: Bool = false
    ) async throws -> BoxLink {
        if let socket = ControlSocket.connect(folder.controlSocket) {
            Glibc.close(socket)
            return BoxLink(way: .server(path: folder.controlSocket))
        }
        guard makes || folder.hasRecord || FolderSwitch(folder).isPending else {
            throw Problem(
                .notFound,
                "There is no record in \(folder.path). Run tribal-ehr setup --answers FILE first, "
                    + "or name another folder with --data-dir.")
        }
        let box = try await Box.open(folder, settings: settings, serving: serving)
        // A person asks here, not a service manager: nobody else is there to end the trial.
        try box.trial.confirm(nowMs: box.clock.wallMs())
        return BoxLink(way: .folder(box))
    }

    private init(way: Way) { self.way = way }

    /// Whether a running server takes the commands.
    package var isServer: Bool {
        if case .server = way { true } else { false }
    }

    /// Carries out a command.
    ///
    /// - Parameters:
    ///   - attachment: bytes that go with it, at most ``ControlFrame/attachmentBytesMax``.
    ///   - progress: called with the part done, 0 to 1.
    ///   - arguments: writes the members of one object.
    package func run(
        _ operation: String, attachment: [UInt8] = [],
        progress: @escaping @Sendable (Double) -> Void,
        _ arguments: (inout JSONWriter) -> Void = { _ in }
    ) async throws -> JSON {
        var writer = JSONWriter()
        writer.beginObject()
        arguments(&writer)
        writer.endObject()
        switch way {
        case .folder(let box):
            let call = OperationCall(
                arguments: try JSON.parse(writer.bytes, limits: .bundle), attachment: attachment,
                caller: box.machine("command"), progress: progress)
            let result = try await Operations(box: box).run(operation, call)
            return try JSON.parse(result, limits: .bundle)
        case .server(let path):
            let arguments = writer.bytes
            return try await offThePool {
                try Self.ask(path, operation, arguments, attachment, progress)
            }
        }
    }

    /// Carries out a command that says nothing of how far it is.
    package func run(
        _ operation: String, attachment: [UInt8] = [],
        _ arguments: (inout JSONWriter) -> Void = { _ in }
    ) async throws -> JSON {
        try await run(operation, attachment: attachment, progress: { _ in }, arguments)
    }

    /// Gives the folder back where this process has it.
    package func close() async {
        if case .folder(let box) = way { await box.close() }
    }

    private static func ask(
        _ path: String, _ operation: String, _ arguments: [UInt8], _ attachment: [UInt8],
        _ progress: (Double) -> Void
    ) throws -> JSON {
        guard let socket = ControlSocket.connect(path) else {
            throw Problem(.transient, "The server has just stopped. Repeat the command.")
        }
        defer { Glibc.close(socket) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("operation", operation)
        writer.member("arguments", raw: arguments)
        writer.endObject()
        try ControlFrame(json: writer.bytes, attachment: attachment).write(to: socket)
        while let frame = try ControlFrame.read(from: socket) {
            let json = try JSON.parse(frame.json, limits: .bundle)
            if let problem = ControlAnswer.problem(in: json) { throw problem }
            if let result = json["result"] { return result }
            if let part = json["progress"]?.double { progress(part) }
        }
        throw Problem(
            .transient, "The server ended while it worked on the command. Look at its log.")
    }

    /// Blocking work on a thread of its own.
    private func offThePool(_ body: @escaping @Sendable () throws -> JSON) async throws -> JSON {
        try await withCheckedThrowingContinuation { continuation in
            _ = OwnedThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
