import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of users.
enum UserRows {
    /// What is kept of a password: the argon2id text, and those before it, newest first.
    struct Secrets: Sendable {
        var current: String
        var earlier: [String]
    }

    /// Every user; a clinic has tens.
    static func all(_ grant: Grant, _ rows: RowReader) throws -> [User] {
        try read(rows.connection) { try rows.open($0, at: $1) }
    }

    /// Every user, as the transaction sees them.
    static func all(_ grant: Grant, in rows: RowWriter) throws -> [User] {
        try read(rows.connection) { try rows.open($0, at: $1) }
    }

    /// One user, as the transaction sees them; nil for an id that nobody has.
    static func one(_ grant: Grant, id: String, in rows: RowWriter) throws -> User? {
        try all(grant, in: rows).first { $0.id == id }
    }

    /// Adds a user.
    ///
    /// - Throws: ``Problem`` `.duplicate` if the name is taken.
    static func insert(_ grant: Grant, _ user: User, hash: String, _ rows: RowWriter) throws {
        do {
            try rows.connection.run(
                """
                INSERT INTO user (id, username_tag, sealed_profile, sealed_password, sealed_history)
                VALUES (?, ?, ?, ?, ?)
                """,
                .text(user.id), .int(rows.tag("username", Username.folded(user.username))),
                .bytes(try rows.seal(profile(user), at: place("sealed_profile", user.id))),
                .bytes(try rows.seal(Array(hash.utf8), at: place("sealed_password", user.id))),
                .bytes(try rows.seal([], at: place("sealed_history", user.id))))
        } catch let error as SQLiteError where error.isConstraint {
            throw Problem(.duplicate, "There is a user of this name already.", location: "username")
        }
    }

    /// Writes a user's names, roles and state.
    static func update(_ grant: Grant, _ user: User, _ rows: RowWriter) throws {
        try rows.connection.run(
            "UPDATE user SET sealed_profile = ? WHERE id = ?",
            .bytes(try rows.seal(profile(user), at: place("sealed_profile", user.id))),
            .text(user.id))
    }

    /// The secrets of a user, or nil for an id that nobody has.
    static func secrets(_ grant: Grant, id: String, _ rows: RowWriter) throws -> Secrets? {
        let statement = try rows.connection.statement(
            "SELECT sealed_password, sealed_history FROM user WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        let current = try rows.open(statement.bytes(0), at: place("sealed_password", id))
        let earlier = try rows.open(statement.bytes(1), at: place("sealed_history", id))
        return Secrets(
            current: String(decoding: current, as: UTF8.self),
            earlier: earlier.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) })
    }

    /// Writes the secrets of a user.
    static func set(_ grant: Grant, _ secrets: Secrets, id: String, _ rows: RowWriter) throws {
        let earlier = Array(secrets.earlier.joined(separator: "\n").utf8)
        try rows.connection.run(
            "UPDATE user SET sealed_password = ?, sealed_history = ? WHERE id = ?",
            .bytes(try rows.seal(Array(secrets.current.utf8), at: place("sealed_password", id))),
            .bytes(try rows.seal(earlier, at: place("sealed_history", id))), .text(id))
    }

    private static func read(
        _ connection: Connection, open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> [User] {
        let statement = try connection.statement("SELECT id, sealed_profile FROM user ORDER BY id")
        defer { statement.reset() }
        var users: [User] = []
        while try statement.step() {
            let id = statement.text(0)
            do {
                let bytes = try open(statement.bytes(1), place("sealed_profile", id))
                users.append(try user(id: id, JSON.parse(bytes)))
            } catch {
                throw damaged
            }
        }
        return users
    }

    private static var damaged: Problem {
        Problem(
            .security,
            "The row of a user was changed outside the program and does not open. Restore the "
                + "records from a backup.")
    }

    private static func place(_ column: String, _ id: String) -> Place {
        Place("user", column, row: id)
    }

    private static func profile(_ user: User) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("username", user.username)
        writer.member("displayName", user.displayName)
        writer.array("roles") { list in
            for role in user.roles.map(\.rawValue).sorted() { list.string(role) }
        }
        writer.member("isDisabled", user.isDisabled)
        writer.member("mustChangePassword", user.mustChangePassword)
        if let patient = user.ownPatientID { writer.member("ownPatientID", patient) }
        if let one = user.practitionerID { writer.member("practitionerID", one) }
        writer.member("version", user.version)
        writer.member("createdMs", Int(user.createdMs))
        writer.member("passwordChangedMs", Int(user.passwordChangedMs))
        writer.member("hasFactor", user.hasFactor)
        writer.member("mustSetUpFactor", user.mustSetUpFactor)
        if let askedMs = user.factorAskedMs { writer.member("factorAskedMs", Int(askedMs)) }
        writer.member("hasPIN", user.hasPIN)
        writer.endObject()
        return writer.bytes
    }

    private static func user(id: String, _ json: JSON) throws(Problem) -> User {
        guard let username = json.string("username") else { throw damaged }
        return User(
            id: id, username: username, displayName: json.string("displayName") ?? username,
            roles: Set(json["roles"]?.elements.compactMap { $0.string.flatMap(Role.init) } ?? []),
            isDisabled: json["isDisabled"]?.bool ?? true,
            mustChangePassword: json["mustChangePassword"]?.bool ?? true,
            ownPatientID: json.string("ownPatientID"),
            practitionerID: json.string("practitionerID"), version: json["version"]?.int ?? 1,
            createdMs: Int64(json["createdMs"]?.int ?? 0),
            passwordChangedMs: Int64(json["passwordChangedMs"]?.int ?? 0),
            hasFactor: json["hasFactor"]?.bool ?? false,
            mustSetUpFactor: json["mustSetUpFactor"]?.bool ?? false,
            factorAskedMs: json["factorAskedMs"]?.int.map(Int64.init),
            hasPIN: json["hasPIN"]?.bool ?? false)
    }
}
