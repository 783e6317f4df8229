package import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// The accounts of the people: the one way by which routes, the setup and commands change them.
///
/// Every change and every refusal is put on record; the last administrator who can sign in cannot
/// be taken away.
package final class Accounts: Sendable {
    let store: RecordStore
    let directory: Directory
    let sessions: Sessions
    let passwords: PasswordPool
    let live: LiveIdentitySettings
    let clinicName: ClinicName
    var settings: IdentitySettings { live.current }

    init(
        store: RecordStore, directory: Directory, sessions: Sessions, passwords: PasswordPool,
        live: LiveIdentitySettings, clinicName: ClinicName
    ) {
        self.store = store
        self.directory = directory
        self.sessions = sessions
        self.passwords = passwords
        self.live = live
        self.clinicName = clinicName
    }

    /// Whether there is no user yet: the box is not set up.
    package var isEmpty: Bool { directory.isEmpty }

    /// The user of a sign-in name, however it is written; from memory and not put on record.
    package func user(named name: String) -> User? {
        directory.user(folded: Username.folded(name))
    }

    /// The user of an id; from memory and not put on record.
    package func user(id: String) -> User? { directory.user(id: id) }

    /// The user who is a provider; from memory and not put on record.
    package func user(practitionerID: String) -> User? {
        directory.user(practitionerID: practitionerID)
    }

    /// All users by sign-in name.
    package func list(_ grant: Grant) async throws -> [User] {
        try grant.require(.search, .read, area: .users)
        let users = try await store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try UserRows.all(grant, $0)
        }
        return users.sorted { ($0.username, $0.id) < ($1.username, $1.id) }
    }

    /// Adds a user.
    ///
    /// - Throws: ``Problem`` `.value` for a name or password that will not do, `.duplicate` if the
    ///   name is taken.
    package func add(
        _ grant: Grant, _ draft: UserDraft, password: Password, mustChangePassword: Bool
    ) async throws -> User {
        try await onRecord(grant) {
            try grant.require(.create, area: .users)
            try User.check(roles: draft.roles, ownPatientID: draft.ownPatientID)
            let nowMs = self.store.parts.clock.wallMs()
            let user = User(
                id: self.store.parts.ids.next(), username: try Username.checked(draft.username),
                displayName: try User.checkedDisplayName(draft.displayName), roles: draft.roles,
                isDisabled: false, mustChangePassword: mustChangePassword,
                ownPatientID: draft.ownPatientID, practitionerID: draft.practitionerID,
                createdMs: nowMs, passwordChangedMs: nowMs)
            try Self.checkRank(grant.caller, of: user)
            try self.check(password, for: user)
            let hash = try await self.passwords.hash(password.bytes)
            let note = AuditNote(grant.ask, id: user.id, detail: "roles " + Self.words(user.roles))
            let directory = self.directory
            try await self.store.changeRows(grant, note: note) { rows in
                try Self.checkLink(grant, user, among: UserRows.all(grant, in: rows))
                try UserRows.insert(grant, user, hash: hash, rows)
                rows.afterCommit { directory.put(user) }
            }
            return user
        }
    }

    /// Keeps a user from signing in, and ends their sessions.
    package func disable(_ grant: Grant, id: String) async throws {
        let sessions = sessions
        try await change(grant, id: id, detail: "disabled") { user, rows in
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Nobody closes their own account. Ask another administrator.")
            }
            user.isDisabled = true
            try sessions.endAll(grant, userID: id, rows)
            try DeviceRows.forgetAll(grant, userID: id, rows)
        }
    }

    /// Lets a disabled user sign in again.
    package func enable(_ grant: Grant, id: String) async throws {
        try await change(grant, id: id, detail: "enabled") { user, _ in user.isDisabled = false }
    }

    /// Gives a user other roles, and ends their sessions.
    ///
    /// - Throws: ``Problem`` `.forbidden` for one's own roles.
    package func setRoles(_ grant: Grant, id: String, _ roles: Set<Role>) async throws {
        let sessions = sessions
        try await change(grant, id: id, detail: "roles " + Self.words(roles)) { user, rows in
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Nobody changes their own roles. Ask another administrator.")
            }
            try User.check(roles: roles, ownPatientID: user.ownPatientID)
            user.roles = roles
            try Self.checkRank(grant.caller, of: user)
            try sessions.endAll(grant, userID: id, rows)
        }
    }

    /// Says which Practitioner record a user is; nil takes that back.
    ///
    /// - Throws: ``Problem`` `.forbidden` for one's own account, `.notFound` where there is no such
    ///   record, `.conflict` where another user is it.
    package func setPractitioner(_ grant: Grant, id: String, _ practitionerID: String?) async throws
    {
        if let practitionerID { try await checkPractitioner(practitionerID, grant, id: id) }
        let detail = "practitioner \(practitionerID ?? "none")"
        try await change(grant, id: id, detail: detail) { user, _ in
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Nobody links their own account. Ask another administrator.")
            }
            user.practitionerID = practitionerID
        }
    }

    private func checkPractitioner(
        _ practitionerID: String, _ grant: Grant, id: String
    ) async throws {
        var query = RecordQuery(type: "Practitioner")
        query.ids = [practitionerID]
        query.isCountOnly = true
        let look = try Grant.ofBox(Ask(.search, "Practitioner"))
        guard try await store.search(look, query).total > 0 else {
            throw Problem(
                .notFound, "There is no Practitioner with this id.", location: "practitionerId")
        }
        let others = try await list(try Policy().grant(.users(.search), to: grant.caller))
        guard !others.contains(where: { $0.id != id && $0.practitionerID == practitionerID }) else {
            throw Problem(
                .conflict, "Another user is this Practitioner already.", location: "practitionerId")
        }
    }

    /// Ends the lock that failed sign-ins put on an account.
    package func unlock(_ grant: Grant, id: String) async throws {
        try await change(grant, id: id, detail: "unlocked") { user, rows in
            try Self.forgetFailures(grant, of: user, rows)
        }
    }

    /// Changes one user in a transaction, with everything that always has to hold.
    func change(
        _ grant: Grant, id: String, detail: String,
        _ edit: @escaping @Sendable (inout User, RowWriter) throws -> Void
    ) async throws {
        let directory = directory
        try await onRecord(grant, id: id) {
            try grant.require(.update, area: .users)
            let note = AuditNote(grant.ask, id: id, detail: detail)
            try await self.store.changeRows(grant, note: note) { rows in
                let all = try UserRows.all(grant, in: rows)
                guard let before = all.first(where: { $0.id == id }) else {
                    throw Problem(.notFound, "There is no user of this id.")
                }
                try Self.checkRank(grant.caller, of: before)
                var user = before
                try edit(&user, rows)
                if before.isActiveAdmin, !user.isActiveAdmin,
                    !all.contains(where: { $0.id != id && $0.isActiveAdmin })
                {
                    throw Problem(
                        .conflict,
                        "This is the last SYSTEM_ADMIN who can sign in. Give the role to another "
                            + "user first.")
                }
                try Self.checkLink(grant, user, among: all)
                if user != before { user.version += 1 }
                try UserRows.update(grant, user, rows)
                let changed = user
                rows.afterCommit { directory.put(changed) }
            }
        }
    }

    /// Puts a refusal on record and passes it on.
    func onRecord<Value: Sendable>(
        _ grant: Grant, id: String? = nil, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let problem as Problem {
            try await store.note(
                AuditNote(grant.ask, id: id, outcome: .refused, code: problem.code),
                by: grant.caller)
            throw problem
        }
    }

    /// Only a SYSTEM_ADMIN, or the box itself, makes or changes a SYSTEM_ADMIN.
    static func checkRank(_ caller: Caller, of user: User) throws(Problem) {
        guard user.roles.contains(.systemAdmin) else { return }
        guard caller.kind == .machine || caller.roles.contains(.systemAdmin) else {
            throw Problem(.forbidden, "Only a SYSTEM_ADMIN may do this to a SYSTEM_ADMIN.")
        }
    }

    /// A Practitioner record belongs to one person.
    static func checkLink(_ grant: Grant, _ user: User, among all: [User]) throws(Problem) {
        guard let wanted = user.practitionerID else { return }
        guard FHIRID.isValid(wanted) else {
            throw Problem(.value, "This is no id of a provider.", location: "practitionerId")
        }
        if let other = all.first(where: { $0.id != user.id && $0.practitionerID == wanted }) {
            throw Problem(
                .duplicate, "This provider belongs to the user \(other.username) already.",
                location: "practitionerId")
        }
    }

    static func forgetFailures(_ grant: Grant, of user: User, _ rows: RowWriter) throws {
        let folded = Username.folded(user.username)
        try FailureRows.clear(grant, FailureRows.account(grant, folded: folded, rows), rows)
        try FailureRows.clear(grant, FailureRows.factor(grant, userID: user.id, rows), rows)
    }

    private static func words(_ roles: Set<Role>) -> String {
        roles.map(\.rawValue).sorted().joined(separator: " ")
    }
}
