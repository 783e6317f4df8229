import AccessControl
import FHIRModel
import Kernel
import ServerKit

/// The fields of a user that an administrator fills in.
enum UserFields {
    static let names: Set<String> = ["displayName", "roles", "ownPatientId", "practitionerId"]

    /// What the fields say.
    ///
    /// - Throws: ``Problem`` that names the field.
    static func edit(_ fields: BodyFields) throws(Problem) -> UserEdit {
        var roles: Set<Role> = []
        for name in try fields.texts("roles", countMax: Role.allCases.count) {
            guard let role = Role(rawValue: name) else {
                throw Problem(
                    .value,
                    "Roles are: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).",
                    location: "roles")
            }
            roles.insert(role)
        }
        return UserEdit(
            displayName: try fields.required("displayName"), roles: roles,
            ownPatientID: try fields.text("ownPatientId", charactersMax: 64),
            practitionerID: try fields.text("practitionerId", charactersMax: 64))
    }
}

/// Users as the pages take them.
enum UserAnswer {
    static func list(
        _ users: [User], _ standings: [String: Accounts.Standing], nowMs: Int64
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 400 * users.count + 64)
        writer.object { top in
            top.array("items") { list in
                for user in users {
                    list.object { write(user, standings[user.id], nowMs: nowMs, to: &$0) }
                }
            }
        }
        return writer.bytes
    }

    /// - Parameter temporaryPassword: told once, where one was made.
    static func one(
        _ user: User, _ standing: Accounts.Standing?, temporaryPassword: String?, nowMs: Int64
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            write(user, standing, nowMs: nowMs, to: &top)
            if let temporaryPassword { top.member("temporaryPassword", temporaryPassword) }
        }
        return writer.bytes
    }

    private static func write(
        _ user: User, _ standing: Accounts.Standing?, nowMs: Int64, to one: inout JSONWriter
    ) {
        one.member("id", user.id)
        one.member("version", "\(user.version)")
        one.member("username", user.username)
        one.member("displayName", user.displayName)
        one.array("roles") { list in
            for role in Role.allCases where user.roles.contains(role) { list.string(role.rawValue) }
        }
        one.member("isDisabled", user.isDisabled)
        one.member("hasFactor", user.hasFactor)
        if let id = user.ownPatientID { one.member("ownPatientId", id) }
        if let id = user.practitionerID { one.member("practitionerId", id) }
        one.member("createdAt", Timestamp.text(ms: user.createdMs))
        one.member("passwordChangedAt", Timestamp.text(ms: user.passwordChangedMs))
        guard let standing else { return }
        one.member("mustChangePassword", standing.mustChangePassword)
        one.member("sessions", standing.sessionCount)
        if let ms = standing.lastActMs { one.member("lastUsedAt", Timestamp.text(ms: ms)) }
        if let ms = standing.lockedForMs {
            one.member("lockedUntil", Timestamp.text(ms: nowMs + ms))
        }
    }
}
