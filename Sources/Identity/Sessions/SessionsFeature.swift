import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// Seeing where one is signed in, and ending that; for administrators of everybody.
package struct SessionsFeature: Feature {
    package static let key = "sessions"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/sessions", use: list)
        routes.signedIn.delete("api/v1/sessions/:id", use: end)
        routes.signedIn.post("api/v1/sessions/end-others", use: endOthers)
    }

    /// `GET /api/v1/sessions`, of everybody with `?all=true`.
    @Sendable private func list(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let caller = context.caller
        let isOfAll = request.uri.queryParameters["all"] == "true"
        let grant = try await gate.grant(
            isOfAll ? .sessions(.search) : .ownSession(.search), to: caller)
        let views = try await identity.sessions.list(
            grant, userID: isOfAll ? nil : caller.userID)
        var writer = JSONWriter()
        writer.object { top in
            top.array("items") { list in
                for view in views { Self.write(view, current: caller.sessionTag, to: &list) }
            }
        }
        return .json(writer.bytes)
    }

    /// `DELETE /api/v1/sessions/:id`.
    @Sendable private func end(_ request: Request, context: CallerContext) async throws -> Response
    {
        let id = try context.parameters.require("id")
        let owner = identity.sessions.table.find(id: id)?.session.userID
        let isOwn = owner != nil && owner == context.caller.userID
        let grant = try await gate.grant(
            isOwn ? .ownSession(.delete, id: id) : .sessions(.delete, id: id), to: context.caller)
        try await identity.sessions.end(grant, id: id)
        return .empty(.noContent)
    }

    /// `POST /api/v1/sessions/end-others`: one's own but the one that asks.
    @Sendable private func endOthers(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(.ownSession(.delete), to: context.caller)
        let count = try await identity.sessions.endOthers(grant)
        var writer = JSONWriter()
        writer.object { $0.member("ended", count) }
        return .json(writer.bytes)
    }

    private static func write(
        _ view: SessionView, current: String?, to list: inout JSONWriter
    ) {
        list.object { one in
            one.member("id", view.id)
            one.member("userId", view.userID)
            one.member("username", view.username)
            one.member("displayName", view.displayName)
            one.member("createdAt", Timestamp.text(ms: view.createdMs))
            one.member("lastSeenAt", Timestamp.text(ms: view.seenMs))
            one.member("address", view.address)
            one.member("agent", view.agent)
            one.member("isCurrent", view.id == current)
            one.member("isLocked", view.isLocked)
        }
    }
}
