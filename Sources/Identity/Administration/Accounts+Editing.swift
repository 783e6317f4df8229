package import AccessControl
import Kernel
import RecordStore
import ServerKit

/// What an administrator may write about a user.
package struct UserEdit: Sendable {
    package var displayName: String
    package var roles: Set<Role>
    package var ownPatientID: String?
    package var practitionerID: String?

    /// Collects the facts; they are checked when the user is changed.
    package init(
        displayName: String, roles: Set<Role>, ownPatientID: String? = nil,
        practitionerID: String? = nil
    ) {
        self.displayName = displayName
        self.roles = roles
        self.ownPatientID = ownPatientID
        self.practitionerID = practitionerID
    }
}

extension Accounts {
    /// Writes name, roles and links of a user; other roles end the user's sessions.
    ///
    /// - Throws: ``Problem`` `.lockError` if the user is not there in that version, `.forbidden`
    ///   for one's own roles, `.value` and `.required` for facts that will not do.
    package func edit(
        _ grant: Grant, id: String, _ edit: UserEdit, ifVersion: String
    ) async throws {
        let sessions = sessions
        let words = edit.roles.map(\.rawValue).sorted().joined(separator: " ")
        try await change(grant, id: id, detail: "edited; roles \(words)") { user, rows in
            try VersionTag.check(ifVersion, is: "\(user.version)")
            try User.check(roles: edit.roles, ownPatientID: edit.ownPatientID)
            user.displayName = try User.checkedDisplayName(edit.displayName)
            user.ownPatientID = edit.roles.contains(.patient) ? edit.ownPatientID : nil
            user.practitionerID = edit.practitionerID
            guard user.roles != edit.roles else { return }
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Nobody changes their own roles. Ask another administrator.",
                    location: "roles")
            }
            user.roles = edit.roles
            try Self.checkRank(grant.caller, of: user)
            try sessions.endAll(grant, userID: id, rows)
        }
    }

    /// What is known of users beside what is written about them.
    package struct Standing: Sendable {
        /// UTC milliseconds; nil for who never did anything.
        package let lastActMs: Int64?
        /// How long failed sign-ins still lock the account, in milliseconds; nil where they do not.
        package let lockedForMs: Int64?
        package let sessionCount: Int
        /// Whether the password has to be changed before anything else.
        package let mustChangePassword: Bool
    }

    /// How it stands with some users.
    package func standings(_ grant: Grant, of users: [User]) async throws -> [String: Standing] {
        let nowMs = store.parts.clock.wallMs()
        let acts = try await store.lastActs(grant, userIDs: users.map(\.id))
        let waits = try await store.rows(grant) { rows in
            var waits: [String: Int64] = [:]
            for user in users {
                waits[user.id] = try FailureRows.waitMs(
                    grant, folded: Username.folded(user.username), nowMs: nowMs, rows)
            }
            return waits
        }
        var counts: [String: Int] = [:]
        for live in sessions.table.all() { counts[live.session.userID, default: 0] += 1 }
        let settings = settings
        var standings: [String: Standing] = [:]
        for user in users {
            standings[user.id] = Standing(
                lastActMs: acts[user.id], lockedForMs: waits[user.id],
                sessionCount: counts[user.id] ?? 0,
                mustChangePassword: settings.mustChangePassword(user, nowMs: nowMs))
        }
        return standings
    }
}
