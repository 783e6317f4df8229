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

    /// `POST /api/v1/auth/proof`: the password or the code of an app; the session goes on under
    /// another token.
    @Sendable private func prove(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownProof, to: context.caller)
        let body = try await OwnBody(context.body(of: request))
        let token: SecretToken
        if let code = body.json.string("code") {
            token = try await identity.prove(grant, user, session, .code(code))
        } else {
            let password = Password(try body.text("password"))
            _ = try await identity.accounts.onRecord(grant) {
                try await identity.accounts.prove(grant, password, of: user, location: "password")
            }
            token = try SecretToken.random(byteCount: 32)
            try await turn(grant, session, token, by: "password")
        }
        return .empty(.noContent, headers: [.setCookie: Cookies.setSession(token)])
    }

    private func turn(
        _ grant: Grant, _ session: Session, _ token: SecretToken, by means: String
    ) async throws {
        let sessions = identity.sessions
        let note = AuditNote(grant.ask, detail: "by " + means)
        try await identity.store.changeRows(grant, note: note, isAccess: true) { rows in
            try sessions.rotate(grant, id: session.id, to: token, .proved, rows)
        }
    }
}

extension Identity {
    /// Judges a factor as a fresh proof and turns the session in one transaction.
    ///
    /// - Returns: the session's other token.
    func prove(
        _ grant: Grant, _ user: User, _ session: Session, _ proof: FactorProof
    ) async throws -> SecretToken {
        let (factors, sessions) = (factors, sessions)
        let token = try SecretToken.random(byteCount: 32)
        let verdict = try await store.changeRows(grant, isAccess: true) { rows -> FactorVerdict in
            let verdict = try factors.judge(grant, proof, of: user, [.totp, .passkey], rows)
            if case .right(let method, _) = verdict {
                try sessions.rotate(grant, id: session.id, to: token, .proved, rows)
                try rows.append(
                    AuditNote(grant.ask, detail: "by \(method.rawValue)"), by: grant.caller)
            } else {
                try rows.append(
                    AuditNote(grant.ask, outcome: .refused, code: verdict.problem.code),
                    by: grant.caller)
            }
            return verdict
        }
        guard case .right = verdict else { throw verdict.problem }
        return token
    }
}
