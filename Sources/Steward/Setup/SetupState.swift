import FHIRModel
import Kernel
import Sealing

/// What the box is being set up for.
package enum ClinicKind: String, CaseIterable, Hashable, Sendable {
    /// People of flesh and blood.
    case clinic
    /// Invented people, to learn with.
    case practice
}

/// The screens of the setup, in their order.
package enum SetupStep: String, CaseIterable, Hashable, Sendable {
    case kind, clinic, administrator, kit
}

/// How far the setup has come; kept sealed after every step, so that nothing is asked twice.
struct SetupState: Sendable {
    /// Browsers that may go on with the setup at the same time; one more ends the oldest.
    static let sessionsMax = 4

    /// Counts the changes, from 0.
    var version = 0
    var kind: ClinicKind?
    var clinic: Clinic?
    var administrator: Administrator?
    var kit: Kit?
    /// SHA-256 of the tokens of the browsers that proved the setup code.
    var sessions: [[UInt8]] = []

    /// Who will be the first to sign in.
    struct Administrator: Sendable {
        let username: String
        let displayName: String
        let isClinician: Bool
        /// The account with its password's hash, as the target that owns accounts wrote it.
        let account: [UInt8]
    }

    /// The recovery kit that was shown, and what proves that somebody has it on paper.
    struct Kit: Sendable {
        let id: String
        /// UTC milliseconds.
        let madeMs: Int64
        /// Places of the groups to type back, from 1.
        let groups: [Int]
        let salt: [UInt8]
        let digest: [UInt8]

        /// Whether these are the groups that were asked for.
        func isProved(by typed: [String]) -> Bool {
            SHA256.equal(digest, Self.digest(typed, salt: salt))
        }

        static func digest(_ groups: [String], salt: [UInt8]) -> [UInt8] {
            SHA256.digest(salt + Array(groups.map(RecoveryCode.folded).joined().utf8))
        }
    }

    /// The first step that is open.
    var step: SetupStep {
        if kind == nil { return .kind }
        if clinic == nil { return .clinic }
        return administrator == nil ? .administrator : .kit
    }

    /// Whether a browser that carries the token may go on.
    func admits(_ token: String?) -> Bool {
        guard let token else { return false }
        let digest = SHA256.digest(Array(token.utf8))
        return sessions.contains { SHA256.equal($0, digest) }
    }

    /// Lets one more browser go on.
    mutating func admit(_ token: String) {
        sessions.append(SHA256.digest(Array(token.utf8)))
        sessions = Array(sessions.suffix(Self.sessionsMax))
    }
}

extension SetupState {
    /// Reads what ``encoded`` wrote.
    init(_ bytes: [UInt8]) throws {
        let json = try JSON.parse(bytes)
        version = json["version"]?.int ?? 0
        kind = json.string("kind").flatMap(ClinicKind.init)
        clinic = try json["clinic"].map { try Clinic(answers: $0) }
        administrator = json["administrator"].flatMap { person in
            guard let username = person.string("username"),
                let account = person.string("account").flatMap({ Hex.bytes($0) })
            else { return nil }
            return Administrator(
                username: username, displayName: person.string("displayName") ?? username,
                isClinician: person["isClinician"]?.bool ?? false, account: account)
        }
        kit = json["kit"].flatMap { kit in
            guard let id = kit.string("id"),
                let salt = kit.string("salt").flatMap({ Hex.bytes($0) }),
                let digest = kit.string("digest").flatMap({ Hex.bytes($0) })
            else { return nil }
            return Kit(
                id: id, madeMs: Int64(kit["madeMs"]?.int ?? 0),
                groups: kit["groups"]?.elements.compactMap(\.int) ?? [], salt: salt,
                digest: digest)
        }
        sessions =
            json["sessions"]?.elements.compactMap { $0.string.flatMap { Hex.bytes($0) } } ?? []
    }

    /// The form in which it is kept, sealed.
    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("version", version)
        if let kind { writer.member("kind", kind.rawValue) }
        if let clinic { writer.member("clinic", raw: clinic.encode()) }
        if let administrator {
            writer.object("administrator") { one in
                one.member("username", administrator.username)
                one.member("displayName", administrator.displayName)
                one.member("isClinician", administrator.isClinician)
                one.member("account", Hex.text(administrator.account))
            }
        }
        if let kit {
            writer.object("kit") { one in
                one.member("id", kit.id)
                one.member("madeMs", Int(kit.madeMs))
                one.array("groups") { list in for group in kit.groups { list.number(group) } }
                one.member("salt", Hex.text(kit.salt))
                one.member("digest", Hex.text(kit.digest))
            }
        }
        writer.array("sessions") { list in for one in sessions { list.string(Hex.text(one)) } }
        writer.endObject()
        return writer.bytes
    }
}
