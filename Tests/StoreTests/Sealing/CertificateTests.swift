import Sealing
import Testing

@Suite("Certificates")
struct CertificateTests {
    private let nowMs: Int64 = 1_795_000_000_000
    private let dayMs: Int64 = 86_400_000

    private func authority() throws -> Certificates.Pair {
        try Certificates.makeAuthority(
            name: "Cedar Clinic, \"Box\" 1", dnsNames: ["ehr.cedar.example"], nowMs: nowMs)
    }

    @Test func `a server of the box is trusted by name and by address`() throws {
        let authority = try authority()
        let leaf = try Certificates.makeLeaf(
            dnsNames: ["tribal-ehr.local", "localhost", "ehr.cedar.example"],
            addresses: ["192.168.1.20", "127.0.0.1", "::1", "fd00::20"], authority: authority,
            nowMs: nowMs)
        for host in [
            "tribal-ehr.local", "localhost", "ehr.cedar.example", "192.168.1.20", "::1", "fd00::20",
        ] {
            let refusal = try Certificates.refusal(
                leaf.certificatePEM, authority: authority.certificatePEM, host: host, atMs: nowMs)
            #expect(refusal == nil, "\(host)")
        }
        for host in ["bank.example", "evil.tribal-ehr.local", "192.168.1.21"] {
            let refusal = try Certificates.refusal(
                leaf.certificatePEM, authority: authority.certificatePEM, host: host, atMs: nowMs)
            #expect(refusal != nil, "\(host)")
        }
    }

    @Test(
        arguments: [
            (["bank.example"], []), (["tribal-ehr.local", "cedar.example"], []),
            ([], ["8.8.8.8"]), ([], ["2001:db8::1"]),
        ] as [([String], [String])])
    func `the authority cannot vouch for the world outside`(names: [String], addresses: [String])
        throws
    {
        let authority = try authority()
        #expect(throws: CertificateError.self) {
            try Certificates.makeLeaf(
                dnsNames: names, addresses: addresses, authority: authority, nowMs: nowMs)
        }
    }

    @Test func `both live as long as they should`() throws {
        let authority = try authority()
        let leaf = try Certificates.makeLeaf(
            dnsNames: ["tribal-ehr.local"], addresses: [], authority: authority, nowMs: nowMs)
        let facts = try Certificates.facts(ofPEM: leaf.certificatePEM)
        #expect(facts.notBeforeMs == nowMs - dayMs)
        #expect(facts.notAfterMs - facts.notBeforeMs == 397 * dayMs)
        #expect(facts.subject == "CN=tribal-ehr.local")
        let root = try Certificates.facts(ofPEM: authority.certificatePEM)
        #expect(root.notAfterMs == nowMs + 3_652 * dayMs)
        #expect(root.fingerprint.utf8.count == 95 && root.fingerprint != facts.fingerprint)
        let late = try Certificates.refusal(
            leaf.certificatePEM, authority: authority.certificatePEM, atMs: facts.notAfterMs + dayMs
        )
        #expect(late?.contains("expired") == true)
    }

    @Test func `another authority of the same name is not trusted`() throws {
        let leaf = try Certificates.makeLeaf(
            dnsNames: ["tribal-ehr.local"], addresses: [], authority: try authority(), nowMs: nowMs)
        let refusal = try Certificates.refusal(
            leaf.certificatePEM, authority: try authority().certificatePEM, atMs: nowMs)
        #expect(refusal != nil)
    }

    @Test(arguments: ["", "a,DNS:bank.example", "name with blank", "evil\u{0}.local", "ä.local"])
    func `a name that is none is refused`(name: String) throws {
        #expect(throws: CertificateError.notAName(name)) {
            try Certificates.makeAuthority(name: "Box", dnsNames: [name], nowMs: nowMs)
        }
    }

    @Test func `a text that is no certificate is told`() {
        #expect(throws: CertificateError.unreadable) { try Certificates.facts(ofPEM: "-----BEGIN") }
        #expect(throws: CertificateError.unreadable) { try Certificates.facts(ofPEM: "") }
    }
}
