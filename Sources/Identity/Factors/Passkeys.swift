import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import Sealing
import ServerKit
import WebAuthn

/// A number that a passkey signs once.
struct Challenge: Sendable {
    /// How long it holds, in milliseconds.
    static let lifeMs: Int64 = 300_000

    /// The number in base64url, as browsers send it back.
    let text: String

    static func random() throws(SealingError) -> Challenge {
        Challenge(text: Base64URL.text(try Random.bytes(32)))
    }
}

/// What the box tells of itself to those who sign in.
package struct SignInFacts: Sendable {
    package let clinicName: String
    /// The names that passkeys may be bound to; never an address of numbers.
    package let names: [String]

    /// Collects the facts.
    package init(clinicName: String, names: [String]) {
        self.clinicName = clinicName
        self.names = names
    }
}

/// The name of the box and the page that asks a passkey.
struct Party: Sendable {
    let id: String
    let origin: String

    /// - Throws: ``Problem`` `.notSupported` where the browser came by no stable name.
    init(_ request: Request, _ facts: SignInFacts) throws(Problem) {
        let authority = request.head.authority?.lowercased() ?? ""
        let host = String(authority.prefix { $0 != ":" })
        guard facts.names.contains(where: { $0.lowercased() == host }) else {
            let name = facts.names.first ?? "a name"
            throw Problem(
                .notSupported,
                "A passkey is bound to a name, and this page was opened by an address of numbers. "
                    + "Open the box as https://\(name) to use passkeys.")
        }
        id = host
        origin = "https://" + authority
    }
}

/// What a passkey answered, as it came.
struct PasskeyAnswer: Sendable {
    let credentialID: [UInt8]
    /// The id of the user that the passkey says it belongs to.
    let userHandle: [UInt8]?
    private let parts: Assertion.Parts
    private let ceremony: Ceremony

    /// Reads the answer out of a request.
    ///
    /// - Throws: ``Problem`` `.value` for what is none.
    init(_ json: JSON?, _ ceremony: Ceremony) throws(Problem) {
        func bytes(_ name: String) -> [UInt8]? { json?.string(name).flatMap(Base64URL.bytes) }
        guard let id = bytes("id"), let clientData = bytes("clientDataJSON"),
            let data = bytes("authenticatorData"), let signature = bytes("signature")
        else {
            throw Problem(.value, "The answer of the passkey is not whole.", location: "passkey")
        }
        credentialID = id
        userHandle = bytes("userHandle").flatMap { $0.isEmpty ? nil : $0 }
        parts = Assertion.Parts(
            clientData: clientData, authenticatorData: data, signature: signature)
        self.ceremony = ceremony
    }

    /// Checks the answer under the key that the box knows.
    func check(_ passkey: Factor.Passkey, userID: String) -> Result<Assertion, WebAuthnError> {
        guard passkey.partyID == ceremony.partyID else { return .failure(.relyingParty) }
        guard userHandle == nil || userHandle == Array(userID.utf8) else {
            return .failure(.userHandle)
        }
        do throws(WebAuthnError) {
            return .success(
                try Assertion(parts, publicKey: passkey.publicKey, ceremony, .ofBox))
        } catch {
            return .failure(error)
        }
    }
}

extension Computations {
    /// By libcrypto.
    static let ofBox = Computations(
        sha256: { SHA256.digest($0) },
        isSigned: { key, bytes, signature in
            switch key {
            case .p256(let x, let y):
                SignatureCheck.p256(x: x, y: y, bytes: bytes, signature: signature)
            case .rsa(let modulus, let exponent):
                SignatureCheck.rsa(
                    modulus: modulus, exponent: exponent, bytes: bytes, signature: signature)
            }
        })
}

/// What a page hands to the browser to ask for a passkey.
enum PasskeyOptions {
    /// To sign in, or to prove anew who one is; with no ids the browser offers what it knows.
    static func get(
        _ challenge: Challenge, _ party: Party, ids: [[UInt8]], needsVerification: Bool
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.member("challenge", challenge.text)
            top.member("rpId", party.id)
            top.member("userVerification", needsVerification ? "required" : "preferred")
            top.member("timeoutMs", Int(Challenge.lifeMs))
            top.array("allow") { list in
                for id in ids { list.string(Base64URL.text(id)) }
            }
        }
        return writer.bytes
    }

    /// To set one up.
    static func create(
        _ challenge: Challenge, _ party: Party, _ user: User, name: String, known: [[UInt8]]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.member("challenge", challenge.text)
            top.object("rp") { rp in
                rp.member("id", party.id)
                rp.member("name", name)
            }
            top.object("user") { one in
                one.member("id", Base64URL.text(Array(user.id.utf8)))
                one.member("name", user.username)
                one.member("displayName", user.displayName)
            }
            top.array("algorithms") { list in
                for number in PublicKey.algorithms { list.number(number) }
            }
            top.member("timeoutMs", Int(Challenge.lifeMs))
            top.array("exclude") { list in
                for id in known { list.string(Base64URL.text(id)) }
            }
        }
        return writer.bytes
    }
}
