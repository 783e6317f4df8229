import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Proving anew who one is, for acts that ask for it.
///
/// Spec: OWASP ASVS 5.0, 7.5.3; SECURITY S09
package struct ProofFeature: Feature {
    package static let key = "proof"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.post("api/v1/auth/proof", limits: .signIn, use: prove)
    }

    /// `POST /api/v1/auth/proof`: the password; the session goes on under another token.
    @Sendable private func prove(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownProof, to: context.caller)
        let json = try await OwnBody(context.body(of: request))
        let password = Password(try json.text("password"))
        _ = try await identity.accounts.onRecord(grant) {
            try await identity.accounts.prove(grant, password, of: user, location: "password")
        }
        let token = try SecretToken.random(byteCount: 32)
        let sessions = identity.sessions
        try await identity.store.changeRows(
            grant, note: AuditNote(grant.ask, detail: "password"), isAccess: true
        ) { rows in
            try sessions.rotate(grant, id: session.id, to: token, .proved, rows)
        }
        return .empty(.noContent, headers: [.setCookie: Cookies.setSession(token)])
    }
}
