import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// What administrators do for people who forgot the password or lost the second factor.
///
/// They start it; the person alone chooses. Nothing here ever takes the second factor away from an
/// account that has one.
///
/// Spec: SECURITY S08; OWASP ASVS 5.0, 6.4.3 to 6.4.6
package struct UserCodesFeature: Feature {
    package static let key = "user-codes"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/users/:id/factors", use: look)
        routes.signedIn.post(
            "api/v1/users/:id/password-code", limits: .sensitive, use: startPasswordCode)
        routes.signedIn.post(
            "api/v1/users/:id/factor-reset", limits: .sensitive, use: startFactorReset)
    }

    /// `GET /api/v1/users/:id/factors`: whether the person has a second factor, and must have one.
    @Sendable private func look(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.read, id: id), to: context.caller)
        guard let user = identity.directory.user(id: id) else {
            throw Problem(.notFound, "There is no user of this id.")
        }
        let left = try await identity.store.rowsAudited(grant, note: AuditNote(grant.ask, id: id)) {
            try CodeRows.count(grant, .recovery, userID: id, $0)
        }
        let rules = identity.factorRules
        var writer = JSONWriter()
        writer.object { top in
            top.member("hasFactor", user.hasFactor)
            top.member("isRequired", rules.isRequired(user))
            top.member("isDue", rules.isDue(user))
            top.member("recoveryCodesLeft", left)
            top.member("mustChangePassword", user.mustChangePassword)
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/users/:id/password-code`.
    @Sendable private func startPasswordCode(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.update, id: id), to: context.caller)
        return Self.answer(try await identity.accounts.startPasswordCode(grant, id: id))
    }

    /// `POST /api/v1/users/:id/factor-reset`.
    @Sendable private func startFactorReset(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.update, id: id), to: context.caller)
        return Self.answer(try await identity.accounts.startFactorReset(grant, id: id))
    }

    private static func answer(_ start: ResetStart) -> Response {
        var writer = JSONWriter()
        writer.object { top in
            switch start {
            case .code(let code):
                top.member("code", code.text)
                top.member("expiresAt", Timestamp.text(ms: code.expiresMs))
            case .waitsForSecondPerson: top.member("isWaiting", true)
            }
        }
        return .json(writer.bytes)
    }
}
