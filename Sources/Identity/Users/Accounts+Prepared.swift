package import AccessControl
import FHIRModel
import Kernel
package import RecordStore
import Sealing

extension Accounts {
    /// Checks the facts of a person and makes their account, without putting it among the users.
    ///
    /// - Parameter clinicName: the clinic that the box will belong to.
    /// - Returns: the account with its password's hash, to be kept sealed until ``insert(_:prepared:_:)``.
    /// - Throws: ``Problem`` `.value` for a name or password that will not do.
    package func madeReady(
        _ draft: UserDraft, password: Password, clinicName: String
    ) async throws -> [UInt8] {
        try User.check(roles: draft.roles, ownPatientID: draft.ownPatientID)
        let username = try Username.checked(draft.username)
        let displayName = try User.checkedDisplayName(draft.displayName)
        let problems = problems(
            password, username: username, displayName: displayName, clinicName: clinicName)
        guard problems.isEmpty else {
            throw Problem(.value, problems.joined(separator: " "), location: "password")
        }
        let hash = try await passwords.hash(password.bytes)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("username", username)
        writer.member("displayName", displayName)
        writer.array("roles") { list in
            for role in draft.roles.map(\.rawValue).sorted() { list.string(role) }
        }
        writer.member("hash", hash)
        writer.endObject()
        return writer.bytes
    }

    /// Puts an account that ``madeReady(_:password:clinicName:)`` made among the users, as part of a
    /// transaction.
    ///
    /// - Throws: ``Problem`` `.duplicate` if the name was taken meanwhile.
    package func insert(_ grant: Grant, prepared bytes: [UInt8], _ rows: RowWriter) throws {
        let json = try JSON.parse(bytes)
        guard let username = json.string("username"), let hash = json.string("hash") else {
            throw Problem(.incomplete, "The account of the setup is damaged. Enter it again.")
        }
        let user = User(
            id: store.parts.ids.next(), username: username,
            displayName: json.string("displayName") ?? username,
            roles: Set(json["roles"]?.elements.compactMap { $0.string.flatMap(Role.init) } ?? []),
            isDisabled: false, mustChangePassword: false, ownPatientID: nil,
            createdMs: rows.nowMs, passwordChangedMs: rows.nowMs)
        try UserRows.insert(grant, user, hash: hash, rows)
        let directory = directory
        rows.afterCommit { directory.put(user) }
    }

    /// How many people who can sign in may administer the box.
    package var administratorCount: Int { directory.activeAdministratorCount }
}
