import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// Locking one's session and unlocking it with a PIN.
package struct PinFeature: Feature {
    package static let key = "pin"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.put("api/v1/auth/pin", limits: .sensitive, use: set)
        routes.signedIn.delete("api/v1/auth/pin", limits: .sensitive, use: remove)
        routes.signedIn.post("api/v1/auth/lock", use: lock)
        routes.signedIn.post("api/v1/auth/unlock", limits: .signIn, use: unlock)
    }

    /// `PUT /api/v1/auth/pin`.
    @Sendable private func set(_ request: Request, context: CallerContext) async throws -> Response
    {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownPIN, to: context.caller)
        let pin = try await OwnBody(context.body(of: request)).text("pin")
        try await identity.pins.set(grant, pin)
        return .empty(.noContent)
    }

    /// `DELETE /api/v1/auth/pin`.
    @Sendable private func remove(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        try await identity.pins.remove(try await gate.grant(.ownPIN, to: context.caller))
        return .empty(.noContent)
    }

    /// `POST /api/v1/auth/lock`: the session goes on only with the PIN.
    @Sendable private func lock(_ request: Request, context: CallerContext) async throws -> Response
    {
        let (user, session) = try identity.own(context.caller)
        guard user.hasPIN, identity.settings.isPINAllowed else {
            throw Problem(
                .conflict, "Locking needs a PIN, and you have none. Sign out, or set one.")
        }
        let grant = try await gate.grant(.ownSession(.update, id: session.id), to: context.caller)
        try await identity.sessions.lock(grant, id: session.id)
        return .empty(.noContent)
    }

    /// `POST /api/v1/auth/unlock`: the PIN; the session goes on under another token.
    @Sendable private func unlock(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownSession(.update, id: session.id), to: context.caller)
        let pin = try await OwnBody(context.body(of: request)).text("pin")
        let token = try await identity.pins.unlock(grant, sessionID: session.id, pin)
        return .json(
            identity.answer(user, session), headers: [.setCookie: Cookies.setSession(token)])
    }
}
