import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Signing in and out, who one is, one's own password.
package struct SignInFeature: Feature {
    package static let key = "sign-in"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.open.post("api/v1/auth/login", limits: .signIn, use: signIn)
        routes.signedIn.get("api/v1/auth/me", limits: .ownSession, use: me)
        routes.signedIn.post("api/v1/auth/logout", limits: .ownSession, use: signOut)
        routes.signedIn.post("api/v1/auth/password", limits: .ownSession, use: changePassword)
    }

    /// `POST /api/v1/auth/login`.
    @Sendable private func signIn(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let json = try await OwnBody(context.body(of: request))
        let username = try json.text("username")
        let password = try json.text("password")
        var attempt = SignIn.Attempt(
            username: username, password: Password(password), address: context.address,
            requestID: context.requestID)
        attempt.deviceToken = Cookies.value(Cookies.device, in: request.headers)
        attempt.agent = request.headers[.userAgent]
        if let token = Cookies.value(Cookies.session, in: request.headers) {
            attempt.earlierSessionID = await identity.sessions.look(token: token)?.live.session.id
        }
        switch try await identity.signIn.signIn(attempt) {
        case .signedIn(let success): return identity.answer(to: success)
        case .factorDue(let due): return FactorDueAnswer.response(due)
        }
    }

    /// `GET /api/v1/auth/me`.
    @Sendable private func me(_ request: Request, context: CallerContext) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        _ = try await gate.grant(.ownAccount(.read, id: user.id), to: context.caller)
        return .json(identity.answer(user, session))
    }

    /// `POST /api/v1/auth/logout`.
    @Sendable private func signOut(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (_, session) = try identity.own(context.caller)
        let grant = try await gate.grant(
            .ownSession(.signOut, id: session.id), to: context.caller)
        try await identity.sessions.end(grant, id: session.id)
        return .empty(.noContent, headers: [.setCookie: Cookies.clearSession()])
    }

    /// `POST /api/v1/auth/password`.
    @Sendable private func changePassword(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, _) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownAccount(.update, id: user.id), to: context.caller)
        let json = try await OwnBody(context.body(of: request))
        let token = try SecretToken.random(byteCount: 32)
        try await identity.accounts.changeOwnPassword(
            grant, current: Password(try json.text("current")),
            new: Password(try json.text("new")), token: token)
        return .empty(.noContent, headers: [.setCookie: Cookies.setSession(token)])
    }
}
