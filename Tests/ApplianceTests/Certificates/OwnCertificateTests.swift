import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import Synchronization
import TestKit
import Testing

/// A certificate that the clinic brings: checked, tried, confirmed or taken back.
@Suite struct `Own certificate` {
    private static let host = "ehr.clinic.example"

    private static func ownEnds(_ box: KeeperBox) async throws -> Bool {
        try await box.served.contains { $0.string("kind") == "own" }
    }

    private static func started(
        _ box: KeeperBox, _ own: OwnCertificate
    ) async throws -> (token: String, number: Int) {
        let started = try await box.keeper.bring(try await box.grant, own.brought)
        let tls = try await box.view["trial"]
        #expect(tls != nil)
        return (try #require(started.token), 2)
    }

    @Test func `one that a browser confirms stays, also after a restart`() async throws {
        try await KeeperBox.with { box in
            let tls = try await box.serve(Self.host)
            let own = try OwnCertificate([Self.host])
            let token = try await Self.started(box, own).token
            let stale = 1
            #expect(tls.number == 2)
            await #expect(throws: Problem(.conflict, "")) {
                try await box.keeper.confirm(
                    try await box.grant, token: token, identityNumber: stale, host: Self.host)
            }
            await #expect(throws: Problem(.conflict, "")) {
                try await box.keeper.confirm(
                    try await box.grant, token: token, identityNumber: 2, host: "red-mesa.local")
            }
            await #expect(throws: Problem(.notFound, "")) {
                try await box.keeper.confirm(
                    try await box.grant, token: "guess", identityNumber: 2, host: Self.host)
            }
            try await box.keeper.confirm(
                try await box.grant, token: token, identityNumber: 2, host: Self.host)
            #expect(box.keeper.isTrusted(Self.host) && !box.keeper.isTrusted("red-mesa.local"))
            box.test.clock.advance(ms: 61_000)
            #expect(try await !box.keeper.endTrial(try await box.grant))
            let later = box.restarted
            try await later.serve(Self.host)
            #expect(try await Self.ownEnds(later))
            #expect(later.keeper.isTrusted(Self.host))
        }
    }

    @Test func `one that nobody confirms is taken back after a minute`() async throws {
        try await KeeperBox.with { box in
            let tls = try await box.serve(Self.host)
            _ = try await Self.started(box, try OwnCertificate([Self.host]))
            box.test.clock.advance(ms: 59_000)
            #expect(try await !box.keeper.endTrial(try await box.grant))
            await #expect(throws: Problem(.conflict, "")) {
                try await box.keeper.bring(
                    try await box.grant, try OwnCertificate([Self.host]).brought)
            }
            box.test.clock.advance(ms: 2_000)
            #expect(try await box.keeper.endTrial(try await box.grant))
            #expect(tls.number == 3)
            #expect(try await !Self.ownEnds(box))
            #expect(box.machine.value.withLock(\.notices) == ["certificate.rolled-back"])
        }
    }

    @Test func `a box that loses its power meanwhile starts with the one of before`() async throws {
        try await KeeperBox.with { box in
            try await box.serve(Self.host)
            _ = try await Self.started(box, try OwnCertificate([Self.host]))
            let later = box.restarted
            try await later.serve(Self.host)
            #expect(try await !Self.ownEnds(later))
            #expect(try await later.view["trial"] == nil)
        }
    }

    @Test func `a certificate of another place is refused, one that leads here is not`()
        async throws
    {
        try await KeeperBox.with { box in
            try await box.serve()
            let own = try OwnCertificate(["www.example"])
            await #expect(throws: Problem(.value, "")) {
                try await box.keeper.bring(try await box.grant, own.brought)
            }
            #expect(try await box.view["trial"] == nil)
            box.machine.value.withLock { $0.resolving = ["www.example"] }
            let started = try await box.keeper.bring(try await box.grant, own.brought)
            #expect(started.names == ["www.example"])
            #expect(box.keeper.isName("www.example"))
        }
    }

    @Test func `a wrong pair changes nothing and says what is wrong`() async throws {
        try await KeeperBox.with { box in
            let tls = try await box.serve(Self.host)
            let one = try OwnCertificate([Self.host])
            let two = try OwnCertificate([Self.host])
            do {
                _ = try await box.keeper.bring(
                    try await box.grant,
                    CertificateKeeper.Brought(
                        certificatePEM: one.chain, keyPEM: two.key, host: nil))
                Issue.record("a wrong key was taken")
            } catch let problem as Problem {
                #expect(problem.detail.contains("does not belong") && problem.location == "key")
            }
            #expect(tls.number == 1)
        }
    }

    @Test func `a signing request waits with its key until its certificate comes`() async throws {
        try await KeeperBox.with { box in
            try await box.serve(Self.host)
            let request = try await box.keeper.request(try await box.grant, names: [Self.host])
            let folder = try TemporaryFolder()
            let path = folder.path
            let root = try Certificates.makeAuthority(
                name: "Cedar Root", dnsNames: ["example"], nowMs: KeeperBox.rightMs)
            TemporaryFolder.write(Array(request.utf8), to: path + "/request")
            TemporaryFolder.write(Array(root.certificatePEM.utf8), to: path + "/ca")
            TemporaryFolder.write(root.keyPEM.withBytes { Array($0) }, to: path + "/cakey")
            TemporaryFolder.write(
                Array("subjectAltName=DNS:\(Self.host)\n".utf8), to: path + "/names")
            let signed = try await TestKit.Program.running(
                "/usr/bin/openssl",
                [
                    "x509", "-req", "-in", path + "/request", "-CA", path + "/ca", "-CAkey",
                    path + "/cakey", "-days", "3000", "-extfile", path + "/names", "-out",
                    path + "/leaf",
                ], errors: .withOutput)
            #expect(signed.status == 0, "\(signed.text)")
            // openssl signs from today on.
            box.test.clock.turn(toWallMs: KeeperBox.rightMs + 86_400_000)
            let leaf = TemporaryFolder.bytes(of: path + "/leaf")
            let restarted = box.restarted
            try await restarted.serve(Self.host)
            let started = try await restarted.keeper.bring(
                try await box.grant,
                CertificateKeeper.Brought(certificatePEM: leaf, keyPEM: nil, host: nil),
                isSure: true)
            #expect(started.token == nil)
            #expect(try await Self.ownEnds(restarted))
            #expect(try await restarted.view["request"] == nil)
        }
    }

    @Test func `the box's own is there again after a reset`() async throws {
        try await KeeperBox.with { box in
            try await box.serve(Self.host)
            _ = try await box.keeper.bring(
                try await box.grant, try OwnCertificate([Self.host]).brought, isSure: true)
            #expect(try await Self.ownEnds(box))
            #expect(try await box.keeper.reset(try await box.grant))
            #expect(try await !box.keeper.reset(try await box.grant))
            let later = box.restarted
            try await later.serve(Self.host)
            #expect(try await !Self.ownEnds(later))
        }
    }

    @Test func `trust that a device confirmed holds over restarts and for that issuer only`()
        async throws
    {
        try await KeeperBox.with { box in
            try await box.serve(Self.host)
            #expect(!box.keeper.isTrusted("red-mesa.local"))
            #expect(try await box.keeper.trust(try await box.grant, host: "red-mesa.local"))
            #expect(try await !box.keeper.trust(try await box.grant, host: "red-mesa.local"))
            #expect(try await !box.keeper.trust(try await box.grant, host: "localhost"))
            #expect(try await !box.keeper.trust(try await box.grant, host: "evil.example"))
            let later = box.restarted
            try await later.serve(Self.host)
            #expect(later.keeper.isTrusted("red-mesa.local") && later.keeper.isTrusted(Self.host))
            _ = try await later.keeper.bring(
                try await box.grant, try OwnCertificate([Self.host]).brought, isSure: true)
            #expect(!later.keeper.isTrusted(Self.host))
            #expect(later.keeper.isTrusted("red-mesa.local"))
        }
    }
}
