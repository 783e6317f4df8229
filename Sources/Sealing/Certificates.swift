import COpenSSL
import Kernel

/// Certificates of a box that no public authority can name: its own authority, and what it signs.
///
/// Both use ECDSA on P-256. Times are handed in, in UTC milliseconds.
///
/// Spec: RFC 5280, https://www.rfc-editor.org/rfc/rfc5280; CA/Browser Forum Baseline Requirements,
/// 6.3.2 (a server certificate lives 398 days at most)
package enum Certificates {
    /// A certificate with its private key.
    package struct Pair: Sendable {
        /// The certificate as PEM text.
        package let certificatePEM: String
        /// The private key as PEM text (PKCS #8).
        package let keyPEM: SecretBytes

        /// Takes both as they were stored.
        package init(certificatePEM: String, keyPEM: SecretBytes) {
            self.certificatePEM = certificatePEM
            self.keyPEM = keyPEM
        }
    }

    /// Days that an authority lives.
    package static let authorityDays: Int64 = 3_652
    /// Days that a server certificate lives; browsers refuse 398 and more.
    package static let leafDays: Int64 = 397
    /// The most names and addresses of one certificate.
    package static let namesMax = 50

    /// Makes an authority that can vouch for the given names, names of private networks such as
    /// `.local`, and private addresses only: whoever steals its key cannot pass for a bank.
    ///
    /// - Parameter name: of the clinic or the box; what the browser's list of authorities shows,
    ///   cut to 64 characters.
    /// - Throws: ``CertificateError``.
    package static func makeAuthority(
        name: String, dnsNames: [String], nowMs: Int64
    ) throws(CertificateError) -> Pair {
        try check(dnsNames: dnsNames, addresses: [])
        let key = try CertificateDraft.key()
        let draft = try CertificateDraft(
            commonName: name, key: key, fromMs: nowMs - dayMs, toMs: nowMs + authorityDays * dayMs)
        try draft.setIssuer(draft)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: draft)
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: draft)
        try draft.add(NID_subject_key_identifier, "hash", issuer: draft)
        try draft.add(NID_name_constraints, "critical," + permitted(dnsNames), issuer: draft)
        try draft.sign(with: key)
        return Pair(certificatePEM: try draft.pem(), keyPEM: try CertificateDraft.pem(of: key))
    }

    /// Makes a certificate for a server, signed by an authority of ours.
    ///
    /// - Parameter addresses: IPv4 or IPv6 addresses in their usual form.
    /// - Throws: ``CertificateError``, also if a name is outside of what the authority may vouch
    ///   for.
    package static func makeLeaf(
        dnsNames: [String], addresses: [String], authority: Pair, nowMs: Int64
    ) throws(CertificateError) -> Pair {
        try check(dnsNames: dnsNames, addresses: addresses)
        guard let first = dnsNames.first ?? addresses.first else { throw CertificateError.noName }
        let issuer = try CertificateDraft(pem: authority.certificatePEM)
        let issuerKey = try CertificateDraft.key(pem: authority.keyPEM)
        let key = try CertificateDraft.key()
        let toMs = min(nowMs + (leafDays - 1) * dayMs, try issuer.notAfterMs())
        let draft = try CertificateDraft(
            commonName: first, key: key, fromMs: nowMs - dayMs, toMs: toMs)
        try draft.setIssuer(issuer)
        let names = dnsNames.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        try draft.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try draft.add(NID_key_usage, "critical,digitalSignature", issuer: issuer)
        try draft.add(NID_ext_key_usage, "serverAuth", issuer: issuer)
        try draft.add(NID_subject_key_identifier, "hash", issuer: issuer)
        try draft.add(NID_authority_key_identifier, "keyid:always", issuer: issuer)
        try draft.add(NID_subject_alt_name, names.joined(separator: ","), issuer: issuer)
        try draft.sign(with: issuerKey)
        let leaf = Pair(certificatePEM: try draft.pem(), keyPEM: try CertificateDraft.pem(of: key))
        if let refusal = try refusal(
            leaf.certificatePEM, authority: authority.certificatePEM, atMs: nowMs)
        {
            throw CertificateError.refused(refusal)
        }
        return leaf
    }

    /// Whether an authority of ours may vouch for a name; one that is no name never is.
    package static func mayVouch(_ authority: Pair, for dnsName: String, nowMs: Int64) -> Bool {
        // Whatever keeps the certificate from being made is a no.
        let leaf = try? makeLeaf(
            dnsNames: [dnsName], addresses: [], authority: authority, nowMs: nowMs)
        return leaf != nil
    }

    /// Names below these lead nowhere on the internet.
    ///
    /// Spec: RFC 6762, 3, https://www.rfc-editor.org/rfc/rfc6762#section-3; RFC 8375,
    /// https://www.rfc-editor.org/rfc/rfc8375; ICANN resolution 2024.07.29.06 for `internal`
    package static let privateDomains = ["local", "lan", "internal", "home.arpa"]

    private static let dayMs: Int64 = 86_400_000

    private static func permitted(_ dnsNames: [String]) -> String {
        let names = privateDomains + ["localhost"] + dnsNames
        let networks = [
            "10.0.0.0/255.0.0.0", "172.16.0.0/255.240.0.0", "192.168.0.0/255.255.0.0",
            "127.0.0.0/255.0.0.0", "169.254.0.0/255.255.0.0",
            "::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::/ffc0::", "fc00::/fe00::",
        ]
        let parts = names.map { "permitted;DNS:\($0)" } + networks.map { "permitted;IP:\($0)" }
        return parts.joined(separator: ",")
    }

    /// The names go into libcrypto's small extension language, where a comma begins the next entry.
    static func check(
        dnsNames: [String], addresses: [String]
    ) throws(CertificateError) {
        guard dnsNames.count + addresses.count <= namesMax else {
            throw CertificateError.tooManyNames
        }
        for name in dnsNames {
            let isName = name.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || (0x30...0x39).contains($0)
                    || $0 == 0x2D
                    || $0 == 0x2E
            }
            guard isName, (1...253).contains(name.utf8.count) else {
                throw CertificateError.notAName(name)
            }
        }
        for address in addresses {
            let isAddress = address.utf8.allSatisfy {
                (0x30...0x3A).contains($0) || $0 == 0x2E || (0x61...0x66).contains($0 | 0x20)
            }
            guard isAddress, (2...45).contains(address.utf8.count) else {
                throw CertificateError.notAName(address)
            }
        }
    }
}

/// Why a certificate cannot be made or read.
package enum CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A server certificate without a name.
    case noName
    /// More names than one certificate takes.
    case tooManyNames
    /// Not a host name or an address.
    case notAName(String)
    /// The authority may not vouch for it, in the words of libcrypto.
    case refused(String)
    /// The text is no certificate or key.
    case unreadable
    /// libcrypto refused a call.
    case library(String)
    /// Sealing itself failed.
    case sealing(SealingError)

    package var description: String {
        switch self {
        case .noName: "A server certificate needs a host name or an address."
        case .tooManyNames: "A certificate takes at most \(Certificates.namesMax) names."
        case .notAName(let name):
            "'\(name)' is no host name or address. Use letters, digits, hyphens and dots."
        case .refused(let why):
            "The box's own authority may not vouch for this certificate: \(why). Use the names given "
                + "at setup, names under .local, or private addresses."
        case .unreadable:
            "The text is no certificate or key in PEM form. Put the file back from a backup."
        case .library(let call): "libcrypto failed in \(call)."
        case .sealing(let error): "\(error)"
        }
    }
}
