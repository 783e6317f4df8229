import Backups
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// Restoring a backup instead of setting a box up, for a browser that proved the setup code; gone
/// once the box belongs to somebody.
package struct SetupRestoreFeature: Feature {
    package static let key = "setup-restore"

    private let setup: Setup
    private let desk: RestoreDesk

    /// Makes the feature.
    package init(setup: Setup, desk: RestoreDesk) {
        self.setup = setup
        self.desk = desk
    }

    package func addRoutes(to routes: Routes) {
        let asking = RouteLimits(
            bodyBytesMax: 0, rate: .api, sameOrigin: .always, worksInMaintenance: true)
        var piece = asking
        piece.bodyBytesMax = RestoreDesk.pieceBytesMax
        var beginning = RouteLimits.signIn
        beginning.bodyBytesMax = 4_096
        routes.open.get("api/v1/setup/restore", limits: asking, use: look)
        routes.open.get("api/v1/setup/restore/progress", limits: asking, use: progress)
        routes.open.post("api/v1/setup/restore/upload", limits: piece, use: upload)
        routes.open.post("api/v1/setup/restore/begin", limits: beginning, use: begin)
    }

    /// `GET /api/v1/setup/restore`: the backups that this machine can see.
    @Sendable private func look(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        try await admit(request, context)
        let files = try await desk.listed()
        var writer = JSONWriter()
        writer.object { top in
            top.array("backups") { list in
                for file in files { list.object { Self.write(file, to: &$0) } }
            }
            Self.write(desk.current, to: &top)
        }
        return .json(writer.bytes)
    }

    /// `GET /api/v1/setup/restore/progress`.
    @Sendable private func progress(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        try await admit(request, context)
        var writer = JSONWriter()
        writer.object { Self.write(desk.current, to: &$0) }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/setup/restore/upload?offset=&total=`: the next piece of a file.
    @Sendable private func upload(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        try await admit(request, context)
        let query = request.uri.queryParameters
        guard let offset = query["offset"].flatMap({ Int($0) }),
            let total = query["total"].flatMap({ Int($0) })
        else { throw Problem(.required, "Say where the piece belongs.", location: "offset") }
        let bytes = try await context.body(of: request)
        let received = try await QuietThread.run { [desk] in
            try desk.take(bytes, offset: offset, total: total)
        }
        var writer = JSONWriter()
        writer.object { $0.member("received", received) }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/setup/restore/begin`.
    @Sendable private func begin(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        try await admit(request, context)
        let bytes = try await context.body(of: request)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
        guard let path = json.string("path"), let code = json.string("code") else {
            throw Problem(.required, "Choose a backup and type the code of its recovery kit.")
        }
        var until: RedoUntil?
        if let text = json.string("until") {
            guard let moment = RedoUntil(text) else {
                throw Problem(
                    .value, "Write the time with its date and its zone.", location: "until")
            }
            until = moment
        }
        try await desk.begin(path: path, typedCode: code, until: until)
        var writer = JSONWriter()
        writer.object { Self.write(desk.current, to: &$0) }
        return .json(writer.bytes, status: .accepted)
    }

    private func admit(_ request: Request, _ context: OpenContext) async throws {
        guard !setup.box.isClaimed() else { throw Setup.over }
        let caller = setup.visitor(address: context.address, requestID: context.requestID)
        let token = SetupCookie.value(in: request.headers)
        guard try await setup.state(token: token, caller) != nil else { throw Setup.stranger }
    }

    private static func write(_ file: BackupFile, to out: inout JSONWriter) {
        out.member("path", file.path)
        out.member("at", Timestamp.text(ms: file.header.atMs))
        if let clinicName = file.header.clinicName { out.member("clinicName", clinicName) }
        out.member("version", file.header.appVersion)
        out.member("bytes", file.byteCount)
        out.array("kits") { list in for kit in file.header.kitIDs { list.string(kit) } }
    }

    private static func write(_ stage: RestoreDesk.Stage, to out: inout JSONWriter) {
        switch stage {
        case .idle: out.member("stage", "idle")
        case .running(let part):
            out.member("stage", "running")
            out.member("percent", Int(part * 100))
        case .failed(let problem):
            out.member("stage", "failed")
            out.member("message", problem.detail)
        case .restarting: out.member("stage", "restarting")
        }
    }
}
