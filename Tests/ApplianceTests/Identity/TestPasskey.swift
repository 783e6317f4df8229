import Kernel
import Sealing
import TestKit
import WebAuthn

/// Bytes of CBOR, made by hand.
enum TestCBOR {
    static func head(_ major: UInt8, _ count: Int) -> [UInt8] {
        switch count {
        case ..<24: [major << 5 | UInt8(count)]
        case ..<256: [major << 5 | 24, UInt8(count)]
        default: [major << 5 | 25, UInt8(count >> 8), UInt8(count & 0xFF)]
        }
    }

    static func int(_ number: Int) -> [UInt8] {
        number < 0 ? head(1, -1 - number) : head(0, number)
    }

    static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, bytes.count) + bytes }

    static func text(_ text: String) -> [UInt8] { head(3, text.utf8.count) + Array(text.utf8) }

    static func map(_ pairs: [([UInt8], [UInt8])]) -> [UInt8] {
        head(5, pairs.count) + pairs.flatMap { $0.0 + $0.1 }
    }

    /// A P-256 key in COSE form.
    static func key(x: [UInt8], y: [UInt8], algorithm: Int = -7, curve: Int = 1) -> [UInt8] {
        map([
            (int(1), int(2)), (int(3), int(algorithm)), (int(-1), int(curve)),
            (int(-2), bytes(x)), (int(-3), bytes(y)),
        ])
    }
}

/// What an authenticator writes; every part can be made wrong.
struct TestAuthenticator {
    var partyID = "clinic.local"
    /// User present and verified.
    var flags: UInt8 = 0x05
    var signCount: UInt32 = 1
    var credentialID = [UInt8](repeating: 7, count: 16)
    var key = TestCBOR.key(
        x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 2, count: 32))
    var format = "none"
    var statement = TestCBOR.map([])
    var type: String?
    var challenge = "Y2hhbGxlbmdl"
    var origin = "https://clinic.local"
    /// What stands behind the known members of the client data.
    var more = #","crossOrigin":false"#

    func clientData(_ type: String) -> [UInt8] {
        Array(
            #"{"type":"\#(self.type ?? type)","challenge":"\#(challenge)","origin":"\#(origin)"\#(more)}"#
                .utf8)
    }

    func data(attested: Bool) -> [UInt8] {
        let count = (0..<4).map { UInt8(truncatingIfNeeded: signCount >> UInt32(24 - 8 * $0)) }
        let head = SHA256.digest(Array(partyID.utf8)) + [attested ? flags | 0x40 : flags] + count
        guard attested else { return head }
        let length = [UInt8(credentialID.count >> 8), UInt8(credentialID.count & 0xFF)]
        return head + [UInt8](repeating: 0, count: 16) + length + credentialID + key
    }

    func attestation(_ data: [UInt8]? = nil) -> [UInt8] {
        TestCBOR.map([
            (TestCBOR.text("fmt"), TestCBOR.text(format)),
            (TestCBOR.text("attStmt"), statement),
            (TestCBOR.text("authData"), TestCBOR.bytes(data ?? self.data(attested: true))),
        ])
    }
}
