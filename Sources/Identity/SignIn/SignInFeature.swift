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

    /// What a person may still ask while their password has to be changed.
    static let paths: Set<String> = [
        "/api/v1/auth/me", "/api/v1/auth/logout", "/api/v1/auth/password",
    ]

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
        let json = try await Self.object(context.body(of: request))
        let username = try Self.text("username", of: json)
        let password = try Self.text("password", of: json)
        var attempt = SignIn.Attempt(
            username: username, password: Password(password), address: context.address,
            requestID: context.requestID)
        attempt.deviceToken = Cookies.value(Cookies.device, in: request.headers)
        attempt.agent = request.headers[.userAgent]
        if let token = Cookies.value(Cookies.session, in: request.headers) {
            attempt.earlierSessionID = await identity.sessions.use(token: token)?.id
        }
        let success = try await identity.signIn.signIn(attempt)
        var headers = HTTPFields()
        headers[values: .setCookie] = [
            Cookies.setSession(success.sessionToken), Cookies.setDevice(success.deviceToken),
        ]
        return .json(answer(success.user, success.session), headers: headers)
    }

    /// `GET /api/v1/auth/me`.
    @Sendable private func me(_ request: Request, context: CallerContext) async throws -> Response {
        let (user, session) = try own(context.caller)
        _ = try await gate.grant(.ownAccount(.read, id: user.id), to: context.caller)
        return .json(answer(user, session))
    }

    /// `POST /api/v1/auth/logout`.
    @Sendable private func signOut(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (_, session) = try own(context.caller)
        let grant = try await gate.grant(
            .ownSession(.signOut, id: session.id), to: context.caller)
        try await identity.sessions.end(grant, id: session.id)
        return .empty(.noContent, headers: [.setCookie: Cookies.clearSession()])
    }

    /// `POST /api/v1/auth/password`.
    @Sendable private func changePassword(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, _) = try own(context.caller)
        let grant = try await gate.grant(.ownAccount(.update, id: user.id), to: context.caller)
        let json = try await Self.object(context.body(of: request))
        let token = try SecretToken.random(byteCount: 32)
        try await identity.accounts.changeOwnPassword(
            grant, current: Password(try Self.text("current", of: json)),
            new: Password(try Self.text("new", of: json)), token: token)
        return .empty(.noContent, headers: [.setCookie: Cookies.setSession(token)])
    }

    /// The user and session of a caller who came with a cookie.
    private func own(_ caller: Caller) throws(Problem) -> (User, Session) {
        guard let id = caller.sessionTag,
            let session = identity.sessions.table.find(id: id)?.session,
            let user = identity.directory.user(id: session.userID)
        else {
            throw Problem(.forbidden, "This is for people who signed in with the box's page.")
        }
        return (user, session)
    }

    private func answer(_ user: User, _ session: Session) -> [UInt8] {
        SignInAnswer(
            user: user, session: session, settings: identity.settings,
            nowMs: identity.store.parts.clock.wallMs()
        ).bytes
    }

    private static func object(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    private static func text(_ name: String, of json: JSON) throws(Problem) -> String {
        guard let text = json.string(name) else {
            throw Problem(.required, "Send “\(name)” as a text.", location: name)
        }
        return text
    }
}
