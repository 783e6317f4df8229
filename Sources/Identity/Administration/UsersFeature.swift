import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import Sealing
package import ServerKit

/// The accounts of people, for administrators.
///
/// Spec: FEATURES AUTH-12; SECURITY S20, S21.
package struct UsersFeature: Feature {
    package static let key = "users"

    private let identity: Identity
    private let gate: Gate
    private var accounts: Accounts { identity.accounts }

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/users", use: list)
        group.post("api/v1/users", limits: .sensitive, use: add)
        group.get("api/v1/users/:id", use: one)
        group.put("api/v1/users/:id", limits: .sensitive, use: edit)
        group.post("api/v1/users/:id/disable", limits: .sensitive, use: disable)
        group.post("api/v1/users/:id/enable", limits: .sensitive, use: enable)
        group.post("api/v1/users/:id/unlock", limits: .form, use: unlock)
        group.post("api/v1/users/:id/reset-password", limits: .sensitive, use: resetPassword)
        group.delete("api/v1/users/:id/sessions", use: endSessions)
    }

    /// `GET /api/v1/users`: everybody, by sign-in name.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(.users(.search), to: context.caller)
        let users = try await accounts.list(grant)
        let standings = try await accounts.standings(grant, of: users)
        return .json(
            UserAnswer.list(users, standings, nowMs: identity.store.parts.clock.wallMs()))
    }

    /// `GET /api/v1/users/{id}`.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.read, id: id), to: context.caller)
        try await identity.store.note(AuditNote(grant.ask), by: grant.caller)
        return try await answer(grant, id: id)
    }

    /// `POST /api/v1/users`: adds a user with a temporary password, which is told this once.
    @Sendable private func add(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(.users(.create), to: context.caller)
        let fields = try BodyFields(
            try await context.body(of: request), takes: UserFields.names.union(["username"]))
        let edit = try UserFields.edit(fields)
        try await checkProvider(edit.practitionerID, context.caller)
        let draft = UserDraft(
            username: try fields.required("username"), displayName: edit.displayName,
            roles: edit.roles, ownPatientID: edit.ownPatientID,
            practitionerID: edit.practitionerID)
        let password = try temporaryPassword()
        let user = try await accounts.add(
            grant, draft, password: Password(password), mustChangePassword: true)
        return try await answer(grant, id: user.id, temporaryPassword: password, status: .created)
    }

    /// `PUT /api/v1/users/{id}`: name, roles and links, from the version in `If-Match`.
    @Sendable private func edit(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.update, id: id), to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(
            try await context.body(of: request), takes: UserFields.names)
        let edit = try UserFields.edit(fields)
        if edit.practitionerID != accounts.user(id: id)?.practitionerID {
            try await checkProvider(edit.practitionerID, context.caller)
        }
        try await accounts.edit(grant, id: id, edit, ifVersion: version)
        return try await answer(grant, id: id)
    }

    /// `POST /api/v1/users/{id}/disable`: ends the sessions and lets nobody sign in.
    @Sendable private func disable(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await act(request, context) { try await accounts.disable($0, id: $1) }
    }

    /// `POST /api/v1/users/{id}/enable`.
    @Sendable private func enable(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await act(request, context) { try await accounts.enable($0, id: $1) }
    }

    /// `POST /api/v1/users/{id}/unlock`: ends the lock after wrong passwords.
    @Sendable private func unlock(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await act(request, context) { try await accounts.unlock($0, id: $1) }
    }

    /// `POST /api/v1/users/{id}/reset-password`: a temporary password, which is told this once.
    @Sendable private func resetPassword(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let password = try temporaryPassword()
        return try await act(request, context, temporaryPassword: password) {
            try await accounts.resetPassword($0, id: $1, to: Password(password))
        }
    }

    /// `DELETE /api/v1/users/{id}/sessions`: ends all sessions of a person.
    @Sendable private func endSessions(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.sessions(.delete, id: id), to: context.caller)
        guard accounts.user(id: id) != nil else {
            throw Problem(.notFound, "There is no user of this id.")
        }
        _ = try await identity.sessions.endAll(grant, userID: id)
        return .empty(.noContent)
    }

    /// Carries out an act on one user that takes no fields.
    private func act(
        _ request: Request, _ context: CallerContext, temporaryPassword: String? = nil,
        _ body: (Grant, String) async throws -> Void
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.update, id: id), to: context.caller)
        let bytes = try await context.body(of: request)
        if !bytes.isEmpty { _ = try BodyFields(bytes, takes: []) }
        try await body(grant, id)
        return try await answer(grant, id: id, temporaryPassword: temporaryPassword)
    }

    private func answer(
        _ grant: Grant, id: String, temporaryPassword: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        guard let user = accounts.user(id: id) else {
            throw Problem(.notFound, "There is no user of this id.")
        }
        let standing = try await accounts.standings(grant, of: [user])[id]
        return .json(
            UserAnswer.one(
                user, standing, temporaryPassword: temporaryPassword,
                nowMs: identity.store.parts.clock.wallMs()), status: status,
            headers: VersionTag.headers("\(user.version)"))
    }

    private func temporaryPassword() throws -> String {
        try Password.temporary(charactersMin: identity.settings.passwordCharactersMin)
    }

    /// - Throws: ``Problem`` `.value` if there is no provider of this id.
    private func checkProvider(_ id: String?, _ caller: Caller) async throws {
        guard let id else { return }
        let grant = try await gate.grant(Ask(.read, "Practitioner", id: id), to: caller)
        do {
            _ = try await identity.store.read(grant)
        } catch let problem as Problem where [.notFound, .deleted].contains(problem.code) {
            throw Problem(
                .value, "There is no provider of this id. Add the provider first.",
                location: "practitionerId")
        }
    }
}
