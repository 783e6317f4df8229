import AccessControl
import Backups
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// The page of updates: what runs, taking a package, installing it, going back.
package struct UpgradesFeature: Feature {
    package static let key = "upgrades"

    private let gate: Gate
    private let store: RecordStore
    private let desk: UpgradeDesk

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, desk: UpgradeDesk) {
        self.gate = gate
        self.store = store
        self.desk = desk
    }

    package func addRoutes(to routes: Routes) {
        let path = "api/v1/upgrade"
        var piece = RouteLimits.sensitive
        piece.bodyBytesMax = UpgradeDesk.pieceBytesMax
        routes.signedIn.get(path, use: look)
        routes.signedIn.post("\(path)/package", limits: piece, use: take)
        routes.signedIn.post("\(path)/signature", limits: .sensitive, use: check)
        routes.signedIn.post("\(path)/install", limits: .sensitive, use: install)
        routes.signedIn.post("\(path)/roll-back", limits: .sensitive, use: rollBack)
    }

    /// `GET /api/v1/upgrade`: what runs, what waits, how the last upgrade went.
    @Sendable private func look(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask(.read), to: context.caller)
        return .json(try await body())
    }

    /// `POST /api/v1/upgrade/package?offset=&total=`: the next piece of a package.
    @Sendable private func take(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask(.administer), to: context.caller)
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

    /// `POST /api/v1/upgrade/signature` with `text`: the signature of the package that was sent.
    @Sendable private func check(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask(.administer), to: context.caller)
        let json = try Self.object(try await context.body(of: request))
        guard let text = json.string("text") else {
            throw Problem(.required, "The signature is missing.", location: "text")
        }
        _ = try await QuietThread.run { [desk] in try desk.check(text) }
        return .json(try await body())
    }

    /// `POST /api/v1/upgrade/install`: has the package that was sent installed.
    @Sendable private func install(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        try await wish(.install, context)
    }

    /// `POST /api/v1/upgrade/roll-back`: has the release before brought back.
    @Sendable private func rollBack(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        try await wish(.rollBack, context)
    }

    private func wish(
        _ wish: UpgradeDesk.Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(Self.ask(.administer), to: context.caller)
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: wish.rawValue)) { _ in
        }
        try await QuietThread.run { [desk] in try desk.wish(wish) }
        return .json(try await body(), status: .accepted)
    }

    private func body() async throws -> [UInt8] {
        try await QuietThread.run { [desk] in
            var writer = JSONWriter()
            writer.beginObject()
            try desk.write(to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }

    private static func object(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    private static func ask(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "Upgrade") }
}
