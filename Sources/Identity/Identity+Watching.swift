package import AccessControl
package import Kernel
import RecordStore

extension Identity {
    /// Who a session belongs to now, with the rights of this moment; nil where it has ended or is
    /// locked, or where the person has to do something first.
    ///
    /// Does not count as a use of the session.
    package func watcher(sessionID: String) async throws(Problem) -> Caller? {
        guard let live = sessions.table.find(id: sessionID), !sessions.table.isLocked(live),
            let user = directory.user(id: live.session.userID), !user.isDisabled,
            !settings.mustChangePassword(user, nowMs: store.parts.clock.wallMs())
        else { return nil }
        return try await caller(user, scopes: nil, isAtScreen: true, tag: sessionID)
    }

    /// A person for whom the box sends records somewhere, with the rights of this moment and no more
    /// than the scopes of before; nil where they may not sign in any more.
    ///
    /// - Parameter scopes: those of the token that asked for it; nil for a person at a screen.
    package func absent(userID: String, scopes: String?) async throws(Problem) -> Caller? {
        guard let user = directory.user(id: userID), !user.isDisabled else { return nil }
        let list: [Scope]? =
            if let scopes { try Scope.parse(scopes) } else { nil }
        return try await caller(user, scopes: list, isAtScreen: false, tag: nil)
    }

    /// A caller of before with the rights of this moment; nil where the session or token that they
    /// came with has ended.
    package func present(_ caller: Caller) async throws(Problem) -> Caller? {
        guard let tag = caller.sessionTag else { return nil }
        guard caller.scopes != nil else { return try await watcher(sessionID: tag) }
        guard let (token, scopes) = tokens.find(id: tag), token.userID == caller.userID,
            let user = directory.user(id: token.userID), !user.isDisabled,
            !settings.mustChangePassword(user, nowMs: store.parts.clock.wallMs())
        else { return nil }
        return try await self.caller(user, scopes: scopes, isAtScreen: false, tag: tag)
    }

    private func caller(
        _ user: User, scopes: [Scope]?, isAtScreen: Bool, tag: String?
    ) async throws(Problem) -> Caller {
        var caller = Caller(
            kind: .person, userID: user.id, name: user.username, roles: user.roles,
            ownPatientID: user.ownPatientID, scopes: scopes, sessionTag: tag, address: "local",
            requestID: store.parts.ids.next())
        caller.access = try await chartRights.access(of: user, isAtScreen: isAtScreen)
        return caller
    }
}
