import Kernel
import Sealing
import ServerKit

/// What the box knows of itself when it makes a certificate.
package struct BoxNames: Hashable, Sendable {
    /// The names below `.local` and the like: the box's own, without a domain.
    package let labels: [String]
    /// Names from the configuration and from the machine.
    package let hosts: [String]
    /// Loopback and the private addresses of the interfaces.
    package let addresses: [String]

    /// Collects the names.
    package init(labels: [String], hosts: [String], addresses: [String]) {
        self.labels = labels
        self.hosts = hosts
        self.addresses = addresses
    }

    /// Every host name, each once, the one for people first.
    var dnsNames: [String] {
        var seen: Set<String> = []
        let local = labels.flatMap { label in
            Certificates.privateDomains.map { "\(label).\($0)" }
        }
        let firsts = labels.map { "\($0).local" }
        return (firsts + ["localhost"] + hosts + labels + local).map { $0.lowercased() }.filter {
            seen.insert($0).inserted
        }
    }
}

/// A certificate in use, with what it says.
struct ServedCertificate: Sendable {
    let pair: Certificates.Pair
    let facts: Certificates.Facts
    /// When it or one that vouches for it ends, in UTC milliseconds.
    let notAfterMs: Int64
    private let names: Set<String>

    init(pair: Certificates.Pair, facts: Certificates.Facts, notAfterMs: Int64) {
        self.pair = pair
        self.facts = facts
        self.notAfterMs = notAfterMs
        names = Set(facts.names.map { $0.lowercased() })
    }

    /// Whether browsers take it for a host name in lower case, or an address.
    ///
    /// Spec: RFC 9525, 6.3, https://www.rfc-editor.org/rfc/rfc9525#section-6.3
    func covers(_ host: String) -> Bool {
        if names.contains(host) { return true }
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
        return names.contains("*" + host[dot...])
    }

    var identity: TLSIdentity.Pair {
        TLSIdentity.Pair(
            certificatePEM: Array(pair.certificatePEM.utf8),
            privateKeyPEM: pair.keyPEM.withBytes { Array($0) })
    }
}

/// A certificate that is shown until a browser confirms it or the time is up.
struct CertificateTrial: Sendable {
    let candidate: ServedCertificate
    /// Whoever knows it may confirm: it was told to the one who brought the certificate.
    let token: String
    /// Steady milliseconds.
    let endsSteadyMs: Int64
    /// The number of the TLS identity that shows it.
    let identityNumber: Int
}

/// Everything that ``CertificateKeeper`` knows, in memory.
struct CertificateState: Sendable {
    var isLoaded = false
    var hosts: [String] = []
    /// The label that the network left to the box, where that is not the one of the clinic.
    var heldLabel: String?
    var authority: ServedCertificate?
    var leaf: ServedCertificate?
    var own: ServedCertificate?
    var trial: CertificateTrial?
    /// Issuers that a device was seen to trust; see ``CertificateKeeper/issuerKey(_:)``.
    var trusted: Set<String> = []
    /// Names of the box that its authority may not vouch for.
    var uncovered: [String] = []
    var tls: TLSIdentity?

    /// The certificate that a browser sees under a name.
    func shown(for host: String) -> ServedCertificate? {
        if let trial, trial.candidate.covers(host) { return trial.candidate }
        if let own, own.covers(host) { return own }
        return leaf
    }
}
