import Kernel
import Sealing
import TestKit
import Testing
import WebAuthn

@Suite("What passkeys answer")
struct WebAuthnTests {
    private typealias Change = @Sendable (inout TestAuthenticator) -> Void

    private static let ceremony = Ceremony(
        challenge: "Y2hhbGxlbmdl", partyID: "clinic.local", origin: "https://clinic.local",
        needsVerification: true)

    /// A signature is the digest of what is signed, which is enough to tell right from wrong here.
    private static let computations = Computations(
        sha256: { SHA256.digest($0) },
        isSigned: { _, bytes, signature in
            SHA256.digest(bytes) == signature
        })

    private static func setUp(
        _ authenticator: TestAuthenticator, attestation: [UInt8]? = nil
    ) -> Result<MadeCredential, WebAuthnError> {
        Result { () throws(WebAuthnError) in
            try MadeCredential(
                clientData: authenticator.clientData("webauthn.create"),
                attestationObject: attestation ?? authenticator.attestation(), ceremony,
                computations)
        }
    }

    private static func sign(
        _ authenticator: TestAuthenticator, data: [UInt8]? = nil, signature: [UInt8]? = nil,
        key: [UInt8]? = nil
    ) -> Result<Assertion, WebAuthnError> {
        let client = authenticator.clientData("webauthn.get")
        let data = data ?? authenticator.data(attested: false)
        let signed = signature ?? SHA256.digest(data + SHA256.digest(client))
        return Result { () throws(WebAuthnError) in
            try Assertion(
                .init(clientData: client, authenticatorData: data, signature: signed),
                publicKey: key ?? authenticator.key, ceremony, computations)
        }
    }

    private static func error<Value>(_ result: Result<Value, WebAuthnError>) -> WebAuthnError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test func `an honest passkey is set up and signs`() throws {
        let made = try Self.setUp(TestAuthenticator()).get()
        #expect(made.id == [UInt8](repeating: 7, count: 16))
        #expect(made.publicKey == TestAuthenticator().key)
        #expect(made.signCount == 1 && made.isVerified)
        let signed = try Self.sign(TestAuthenticator()).get()
        #expect(signed.signCount == 1 && signed.isVerified)
    }

    @Test func `extensions and a key that is backed up are taken`() throws {
        var authenticator = TestAuthenticator()
        authenticator.flags = 0x9D
        let more = TestCBOR.map([(TestCBOR.text("credProtect"), TestCBOR.int(2))])
        _ = try Self.sign(authenticator, data: authenticator.data(attested: false) + more).get()
        let data = authenticator.data(attested: true) + more
        _ = try Self.setUp(authenticator, attestation: authenticator.attestation(data)).get()
    }

    @Test func `an RSA key is taken`() throws {
        var authenticator = TestAuthenticator()
        authenticator.key = TestCBOR.map([
            (TestCBOR.int(1), TestCBOR.int(3)), (TestCBOR.int(3), TestCBOR.int(-257)),
            (TestCBOR.int(-1), TestCBOR.bytes([UInt8](repeating: 9, count: 256))),
            (TestCBOR.int(-2), TestCBOR.bytes([1, 0, 1])),
        ])
        _ = try Self.setUp(authenticator).get()
        _ = try Self.sign(authenticator).get()
    }

    private static let wrong: [(String, WebAuthnError, Change)] = [
        ("another type", .type, { $0.type = "webauthn.other" }),
        ("an older challenge", .challenge, { $0.challenge = "b2xkZXI" }),
        ("no challenge", .challenge, { $0.challenge = "" }),
        ("the challenge with filling characters", .challenge, { $0.challenge += "=" }),
        ("a page of another site", .origin, { $0.origin = "https://evil.example" }),
        ("a page without TLS", .origin, { $0.origin = "http://clinic.local" }),
        ("another port", .origin, { $0.origin = "https://clinic.local:444" }),
        ("a name below ours", .origin, { $0.origin = "https://a.clinic.local" }),
        ("a name that begins like ours", .origin, { $0.origin = "https://clinic.local.evil" }),
        ("a page within another", .crossOrigin, { $0.more = #","crossOrigin":true"# }),
        ("a page that does not say whether", .crossOrigin, { $0.more = #","crossOrigin":"no""# }),
        ("a page that names one on top", .crossOrigin, { $0.more = #","topOrigin":"x""# }),
        ("client data that is no JSON", .clientData, { $0.more = "," }),
        (
            "client data without end", .tooLong,
            { $0.more = ",\"x\":\"" + String(repeating: "x", count: 5_000) + "\"" }
        ),
        ("another name of the box", .relyingParty, { $0.partyID = "evil.example" }),
        ("nobody who touched it", .userPresence, { $0.flags = 0x04 }),
        ("nobody who was checked", .userVerification, { $0.flags = 0x01 }),
        ("a backup of what cannot be backed up", .flags, { $0.flags = 0x15 }),
        ("an extension that is not there", .truncated, { $0.flags = 0x85 }),
    ]

    @Test(arguments: wrong.indices) func `both ceremonies refuse it`(index: Int) {
        let (what, expected, change) = Self.wrong[index]
        var authenticator = TestAuthenticator()
        change(&authenticator)
        #expect(Self.error(Self.sign(authenticator)) == expected, "\(what)")
        #expect(Self.error(Self.setUp(authenticator)) == expected, "\(what)")
    }

    private static let wrongKeys: [(String, WebAuthnError, Change)] = [
        ("another algorithm", .publicKey, { $0.key = key(algorithm: -35) }),
        ("another curve", .publicKey, { $0.key = key(curve: 2) }),
        ("a short point", .publicKey, { $0.key = TestCBOR.key(x: [1], y: [2]) }),
        ("no key", .truncated, { $0.key = [] }),
        ("a cut key", .truncated, { $0.key.removeLast() }),
        ("a key with something behind it", .trailingBytes, { $0.key.append(0) }),
        ("a list of no end", .cbor, { $0.key = [0xBF, 0xFF] }),
        ("a tag", .cbor, { $0.key = [0xC0, 0x00] }),
        ("a number with a point", .cbor, { $0.key = [0xF9, 0x00, 0x00] }),
        ("a number longer than it has to be", .cbor, { $0.key = [0xA1, 0x18, 0x01, 0x02] }),
        ("a key twice in a map", .cbor, { $0.key = [0xA2, 0x01, 0x02, 0x01, 0x02] }),
        ("nesting without end", .cbor, { $0.key = [UInt8](repeating: 0x81, count: 50) + [0] }),
        ("a map larger than the message", .truncated, { $0.key = [0xBA, 0xFF, 0xFF, 0xFF, 0xFF] }),
        ("a text that is no UTF-8", .cbor, { $0.key = [0xA1, 0x61, 0xFF, 0x00] }),
        ("an empty id", .credential, { $0.credentialID = [] }),
        (
            "an id without end", .credential,
            { $0.credentialID = [UInt8](repeating: 1, count: 1_024) }
        ),
        ("an attestation of a maker", .attestationFormat, { $0.format = "packed" }),
        (
            "a statement", .attestationFormat,
            { $0.statement = TestCBOR.map([(TestCBOR.text("x"), TestCBOR.int(1))]) }
        ),
    ]

    private static func key(algorithm: Int = -7, curve: Int = 1) -> [UInt8] {
        TestCBOR.key(
            x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 2, count: 32),
            algorithm: algorithm, curve: curve)
    }

    @Test(arguments: wrongKeys.indices) func `no such passkey is set up`(index: Int) {
        let (what, expected, change) = Self.wrongKeys[index]
        var authenticator = TestAuthenticator()
        change(&authenticator)
        #expect(Self.error(Self.setUp(authenticator)) == expected, "\(what)")
    }

    @Test func `parts that are missing, doubled or left over are refused`() {
        let one = TestAuthenticator()
        #expect(Self.error(Self.setUp(one, attestation: [])) == .truncated)
        #expect(Self.error(Self.setUp(one, attestation: [0xA0])) == .attestationObject)
        #expect(Self.error(Self.setUp(one, attestation: one.attestation() + [0])) == .trailingBytes)
        #expect(
            Self.error(Self.setUp(one, attestation: [UInt8](repeating: 0, count: 5_000)))
                == .tooLong)
        let bare = one.attestation(one.data(attested: false))
        #expect(Self.error(Self.setUp(one, attestation: bare)) == .credential)
        let long = one.attestation(one.data(attested: true) + [0])
        #expect(Self.error(Self.setUp(one, attestation: long)) == .trailingBytes)
    }

    @Test func `a signature over something else is refused`() {
        let one = TestAuthenticator()
        #expect(Self.error(Self.sign(one, signature: [])) == .signature)
        #expect(
            Self.error(Self.sign(one, signature: [UInt8](repeating: 1, count: 32))) == .signature)
        #expect(
            Self.error(Self.sign(one, signature: [UInt8](repeating: 1, count: 2_000))) == .tooLong)
        #expect(Self.error(Self.sign(one, key: [0xA0])) == .publicKey)
        #expect(Self.error(Self.sign(one, data: one.data(attested: true))) == .authenticatorData)
        let short = Array(one.data(attested: false).dropLast())
        #expect(Self.error(Self.sign(one, data: short)) == .truncated)
        #expect(Self.error(Self.sign(one, data: one.data(attested: false) + [0])) == .trailingBytes)
    }

    @Test func `no cut and no changed byte passes or fails otherwise than by a refusal`() {
        let one = TestAuthenticator()
        let whole = one.attestation()
        for count in whole.indices {
            #expect(Self.error(Self.setUp(one, attestation: Array(whole[..<count]))) != nil)
        }
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            _ = Self.setUp(one, attestation: bytes)
        }
    }
}
