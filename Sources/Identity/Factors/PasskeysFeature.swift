import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
package import ServerKit
import WebAuthn

/// Passkeys: setting one up, and signing in with one, with or without the password.
///
/// Spec: W3C Web Authentication Level 2, https://www.w3.org/TR/webauthn-2/; SECURITY S07
package struct PasskeysFeature: Feature {
    package static let key = "passkeys"

    private let identity: Identity
    private let gate: Gate
    private let facts: @Sendable () -> SignInFacts

    init(_ identity: Identity, gate: Gate, facts: @escaping @Sendable () -> SignInFacts) {
        self.identity = identity
        self.gate = gate
        self.facts = facts
    }

    package func addRoutes(to routes: Routes) {
        routes.open.post("api/v1/auth/passkey/options", limits: .signIn, use: optionsAlone)
        routes.open.post("api/v1/auth/passkey", limits: .signIn, use: signInAlone)
        routes.open.post("api/v1/auth/factor/options", limits: .signIn, use: optionsOfStep)
        routes.open.post("api/v1/auth/factor/passkey", limits: .signIn, use: finish)
        let path = "api/v1/auth/factors/passkeys"
        routes.signedIn.post(path + "/options", limits: .sensitive, use: optionsOfSetUp)
        routes.signedIn.post(path, limits: .signIn, use: setUp)
        routes.signedIn.post("api/v1/auth/proof/options", limits: .signIn, use: optionsOfProof)
        routes.signedIn.post("api/v1/auth/proof/passkey", limits: .signIn, use: prove)
    }

    /// `POST /api/v1/auth/passkey/options`: a challenge for somebody who is not known yet.
    @Sendable private func optionsAlone(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let party = try Party(request, facts())
        let challenge = try Challenge.random()
        let token = try SecretToken.random(byteCount: 32)
        identity.signIn.challenges.put(challenge, for: "alone/" + Hex.text(token.digest))
        return .json(
            PasskeyOptions.get(challenge, party, ids: [], needsVerification: true),
            headers: [.setCookie: Cookies.setStep(token)])
    }

    /// `POST /api/v1/auth/passkey`: signs in without a password.
    @Sendable private func signInAlone(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let ceremony = try ceremony(
            request, identity.signIn.challenges.take("alone/" + Self.step(request)),
            needsVerification: true)
        let body = try await OwnBody(context.body(of: request))
        let answer = try PasskeyAnswer(body.json["passkey"], ceremony)
        let grant = try identity.signIn.grant(
            address: context.address, requestID: context.requestID)
        var browser = SignIn.Browser(
            address: context.address, agent: request.headers[.userAgent],
            requestID: context.requestID)
        if let token = Cookies.value(Cookies.session, in: request.headers) {
            browser.earlierSessionID = await identity.sessions.look(token: token)?.live.session.id
        }
        let success = try await identity.signIn.signIn(grant, answer, from: browser)
        return identity.answer(to: success)
    }

    /// `POST /api/v1/auth/factor/options`: a challenge for the second step.
    @Sendable private func optionsOfStep(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let party = try Party(request, facts())
        let step = Self.step(request)
        let (_, entrance) = try identity.signIn.waitingSignIn(
            Cookies.value(Cookies.step, in: request.headers))
        let grant = try identity.signIn.grant(
            address: context.address, requestID: context.requestID)
        let ids = try await passkeys(grant, entrance.userID, party)
        let challenge = try Challenge.random()
        identity.signIn.challenges.put(challenge, for: "step/" + step)
        return .json(
            PasskeyOptions.get(challenge, party, ids: ids, needsVerification: false))
    }

    /// `POST /api/v1/auth/factor/passkey`: takes the second step.
    @Sendable private func finish(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let ceremony = try ceremony(
            request, identity.signIn.challenges.take("step/" + Self.step(request)))
        let body = try await OwnBody(context.body(of: request))
        let answer = try PasskeyAnswer(body.json["passkey"], ceremony)
        let grant = try identity.signIn.grant(
            address: context.address, requestID: context.requestID)
        let success = try await identity.signIn.finish(
            grant, token: Cookies.value(Cookies.step, in: request.headers), .passkey(answer))
        return identity.answer(to: success)
    }

    /// `POST /api/v1/auth/factors/passkeys/options`.
    @Sendable private func optionsOfSetUp(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let party = try Party(request, facts())
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let known = try await passkeys(grant, user.id, party)
        let challenge = try Challenge.random()
        identity.factors.challenges.put(challenge, for: "set-up/" + session.id)
        return .json(
            PasskeyOptions.create(
                challenge, party, user, name: facts().clinicName, known: known))
    }

    /// `POST /api/v1/auth/factors/passkeys`.
    @Sendable private func setUp(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let ceremony = try ceremony(
            request, identity.factors.challenges.take("set-up/" + session.id))
        let body = try await OwnBody(context.body(of: request))
        guard let clientData = body.json.string("clientDataJSON").flatMap(Base64URL.bytes),
            let object = body.json.string("attestationObject").flatMap(Base64URL.bytes)
        else { throw Problem(.value, "The answer of the passkey is not whole.") }
        let name = try User.checkedDisplayName(body.json.string("name") ?? "Passkey")
        let nowMs = identity.store.parts.clock.wallMs()
        let (factors, id) = (identity.factors, identity.store.parts.ids.next())
        let done = try await identity.accounts.onRecord(grant) {
            let made = try Self.made(clientData, object, ceremony)
            let passkey = Factor.Passkey(
                credentialID: made.id, publicKey: made.publicKey, partyID: ceremony.partyID,
                signCount: made.signCount)
            return try await factors.add(
                grant,
                Factor(
                    id: id, userID: user.id, name: name, createdMs: nowMs, kind: .passkey(passkey)))
        }
        return FactorsFeature.answer(done)
    }

    /// `POST /api/v1/auth/proof/options`: a challenge for a fresh proof.
    @Sendable private func optionsOfProof(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let party = try Party(request, facts())
        let grant = try await gate.grant(.ownProof, to: context.caller)
        let ids = try await passkeys(grant, user.id, party)
        let challenge = try Challenge.random()
        identity.factors.challenges.put(challenge, for: "proof/" + session.id)
        return .json(
            PasskeyOptions.get(challenge, party, ids: ids, needsVerification: false))
    }

    /// `POST /api/v1/auth/proof/passkey`.
    @Sendable private func prove(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, session) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownProof, to: context.caller)
        let ceremony = try ceremony(
            request, identity.factors.challenges.take("proof/" + session.id))
        let body = try await OwnBody(context.body(of: request))
        let answer = try PasskeyAnswer(body.json["passkey"], ceremony)
        let token = try await identity.prove(grant, user, session, .passkey(answer))
        return .empty(.noContent, headers: [.setCookie: Cookies.setSession(token)])
    }

    private func passkeys(
        _ grant: Grant, _ userID: String, _ party: Party
    ) async throws -> [[UInt8]] {
        let factors = try await identity.store.rows(grant) {
            try FactorRows.of(grant, userID: userID, reading: $0)
        }
        return factors.compactMap { factor in
            guard case .passkey(let passkey) = factor.kind, passkey.partyID == party.id else {
                return nil
            }
            return passkey.credentialID
        }
    }

    private func ceremony(
        _ request: Request, _ challenge: Challenge?, needsVerification: Bool = false
    ) throws(Problem) -> Ceremony {
        let party = try Party(request, facts())
        guard let challenge else {
            throw Problem(.value, "The question to the passkey has expired. Try again.")
        }
        return Ceremony(
            challenge: challenge.text, partyID: party.id, origin: party.origin,
            needsVerification: needsVerification)
    }

    private static func made(
        _ clientData: [UInt8], _ object: [UInt8], _ ceremony: Ceremony
    ) throws(Problem) -> MadeCredential {
        do throws(WebAuthnError) {
            return try MadeCredential(
                clientData: clientData, attestationObject: object, ceremony, .ofBox)
        } catch {
            throw Problem(.value, error.description, location: "passkey")
        }
    }

    private static func step(_ request: Request) -> String {
        Hex.text(
            SecretToken.digest(of: Cookies.value(Cookies.step, in: request.headers) ?? ""))
    }
}
