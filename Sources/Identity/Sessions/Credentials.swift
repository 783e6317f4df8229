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
    ///   change without the page's token, `.forbidden` with an ``OwnNeed`` for what the person has
    ///   to do first.
    func caller(of request: Request, _ context: OpenContext) async throws -> Caller? {
        var known: Caller?
        do throws(Problem) {
            if let header = request.headers[.authorization] {
                let (user, caller) = try await bearer(header, context)
                known = caller
                try refuseWhatIsNotYet(user, caller, request, context)
            } else if let token = Cookies.value(Cookies.session, in: request.headers) {
                let (user, caller, isLocked) = try await cookie(token, request, context)
                known = caller
                if isLocked, !OwnPaths.whileLocked.contains(request.uri.path) {
                    throw OwnNeed.unlock.problem
                }
                try refuseWhatIsNotYet(user, caller, request, context)
            }
            return known
        } catch {
            await note(error, known, context)
            throw error
        }
    }

    private func bearer(
        _ header: String, _ context: OpenContext
    ) async throws(Problem) -> (User, Caller) {
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw Problem(.login, "Send a bearer token, or sign in with the box's page.")
        }
        guard let (token, scopes) = identity.tokens.find(String(words[1])),
            let user = identity.directory.user(id: token.userID), !user.isDisabled
        else {
            throw Problem(.login, "The token is not known, or has expired. Ask for another one.")
        }
        return (
            user, try await caller(user, tag: token.id, scopes: scopes, isFresh: false, context)
        )
    }

    private func cookie(
        _ token: String, _ request: Request, _ context: OpenContext
    ) async throws(Problem) -> (User, Caller, isLocked: Bool) {
        // A page that listens is no person who works: it must not keep the session alive.
        let isListening = request.uri.path == "/api/v1/events"
        let looked =
            isListening
            ? identity.sessions.peek(token: token) : await identity.sessions.look(token: token)
        guard let found = looked,
            let user = identity.directory.user(id: found.live.session.userID), !user.isDisabled
        else {
            throw Problem(.login, "The session has ended. Sign in again.")
        }
        let live = found.live
        try Self.checkPageToken(request, live.session)
        let isFresh = !found.isLocked && identity.sessions.table.isFresh(live)
        let one = try await caller(
            user, tag: live.session.id, scopes: nil, isFresh: isFresh, context)
        return (user, one, found.isLocked)
    }

    private func caller(
        _ user: User, tag: String, scopes: [Scope]?, isFresh: Bool, _ context: OpenContext
    ) async throws(Problem) -> Caller {
        var caller = Caller(
            kind: .person, userID: user.id, name: user.username, roles: user.roles,
            ownPatientID: user.ownPatientID, scopes: scopes, sessionTag: tag,
            address: context.address, requestID: context.requestID, hasFreshProof: isFresh)
        caller.access = try await identity.chartRights.access(of: user, isAtScreen: scopes == nil)
        return caller
    }

    /// Who has to do something first gets no further than to the routes for that.
    private func refuseWhatIsNotYet(
        _ user: User, _ caller: Caller, _ request: Request, _ context: OpenContext
    ) throws(Problem) {
        let path = request.uri.path
        let nowMs = identity.store.parts.clock.wallMs()
        if identity.settings.mustChangePassword(user, nowMs: nowMs),
            !OwnPaths.whilePasswordIsDue.contains(path)
        {
            throw OwnNeed.password.problem
        }
        // A program cannot set up a factor; whoever made its token had one.
        if caller.scopes == nil, identity.factorRules.isDue(user),
            !OwnPaths.isOpenWhileFactorIsDue(path)
        {
            throw OwnNeed.factor.problem
        }
        if context.limits.needsFreshProof, !caller.hasFreshProof {
            throw OwnNeed.freshProof.problem
        }
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
    private func note(_ problem: Problem, _ known: Caller?, _ context: OpenContext) async {
        guard refusals.admits(context.address) else { return }
        let stranger = Caller(
            kind: .anonymous, name: "anonymous", address: context.address,
            requestID: context.requestID)
        let ask = Ask(.signIn, area: .ownAccount, type: "Credential")
        // The refusal stands whether or not it could be noted.
        try? await identity.store.note(
            AuditNote(ask, outcome: .refused, code: problem.code, detail: problem.location),
            by: known ?? stranger)
    }
}

extension SessionTable.Found {
    var live: SessionTable.Live {
        switch self {
        case .awake(let live, _), .locked(let live): live
        }
    }

    var isLocked: Bool {
        if case .locked = self { true } else { false }
    }
}

/// The paths that stay open while a person has to do something first.
enum OwnPaths {
    /// While the session waits for the PIN.
    static let whileLocked: Set<String> = [
        "/api/v1/auth/me", "/api/v1/auth/logout", "/api/v1/auth/unlock",
    ]
    /// While the password has to be changed.
    static let whilePasswordIsDue = whileLocked.union(["/api/v1/auth/password"])

    /// While a second factor has to be set up.
    static func isOpenWhileFactorIsDue(_ path: String) -> Bool {
        whilePasswordIsDue.contains(path) || path == "/api/v1/auth/proof"
            || path == "/api/v1/auth/factors" || path.hasPrefix("/api/v1/auth/factors/")
    }
}
