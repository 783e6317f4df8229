import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import Sealing
package import ServerKit

extension Identity {
    /// Finds the caller of a request: by bearer token, else by cookie.
    package var authenticator: Authenticator {
        let credentials = Credentials(identity: self)
        return Authenticator { try await credentials.caller(of: $0, $1) }
    }
}

/// Station 2 of a request: from what it carries to who sent it.
struct Credentials: Sendable {
    private let identity: Identity
    private let refusals: RefusalBound

    init(identity: Identity) {
        self.identity = identity
        refusals = RefusalBound(clock: identity.store.parts.clock)
    }

    /// The caller, or nil if the request carries nothing to know them by.
    ///
    /// - Throws: ``Problem`` `.login` for a cookie or token that does not hold, `.security` for a
    ///   change without the page's token, `.forbidden` while a password has to be changed.
    func caller(of request: Request, _ context: OpenContext) async throws -> Caller? {
        do throws(Problem) {
            if let header = request.headers[.authorization] {
                return try bearer(header, request, context)
            }
            guard let token = Cookies.value(Cookies.session, in: request.headers) else {
                return nil
            }
            return try await cookie(token, request, context)
        } catch {
            await note(error, context)
            throw error
        }
    }

    private func bearer(
        _ header: String, _ request: Request, _ context: OpenContext
    ) throws(Problem) -> Caller {
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw Problem(.login, "Send a bearer token, or sign in with the box's page.")
        }
        guard let (token, scopes) = identity.tokens.find(String(words[1])),
            let user = identity.directory.user(id: token.userID), !user.isDisabled
        else {
            throw Problem(.login, "The token is not known, or has expired. Ask for another one.")
        }
        try refuseIfChangeIsDue(user, request)
        return caller(user, tag: token.id, scopes: scopes, context)
    }

    private func cookie(
        _ token: String, _ request: Request, _ context: OpenContext
    ) async throws(Problem) -> Caller {
        guard let session = await identity.sessions.use(token: token),
            let user = identity.directory.user(id: session.userID), !user.isDisabled
        else {
            throw Problem(.login, "The session has ended. Sign in again.")
        }
        try Self.checkPageToken(request, session)
        try refuseIfChangeIsDue(user, request)
        return caller(user, tag: session.id, scopes: nil, context)
    }

    private func caller(
        _ user: User, tag: String, scopes: [Scope]?, _ context: OpenContext
    ) -> Caller {
        Caller(
            kind: .person, userID: user.id, name: user.username, roles: user.roles,
            ownPatientID: user.ownPatientID, scopes: scopes, sessionTag: tag,
            address: context.address, requestID: context.requestID)
    }

    /// Who has to change the password gets no further than to the pages for that.
    private func refuseIfChangeIsDue(_ user: User, _ request: Request) throws(Problem) {
        let nowMs = identity.store.parts.clock.wallMs()
        guard identity.settings.mustChangePassword(user, nowMs: nowMs),
            !SignInFeature.paths.contains(request.uri.path)
        else { return }
        throw Problem(.forbidden, "Change your password first.")
    }

    /// - Throws: ``Problem`` `.security` for a change that does not carry the session's page token.
    private static func checkPageToken(
        _ request: Request, _ session: Session
    ) throws(Problem) {
        guard !isSafe(request.method) else { return }
        #if FAULT_CONTROLS
        if FaultWords.isPageTokenOff { return }
        #endif
        let sent = request.headers[.csrfToken] ?? ""
        guard SHA256.equal(Array(sent.utf8), Array(session.csrfToken.utf8)) else {
            throw Problem(
                .security, "The request does not come from the page. Reload it and try again.")
        }
    }

    private static func isSafe(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head || method == .options
    }

    /// Puts bad credentials on record, as often as a flood of them allows.
    private func note(_ problem: Problem, _ context: OpenContext) async {
        guard refusals.admits(context.address) else { return }
        let caller = Caller(
            kind: .anonymous, name: "anonymous", address: context.address,
            requestID: context.requestID)
        let ask = Ask(.signIn, area: .ownAccount, type: "Credential")
        // The refusal stands whether or not it could be noted.
        try? await identity.store.note(
            AuditNote(ask, outcome: .refused, code: problem.code), by: caller)
    }
}
