import Sealing
import TestKit
import Testing

/// What a clinic brings as its own certificate, looked through.
@Suite("Certificate review")
struct CertificateReviewTests {
    private let nowMs: Int64 = 1_795_000_000_000

    private func issued(
        _ names: [String] = ["ehr.cedar.example"]
    ) throws -> (chain: String, key: SecretBytes, root: Certificates.Pair) {
        let root = try Certificates.makeAuthority(
            name: "Cedar Root", dnsNames: ["cedar.example"], nowMs: nowMs)
        let leaf = try Certificates.makeLeaf(
            dnsNames: names, addresses: [], authority: root, nowMs: nowMs)
        return (leaf.certificatePEM + root.certificatePEM, leaf.keyPEM, root)
    }

    private func fault(_ chain: String, _ key: SecretBytes, atMs: Int64? = nil) -> CertificateFault?
    {
        do {
            _ = try Certificates.review(
                chainPEM: Array(chain.utf8), keyPEM: key, nowMs: atMs ?? nowMs)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a sound chain is taken and its names are told`() throws {
        let (chain, key, _) = try issued()
        let reviewed = try Certificates.review(
            chainPEM: Array(("some words\n" + chain).utf8), keyPEM: key, nowMs: nowMs)
        #expect(reviewed.facts.names == ["ehr.cedar.example"])
        #expect(reviewed.facts.issuer == "CN=Cedar Root")
        #expect(reviewed.chainPEM == chain)
        #expect(reviewed.notAfterMs == reviewed.facts.notAfterMs)
    }

    @Test func `a key of another certificate is told from one in the wrong place`() throws {
        let (chain, key, root) = try issued()
        let (_, other, _) = try issued()
        #expect(fault(chain, other) == .otherKey)
        let leaf = chain.dropLast(root.certificatePEM.count)
        #expect(fault(root.certificatePEM + leaf, key) == .notFirst(2))
        #expect(fault(String(leaf), SecretBytes(copying: Array("x".utf8))) == .noKey)
        #expect(fault("no certificate", key) == .noCertificate)
    }

    @Test func `a chain of strangers is refused with both their names`() throws {
        let (chain, key, root) = try issued()
        let (_, _, other) = try issued()
        let leaf = String(chain.dropLast(root.certificatePEM.count))
        let found = fault(leaf + other.certificatePEM, key)
        guard case .brokenChain(1, let issuer, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(issuer == "CN=Cedar Root")
    }

    @Test func `one that has ended, or begins later, is refused with its day`() throws {
        let (chain, key, _) = try issued()
        let dayMs: Int64 = 86_400_000
        guard case .ended(1, _) = fault(chain, key, atMs: nowMs + 400 * dayMs) else {
            Issue.record("an ended certificate was taken")
            return
        }
        guard case .early(1, _) = fault(chain, key, atMs: nowMs - 10 * dayMs) else {
            Issue.record("an early certificate was taken")
            return
        }
    }

    /// Makes a certificate with openssl, as people have them.
    private func made(_ words: String...) throws -> (chain: String, key: SecretBytes) {
        let folder = try TemporaryFolder()
        let run = try Program.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-nodes", "-days", "30", "-keyout", folder.path + "/key", "-out",
                folder.path + "/cert",
            ] + words)
        #expect(run.status == 0)
        let chain = TemporaryFolder.bytes(of: folder.path + "/cert")
        return (
            String(decoding: chain, as: UTF8.self),
            SecretBytes(copying: TemporaryFolder.bytes(of: folder.path + "/key"))
        )
    }

    @Test func `weak keys, odd keys and certificates that vouch for themselves are refused`() throws
    {
        let name = ["-subj", "/CN=ehr.cedar.example"]
        let weak = try made("-newkey", "rsa:1024", name[0], name[1])
        #expect(fault(weak.chain, weak.key) == .weakKey("RSA with 1024 bits"))
        let odd = try made("-newkey", "ed25519", name[0], name[1])
        #expect(fault(odd.chain, odd.key) == .oddKey)
        let own = try made("-newkey", "rsa:2048", name[0], name[1])
        #expect(fault(own.chain, own.key) == .vouchesForItself)
    }

    @Test func `a key with a password is told, and nobody is asked for it`() throws {
        let (chain, key, _) = try issued()
        let folder = try TemporaryFolder()
        let plain = folder.path + "/plain"
        let file = key.withBytes { Array($0) }
        TemporaryFolder.write(file, to: plain)
        let run = try Program.run(
            "/usr/bin/openssl",
            [
                "pkey", "-in", plain, "-aes256", "-passout", "pass:secret", "-out",
                folder.path + "/locked",
            ])
        #expect(run.status == 0)
        let locked = SecretBytes(copying: TemporaryFolder.bytes(of: folder.path + "/locked"))
        #expect(fault(chain, locked) == .encryptedKey)
    }

    @Test func `broken bytes are refused, never more`() throws {
        let (chain, key, _) = try issued()
        var random = SeededRandom(seed: 11)
        let sound = Array(chain.utf8)
        var refused = 0
        for _ in 0..<400 {
            var bytes = sound
            for _ in 0..<(1 + random.below(8)) {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            bytes.removeLast(random.below(bytes.count / 2))
            do {
                _ = try Certificates.review(chainPEM: bytes, keyPEM: key, nowMs: nowMs)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
        let large = [UInt8](repeating: 0x41, count: Certificates.chainBytesMax + 1)
        #expect(throws: CertificateFault.tooLarge) {
            try Certificates.review(chainPEM: large, keyPEM: key, nowMs: nowMs)
        }
    }

    @Test func `a signing request carries its names and its key signs for it`() throws {
        let made = try Certificates.makeRequest(dnsNames: ["ehr.cedar.example", "ehr.lan"])
        let folder = try TemporaryFolder()
        TemporaryFolder.write(Array(made.requestPEM.utf8), to: folder.path + "/request")
        let run = try Program.run(
            "/usr/bin/openssl",
            ["req", "-in", folder.path + "/request", "-noout", "-text", "-verify"],
            errors: .withOutput)
        #expect(run.text.contains("DNS:ehr.cedar.example, DNS:ehr.lan"))
        #expect(run.text.contains("verify OK"))
        #expect(throws: CertificateError.self) {
            try Certificates.makeRequest(dnsNames: ["a,DNS:bank.example"])
        }
    }

    /// Whoever steals the authority's key still cannot pass for another site.
    @Test func `openssl refuses what the authority's key signs for a foreign name`() throws {
        let root = try Certificates.makeAuthority(
            name: "Tribal EHR red-mesa", dnsNames: ["red-mesa"], nowMs: nowMs)
        let folder = try TemporaryFolder()
        let path = folder.path
        TemporaryFolder.write(Array(root.certificatePEM.utf8), to: path + "/ca")
        TemporaryFolder.write(root.keyPEM.withBytes { Array($0) }, to: path + "/cakey")
        for (name, code) in [("bank.example", 47), ("IP:8.8.8.8", 47), ("red-mesa.local", 0)] {
            let san = name.hasPrefix("IP:") ? name : "DNS:" + name
            TemporaryFolder.write(
                Array("subjectAltName=\(san)\nextendedKeyUsage=serverAuth\n".utf8),
                to: path + "/names")
            for words in [
                [
                    "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj",
                    "/O=thief", "-keyout", path + "/key", "-out", path + "/request",
                ],
                [
                    "x509", "-req", "-in", path + "/request", "-CA", path + "/ca", "-CAkey",
                    path + "/cakey", "-days", "3000", "-extfile", path + "/names", "-out",
                    path + "/leaf",
                ],
            ] {
                let run = try Program.run("/usr/bin/openssl", words, errors: .withOutput)
                #expect(run.status == 0, "\(run.text)")
            }
            let verdict = try Program.run(
                "/usr/bin/openssl",
                [
                    "verify", "-attime", "\(nowMs / 1_000 + 60_000_000)", "-CAfile", path + "/ca",
                    path + "/leaf",
                ], errors: .withOutput)
            #expect(verdict.text.contains("error 47") == (code == 47), "\(name): \(verdict.text)")
        }
    }

    @Test func `names of private networks can be vouched for`() throws {
        let root = try Certificates.makeAuthority(name: "Box", dnsNames: [], nowMs: nowMs)
        for name in ["a.local", "a.lan", "a.internal", "a.home.arpa", "localhost"] {
            #expect(Certificates.mayVouch(root, for: name, nowMs: nowMs), "\(name)")
        }
        for name in ["example.org", "local.example.org", "arpa", "com"] {
            #expect(!Certificates.mayVouch(root, for: name, nowMs: nowMs), "\(name)")
        }
    }
}
