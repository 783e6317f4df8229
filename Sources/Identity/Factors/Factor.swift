import FHIRModel
import Kernel
import Sealing

/// One second factor of a person.
struct Factor: Sendable {
    /// What proves it.
    enum Kind: Sendable {
        case totp(App)
        case passkey(Passkey)
    }

    /// An authenticator app.
    struct App: Sendable {
        let seed: SecretBytes
        /// The last step whose code was used; no code of it or before it is taken again.
        var lastStep: Int64
    }

    /// A passkey, as the box keeps it.
    struct Passkey: Sendable {
        let credentialID: [UInt8]
        /// The public key as COSE.
        let publicKey: [UInt8]
        /// The name of the box that it is bound to.
        let partyID: String
        /// How often it signed, as far as it tells; 0 where it does not count.
        var signCount: UInt32
    }

    let id: String
    let userID: String
    /// What the person calls it.
    var name: String
    /// UTC milliseconds.
    let createdMs: Int64
    /// UTC milliseconds.
    var usedMs: Int64?
    var kind: Kind

    /// The form in which it is sealed.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", name)
        writer.member("createdMs", Int(createdMs))
        if let usedMs { writer.member("usedMs", Int(usedMs)) }
        switch kind {
        case .totp(let app):
            writer.member("seed", app.seed.withBytes { Hex.text($0) })
            writer.member("lastStep", Int(app.lastStep))
        case .passkey(let passkey):
            writer.member("credential", Base64URL.text(passkey.credentialID))
            writer.member("publicKey", Base64URL.text(passkey.publicKey))
            writer.member("party", passkey.partyID)
            writer.member("signCount", Int(passkey.signCount))
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads the sealed form; nil for what is none.
    init?(id: String, userID: String, bytes: [UInt8]) {
        // A value that does not parse is no factor, as one that does not open.
        guard let json = try? JSON.parse(bytes), let name = json.string("name"),
            let createdMs = json["createdMs"]?.int, let kind = Self.kind(json)
        else { return nil }
        self.init(
            id: id, userID: userID, name: name, createdMs: Int64(createdMs),
            usedMs: json["usedMs"]?.int.map(Int64.init), kind: kind)
    }

    init(
        id: String, userID: String, name: String, createdMs: Int64, usedMs: Int64? = nil,
        kind: Kind
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.createdMs = createdMs
        self.usedMs = usedMs
        self.kind = kind
    }

    private static func kind(_ json: JSON) -> Kind? {
        if let seed = json.string("seed").flatMap(Hex.bytes) {
            return .totp(
                App(
                    seed: SecretBytes(copying: seed), lastStep: Int64(json["lastStep"]?.int ?? 0)))
        }
        guard let id = json.string("credential").flatMap(Base64URL.bytes),
            let key = json.string("publicKey").flatMap(Base64URL.bytes),
            let party = json.string("party")
        else { return nil }
        return .passkey(
            Passkey(
                credentialID: id, publicKey: key, partyID: party,
                signCount: UInt32(clamping: json["signCount"]?.int ?? 0)))
    }
}
