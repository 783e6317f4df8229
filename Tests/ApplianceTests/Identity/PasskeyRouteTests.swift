import AccessControl
import FHIRModel
import Glibc
import Identity
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

/// A passkey whose key the command `openssl` holds.
private struct KeyHolder {
    let folder: TemporaryFolder
    var authenticator = TestAuthenticator()
    var userHandle = ""

    init() throws {
        folder = try TemporaryFolder()
        _ = try Program.run(
            "/usr/bin/openssl",
            ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder.path + "/key"])
        let der = try Program.run(
            "/usr/bin/openssl",
            ["ec", "-in", folder.path + "/key", "-pubout", "-outform", "DER"]
        ).output
        let point = Array(der.suffix(64))
        authenticator.key = TestCBOR.key(x: Array(point.prefix(32)), y: Array(point.suffix(32)))
    }

    /// The body that a page sends to set the passkey up.
    func setUp(_ options: JSON) -> String {
        var one = authenticator
        one.challenge = options.string("challenge") ?? ""
        let client = Self.letters(one.clientData("webauthn.create"))
        return
            #"{"name":"Key","clientDataJSON":"\#(client)","attestationObject":"\#(Self.letters(one.attestation()))"}"#
    }

    /// The body that a page sends with a signed challenge.
    func sign(_ options: JSON) throws -> String {
        var one = authenticator
        if one.challenge == TestAuthenticator().challenge {
            one.challenge = options.string("challenge") ?? ""
        }
        let client = one.clientData("webauthn.get")
        let data = one.data(attested: false)
        let path = folder.path + "/signed"
        try Self.write(data + SHA256.digest(client), to: path)
        let signature = try Program.run(
            "/usr/bin/openssl", ["dgst", "-sha256", "-sign", folder.path + "/key", path]
        ).output
        return """
            {"passkey":{"id":"\(Self.letters(one.credentialID))",\
            "clientDataJSON":"\(Self.letters(client))","authenticatorData":"\(Self.letters(data))",\
            "signature":"\(Self.letters(signature))","userHandle":"\(userHandle)"}}
            """
    }

    static func letters(_ bytes: [UInt8]) -> String {
        let letters = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let bits = (0..<3).reduce(UInt32(0)) {
                $0 << 8 | ($1 < group.count ? UInt32(group[$1]) : 0)
            }
            for index in 0...group.count {
                out.append(letters[Int(bits >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}

@Suite("Passkeys over the wire", .enabled(if: access("/usr/bin/openssl", X_OK) == 0))
struct PasskeyRouteTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture { $0.factorRoles = [.physician] }
        try await fixture.add("jane", [.physician])
    }

    /// Sets a passkey up, as the first factor of somebody who just signed in.
    private static func holder(_ server: IdentityServer) async throws -> KeyHolder {
        let jane = try await server.signIn("jane")
        var holder = try KeyHolder()
        let path = "/api/v1/auth/factors/passkeys"
        let options = try #require(try await jane.send("POST", path + "/options").json)
        holder.userHandle = options["user"]?.string("id") ?? ""
        #expect(options["rp"]?.string("id") == "clinic.local")
        let done = try await jane.send("POST", path, holder.setUp(options))
        #expect(done.status == 200 && done.json?["recoveryCodes"]?.count == 10)
        #expect(try await jane.send("GET", "/api/v1/probe").status == 200)
        // The challenge is used up.
        #expect(try await jane.send("POST", path, holder.setUp(options)).status == 400)
        return holder
    }

    private static func step(_ answer: Answer) -> [String: String] {
        let token = answer.cookie("__Host-tribal-ehr-sign-in") ?? ""
        return ["Cookie": "__Host-tribal-ehr-sign-in=\(token)"]
    }

    /// Signs in with a passkey alone; answers the status.
    private static func alone(
        _ server: IdentityServer, _ holder: KeyHolder
    ) async throws -> Answer {
        let asked = try await server.send("POST", "/api/v1/auth/passkey/options", "{}")
        let options = try #require(asked.json)
        return try await server.send(
            "POST", "/api/v1/auth/passkey", try holder.sign(options), step(asked))
    }

    @Test func `a passkey is the second step, once for each challenge`() async throws {
        try await IdentityServer.with(fixture) { server in
            var holder = try await Self.holder(server)
            let login = try await server.signIn("jane").login
            #expect(login.json?["methods"]?[0]?.string == "passkey")
            let cookie = Self.step(login)
            let asked = try await server.send("POST", "/api/v1/auth/factor/options", "{}", cookie)
            let options = try #require(asked.json)
            #expect(options["allow"]?.count == 1)
            holder.authenticator.signCount = 2
            holder.authenticator.flags = 0x01
            let body = try holder.sign(options)
            let done = try await server.send("POST", "/api/v1/auth/factor/passkey", body, cookie)
            #expect(done.status == 200 && done.json?.string("csrfToken") != nil)
            let again = try await server.send("POST", "/api/v1/auth/factor/passkey", body, cookie)
            #expect(again.status == 400)
        }
    }

    @Test func `a passkey alone signs in where it checked the person`() async throws {
        try await IdentityServer.with(fixture) { server in
            var holder = try await Self.holder(server)
            holder.authenticator.signCount = 2
            let done = try await Self.alone(server, holder)
            #expect(done.status == 200 && done.json?.string("next") == nil)

            holder.authenticator.signCount = 3
            holder.authenticator.flags = 0x01
            #expect(try await Self.alone(server, holder).status == 400)
            holder.authenticator.flags = 0x05
            let handle = holder.userHandle
            holder.userHandle = ""
            #expect(try await Self.alone(server, holder).status == 401)
            holder.userHandle = KeyHolder.letters(Array("somebody else".utf8))
            #expect(try await Self.alone(server, holder).status == 401)
            holder.userHandle = handle
            holder.authenticator.credentialID = [UInt8](repeating: 8, count: 16)
            #expect(try await Self.alone(server, holder).status == 401)
        }
    }

    @Test func `a counter that goes back is refused and told`() async throws {
        try await IdentityServer.with(fixture) { server in
            var holder = try await Self.holder(server)
            holder.authenticator.signCount = 9
            #expect(try await Self.alone(server, holder).status == 200)
            for count: UInt32 in [9, 8, 0] {
                holder.authenticator.signCount = count
                #expect(try await Self.alone(server, holder).status == 403)
            }
        }
        #expect(try await fixture.messages("factor.passkey-copied") == 3)
        let entries = try await fixture.store.auditTail(20)
        #expect(entries.contains { $0.detail == "the passkey's counter went back" })
    }

    @Test func `another page, name, key or challenge is refused`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let holder = try await Self.holder(server)
            for number in 0..<4 {
                var other = holder
                other.authenticator.signCount = 2
                switch number {
                case 0: other.authenticator.origin = "https://evil.example"
                case 1: other.authenticator.partyID = "evil.example"
                case 2: other.authenticator.challenge = "b2xkZXI"
                default:
                    let stranger = try KeyHolder()
                    other = stranger
                    other.userHandle = holder.userHandle
                }
                #expect(try await Self.alone(server, other).status == 400, "case \(number)")
            }
            // Four wrong answers and one more are five: the account has to wait.
            var good = holder
            good.authenticator.signCount = 2
            #expect(try await Self.alone(server, good).status == 200)

            let asked = try await server.send("POST", "/api/v1/auth/passkey/options", "{}")
            clock.advance(ms: 300_000)
            good.authenticator.signCount = 3
            let late = try await server.send(
                "POST", "/api/v1/auth/passkey", try good.sign(try #require(asked.json)),
                Self.step(asked))
            #expect(late.status == 400)
        }
    }

    @Test func `a challenge belongs to the browser that asked for it`() async throws {
        try await IdentityServer.with(fixture) { server in
            var holder = try await Self.holder(server)
            holder.authenticator.signCount = 2
            let asked = try await server.send("POST", "/api/v1/auth/passkey/options", "{}")
            let other = try await server.send("POST", "/api/v1/auth/passkey/options", "{}")
            let body = try holder.sign(try #require(asked.json))
            let stolen = try await server.send(
                "POST", "/api/v1/auth/passkey", body, Self.step(other))
            #expect(stolen.status == 400)
            #expect(try await server.send("POST", "/api/v1/auth/passkey", body).status == 400)
        }
    }

    @Test func `a passkey is a fresh proof`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            var holder = try await Self.holder(server)
            holder.authenticator.signCount = 2
            let done = try await Self.alone(server, holder)
            var jane = Browser(
                server: server, session: done.cookie("__Host-tribal-ehr-session") ?? "",
                device: "", pageToken: done.json?.string("csrfToken") ?? "", login: done)
            clock.advance(ms: 300_000)
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 403)
            let asked = try await jane.send("POST", "/api/v1/auth/proof/options")
            holder.authenticator.signCount = 3
            let body = try holder.sign(try #require(asked.json))
            let proved = try await jane.send("POST", "/api/v1/auth/proof/passkey", body)
            #expect(proved.status == 204)
            jane.session = proved.cookie("__Host-tribal-ehr-session") ?? ""
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 204)
        }
    }
}
