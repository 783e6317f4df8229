package import AccessControl
import Kernel
import RecordStore
import Synchronization

/// Bearer tokens for programs: issued by an administrator, short-lived, revocable at once.
///
/// Spec: RFC 6750, https://www.rfc-editor.org/rfc/rfc6750
package final class Tokens: Sendable {
    /// The longest life of a token, in minutes: 31 days.
    package static let minutesMax = 44_640
    /// What every token begins with, so that people and scanners see what it is.
    static let prefix = "teh_"

    /// A token with its end by the steady clock.
    private struct Live: Sendable {
        let token: TokenRows.Kept
        let scopes: [Scope]
        let endSteadyMs: Int64
    }

    private let store: RecordStore
    private let directory: Directory
    private let clock: Clock
    private let live = Mutex<[[UInt8]: Live]>([:])

    init(store: RecordStore, directory: Directory) async throws {
        self.store = store
        self.directory = directory
        clock = store.parts.clock
        let grant = try Grant.ofBox(.tokens(.read))
        for token in try await store.rows(grant, { try TokenRows.all(grant, $0) }) {
            try take(in: token)
        }
    }

    /// Issues a token; its text is not kept and cannot be shown again.
    ///
    /// - Parameter minutes: how long it lives, 1 to ``minutesMax``.
    /// - Throws: ``Problem`` `.value` for scopes or a life that will not do, `.forbidden` if the
    ///   caller may not act for the user.
    package func issue(
        _ grant: Grant, username: String, scopes text: String, minutes: Int
    ) async throws -> (text: String, token: Token) {
        do {
            try grant.require(.administer, area: .users)
            let user = try owner(grant.caller, username)
            let scopes = try Scope.parse(text)
            try Self.check(scopes, minutes: minutes, grant.caller)
            let secret = try SecretToken.random(byteCount: 32, prefix: Self.prefix)
            let nowMs = clock.wallMs()
            let kept = TokenRows.Kept(
                digest: secret.digest, userID: user.id, id: store.parts.ids.next(),
                scopes: text.split(separator: " ").joined(separator: " "), createdMs: nowMs,
                expiresMs: nowMs + Int64(minutes) * 60_000)
            let note = AuditNote(
                grant.ask, id: kept.id, detail: "for \(user.username) scopes \(kept.scopes)")
            try await store.changeRows(grant, note: note) { try TokenRows.insert(grant, kept, $0) }
            try take(in: kept)
            return (secret.text, Self.shown(kept, user))
        } catch let problem as Problem {
            try await refused(grant, problem)
            throw problem
        }
    }

    /// Ends a token at once.
    ///
    /// - Throws: ``Problem`` `.notFound` if there is none.
    package func revoke(_ grant: Grant, id: String) async throws {
        do {
            try grant.require(.administer, area: .users)
            guard let one = live.withLock({ $0.values.first { $0.token.id == id } }) else {
                throw Problem(.notFound, "There is no token of this id; it may have expired.")
            }
            live.withLock { $0[one.token.digest] = nil }
            try await store.changeRows(grant, note: AuditNote(grant.ask, id: id)) {
                try TokenRows.delete(grant, id: id, $0)
            }
        } catch let problem as Problem {
            try await refused(grant, problem)
            throw problem
        }
    }

    /// The tokens that have not expired, oldest first.
    package func list(_ grant: Grant) async throws -> [Token] {
        try grant.require(.search, .read, area: .users)
        try await store.note(AuditNote(grant.ask), by: grant.caller)
        let all = live.withLock { Array($0.values) }.filter(isAlive).sorted {
            $0.token.id < $1.token.id
        }
        return all.compactMap { one in
            directory.user(id: one.token.userID).map { Self.shown(one.token, $0) }
        }
    }

    /// The token of a text with its scopes, if it has not expired.
    func find(_ text: String) -> (token: TokenRows.Kept, scopes: [Scope])? {
        let digest = SecretToken.digest(of: text)
        guard let one = live.withLock({ $0[digest] }), isAlive(one) else { return nil }
        return (one.token, one.scopes)
    }

    /// The token of an id with its scopes, if it has not expired.
    func find(id: String) -> (token: TokenRows.Kept, scopes: [Scope])? {
        guard let one = live.withLock({ $0.values.first { $0.token.id == id } }), isAlive(one)
        else { return nil }
        return (one.token, one.scopes)
    }

    private func owner(_ caller: Caller, _ username: String) throws(Problem) -> User {
        guard let user = directory.user(folded: Username.folded(username)), !user.isDisabled else {
            throw Problem(
                .notFound, "There is no user of this name who may sign in.", location: "username")
        }
        try Accounts.checkRank(caller, of: user)
        return user
    }

    private static func check(_ scopes: [Scope], minutes: Int, _ caller: Caller) throws(Problem) {
        guard (1...minutesMax).contains(minutes) else {
            throw Problem(
                .value, "A token lives 1 to \(minutesMax) minutes.", location: "minutes")
        }
        let isOfBox = scopes.contains { $0.level == .system }
        guard !isOfBox || caller.kind == .machine || caller.roles.contains(.systemAdmin) else {
            throw Problem(
                .forbidden, "Only a SYSTEM_ADMIN issues a token with system scopes.",
                location: "scope")
        }
    }

    /// Takes a token in; one from the future is none, because a wall clock that went back would let
    /// tokens live on.
    private func take(in token: TokenRows.Kept) throws(Problem) {
        let wallMs = clock.wallMs()
        guard token.createdMs <= wallMs, token.expiresMs > wallMs else { return }
        let one = Live(
            token: token, scopes: try Scope.parse(token.scopes),
            endSteadyMs: clock.steadyMs() + token.expiresMs - wallMs)
        live.withLock { $0[token.digest] = one }
    }

    /// Both clocks must agree that the token lives.
    private func isAlive(_ one: Live) -> Bool {
        clock.steadyMs() < one.endSteadyMs && clock.wallMs() < one.token.expiresMs
    }

    private func refused(_ grant: Grant, _ problem: Problem) async throws {
        try await store.note(
            AuditNote(grant.ask, outcome: .refused, code: problem.code), by: grant.caller)
    }

    private static func shown(_ kept: TokenRows.Kept, _ user: User) -> Token {
        Token(
            id: kept.id, userID: user.id, username: user.username, scopes: kept.scopes,
            createdMs: kept.createdMs, expiresMs: kept.expiresMs)
    }
}
