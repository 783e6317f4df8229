package import AccessControl
package import Kernel
package import RecordStore
package import Sealing
package import ServerKit
import Synchronization

/// Keeps the certificates of the box: its own authority and what that signs, and one that the
/// clinic may bring.
///
/// Keys lie sealed in the settings; the authority's certificate, which is public, is also written to
/// `tls/ca.pem`. What browsers ask of it all is answered from memory.
package final class CertificateKeeper: Sendable {
    /// What the keeper works with.
    package struct Parts: Sendable {
        let store: RecordStore
        let clock: Clock
        let folder: DataFolder
        let surroundings: Surroundings

        /// Gathers the parts.
        package init(
            store: RecordStore, clock: Clock, folder: DataFolder, surroundings: Surroundings
        ) {
            self.store = store
            self.clock = clock
            self.folder = folder
            self.surroundings = surroundings
        }
    }

    /// What the keeper asks the machine and the box about.
    package struct Surroundings: Sendable {
        /// The name that the clinic gave the box, without a domain.
        let label: @Sendable () -> String
        /// The machine's own name; nil if it has none that a certificate can carry.
        let hostName: @Sendable () -> String?
        /// Loopback and the private addresses of the interfaces.
        let addresses: @Sendable () -> [String]
        /// Whether a host name leads to one of the addresses; asks the name servers.
        let leadsHere: @Sendable (String) async -> Bool
        /// Leaves word for administrators: kind and sentence.
        let tell: @Sendable (Grant, String, String) async throws -> Void
        /// The earliest time that a clock can rightly show, in UTC milliseconds.
        let plausibleFromMs: Int64

        /// Gathers the functions.
        package init(
            label: @escaping @Sendable () -> String,
            hostName: @escaping @Sendable () -> String?,
            addresses: @escaping @Sendable () -> [String],
            leadsHere: @escaping @Sendable (String) async -> Bool,
            tell: @escaping @Sendable (Grant, String, String) async throws -> Void,
            plausibleFromMs: Int64
        ) {
            self.label = label
            self.hostName = hostName
            self.addresses = addresses
            self.leadsHere = leadsHere
            self.tell = tell
            self.plausibleFromMs = plausibleFromMs
        }
    }

    let parts: Parts
    let state = Mutex(CertificateState())

    /// Makes the keeper of a store.
    package init(_ parts: Parts) { self.parts = parts }

    /// Reads what is kept, makes what is missing, and shows it.
    ///
    /// - Parameter hosts: names beside `localhost` and the box's own, from the configuration.
    /// - Throws: ``Problem`` if a certificate cannot be made.
    package func serve(_ grant: Grant, hosts: [String]) async throws -> TLSIdentity {
        state.withLock { $0.hosts = hosts }
        try await load(grant)
        try await refresh(grant)
        guard let leaf = state.withLock({ $0.leaf }) else {
            throw Problem(.incomplete, "The box has no certificate.")
        }
        let tls: TLSIdentity
        do throws(Problem) {
            tls = try TLSIdentity(leaf.identity, named: named)
        } catch {
            // A damaged certificate of the clinic's must not keep people out under the other names.
            tls = try TLSIdentity(leaf.identity)
            try await parts.surroundings.tell(
                grant, "certificate.damaged",
                "The clinic's own certificate cannot be used any more. The box shows the one that it "
                    + "made itself. Upload the certificate again on the page Certificates.")
        }
        state.withLock { $0.tls = tls }
        return tls
    }

    /// Makes the authority where there is none, and renews the box's certificate where a name or an
    /// address of the box is not in it, or two thirds of its life are over.
    ///
    /// - Returns: whether another certificate is shown from now on.
    /// - Throws: ``Problem``, and the errors of the store; the certificate before stays then.
    @discardableResult
    package func refresh(_ grant: Grant) async throws -> Bool {
        try await load(grant)
        let nowMs = parts.clock.wallMs()
        let authority = try await authority(grant, nowMs: nowMs)
        let names = names
        let covered = coverage(of: names, authority, nowMs: nowMs)
        state.withLock { $0.uncovered = covered.uncovered.filter($0.hosts.contains) }
        if let leaf = state.withLock({ $0.leaf }),
            isFresh(leaf, nowMs: Self.within(authority, nowMs)),
            leaf.facts.issuer == authority.facts.subject,
            Self.fits(leaf, covered.dnsNames, names.addresses)
        {
            return false
        }
        let leaf = try leaf(authority, covered.dnsNames, names.addresses, nowMs: nowMs)
        try await keep(grant, CertificateRows.leaf, leaf, detail: "box certificate renewed")
        state.withLock { $0.leaf = leaf }
        try show()
        return true
    }

    /// Takes names from the configuration where nothing is served, as a command has them.
    package func expect(hosts: [String]) {
        state.withLock { if $0.tls == nil { $0.hosts = hosts } }
    }

    /// Takes the label that the network left to the box; nil for the one of the clinic.
    package func hold(label: String?) { state.withLock { $0.heldLabel = label } }

    /// Whether a name is one of the box's, so that requests may be addressed to it.
    package func isName(_ host: String) -> Bool {
        state.withLock { state in
            state.leaf?.covers(host) ?? false || state.own?.covers(host) ?? false
                || state.trial?.candidate.covers(host) ?? false
        }
    }

    /// Whether a device was seen to trust what is shown under a name.
    package func isTrusted(_ host: String) -> Bool {
        guard host != "localhost" else { return false }
        return state.withLock { state in
            guard let shown = state.shown(for: host), state.trial == nil else { return false }
            return shown.covers(host)
                && state.trusted.contains(Self.issuerKey(shown, state.authority))
        }
    }

    /// What the certificate that the clinic brought says; nil without one.
    package var ownFacts: Certificates.Facts? { state.withLock { $0.own?.facts } }

    /// Whether a certificate is on trial.
    package var isTrying: Bool { state.withLock { $0.trial != nil } }

    /// When the certificate that the clinic brought ends, in UTC milliseconds; nil without one.
    package var ownNotAfterMs: Int64? { state.withLock { $0.own?.notAfterMs } }

    /// The certificate of the box's authority as PEM; nil before there is one.
    package var authorityPEM: String? { state.withLock { $0.authority?.pair.certificatePEM } }

    /// SHA-256 of the authority's certificate in groups of four digits, as people compare it.
    package var fingerprintGroups: [String] {
        let text = state.withLock { $0.authority?.facts.fingerprint } ?? ""
        let digits = text.filter { $0 != ":" }
        return stride(from: 0, to: digits.count, by: 4).map { place in
            let start = digits.index(digits.startIndex, offsetBy: place)
            return String(digits[start...].prefix(4))
        }
    }

    /// Whether the box's own authority vouches for what is shown under a name.
    func isOwnAuthority(_ host: String) -> Bool {
        state.withLock { $0.shown(for: host)?.facts.issuer == $0.authority?.facts.subject }
    }

    /// Who vouches for what is shown under a name.
    func issuer(for host: String) -> String {
        state.withLock { $0.shown(for: host)?.facts.issuer ?? "" }
    }

    /// What devices trust when they trust a certificate: the box's authority, or another issuer.
    static func issuerKey(_ served: ServedCertificate, _ authority: ServedCertificate?) -> String {
        served.facts.issuer == authority?.facts.subject
            ? "authority \(authority?.facts.fingerprint ?? "")" : "issuer \(served.facts.issuer)"
    }
}

extension CertificateKeeper {
    private static let dayMs: Int64 = 86_400_000

    /// The names of the box at this moment.
    var names: BoxNames {
        let (hosts, held) = state.withLock { ($0.hosts, $0.heldLabel) }
        let surroundings = parts.surroundings
        let label = surroundings.label()
        var machine: [String] = []
        if let name = surroundings.hostName(), name != label {
            machine = name.contains(".") ? [name] : [name, name + ".local"]
        }
        return BoxNames(
            labels: [held ?? label], hosts: hosts + machine,
            addresses: surroundings.addresses())
    }

    func load(_ grant: Grant) async throws {
        guard !state.withLock({ $0.isLoaded }) else { return }
        let (authority, leaf, own, trusted) = try await parts.store.rows(grant) { rows in
            (
                try CertificateRows.pair(grant, CertificateRows.authority, rows),
                try CertificateRows.pair(grant, CertificateRows.leaf, rows),
                try CertificateRows.pair(grant, CertificateRows.own, rows),
                try CertificateRows.trusted(grant, rows)
            )
        }
        state.withLock {
            $0.authority = authority
            $0.leaf = leaf
            $0.own = own
            $0.trusted = trusted
            $0.isLoaded = true
        }
    }

    /// Makes the authority where there is none.
    ///
    /// - Throws: ``CertificateError``, and the errors of the store.
    package func ensureAuthority(_ grant: Grant) async throws {
        try await load(grant)
        _ = try await authority(grant, nowMs: parts.clock.wallMs())
    }

    private func authority(_ grant: Grant, nowMs: Int64) async throws -> ServedCertificate {
        let path = parts.folder.tls + "/ca.pem"
        if let kept = state.withLock({ $0.authority }) {
            let bytes = Array(kept.pair.certificatePEM.utf8)
            if try FileBytes.read(path, bytesMax: 65_536) != bytes {
                try FileBytes.replace(path, with: bytes, mode: 0o644)
            }
            return kept
        }
        let names = names
        let pair = try Certificates.makeAuthority(
            name: "Tribal EHR \(parts.surroundings.label())", dnsNames: names.labels + names.hosts,
            nowMs: max(nowMs, parts.surroundings.plausibleFromMs))
        let facts = try Certificates.facts(ofPEM: pair.certificatePEM)
        let made = ServedCertificate(pair: pair, facts: facts, notAfterMs: facts.notAfterMs)
        try await keep(grant, CertificateRows.authority, made, detail: "authority made")
        state.withLock { $0.authority = made }
        try FileBytes.replace(path, with: Array(pair.certificatePEM.utf8), mode: 0o644)
        return made
    }

    private func keep(
        _ grant: Grant, _ name: String, _ served: ServedCertificate, detail: String
    ) async throws {
        try await parts.store.changeRows(grant, note: AuditNote(grant.ask, detail: detail)) {
            try CertificateRows.put(grant, name, served, $0)
        }
    }

    /// Host names that the authority may vouch for, and those of the configuration that it may not.
    private func coverage(
        of names: BoxNames, _ authority: ServedCertificate, nowMs: Int64
    ) -> (dnsNames: [String], uncovered: [String]) {
        let (known, refused) = state.withLock {
            (Set($0.leaf?.facts.names ?? []), Set($0.uncovered))
        }
        let signMs = Self.within(authority, nowMs)
        var taken: [String] = []
        var uncovered: [String] = []
        for name in names.dnsNames {
            if known.contains(name)
                || !refused.contains(name)
                    && Certificates.mayVouch(authority.pair, for: name, nowMs: signMs)
            {
                taken.append(name)
            } else {
                uncovered.append(name)
            }
        }
        return (taken, uncovered)
    }

    private func leaf(
        _ authority: ServedCertificate, _ dnsNames: [String], _ addresses: [String], nowMs: Int64
    ) throws -> ServedCertificate {
        let dnsNames = Array(dnsNames.prefix(Certificates.namesMax / 2))
        // Addresses that the box had lately stay: one that comes and goes makes no certificate each
        // time.
        let before = state.withLock { $0.leaf?.facts.names ?? [] }
            .filter { Self.isAddress($0) && !addresses.contains($0) }
        let all = (addresses + before).prefix(Certificates.namesMax - dnsNames.count)
        do {
            let pair = try Certificates.makeLeaf(
                dnsNames: dnsNames, addresses: Array(all), authority: authority.pair,
                nowMs: Self.within(authority, nowMs))
            let facts = try Certificates.facts(ofPEM: pair.certificatePEM)
            return ServedCertificate(pair: pair, facts: facts, notAfterMs: facts.notAfterMs)
        } catch {
            throw Problem(
                .incomplete,
                "The certificate of the box cannot be made: \(error) Check HOSTS in the "
                    + "configuration.")
        }
    }

    /// Whether a certificate has every name and address of the box, and no other name.
    private static func fits(
        _ leaf: ServedCertificate, _ dnsNames: [String], _ addresses: [String]
    ) -> Bool {
        let names = Set(leaf.facts.names)
        let wanted = Set(dnsNames.prefix(Certificates.namesMax / 2))
        return names.filter { !isAddress($0) } == wanted && Set(addresses).isSubset(of: names)
    }

    static func isAddress(_ name: String) -> Bool {
        name.contains(":") || name.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
    }

    private func isFresh(_ leaf: ServedCertificate, nowMs: Int64) -> Bool {
        let life = leaf.facts.notAfterMs - leaf.facts.notBeforeMs
        return leaf.facts.notBeforeMs <= nowMs && nowMs < leaf.facts.notAfterMs - life / 3
    }

    /// The time nearest to now at which the authority may sign: a clock that is years off must not
    /// keep the box from starting.
    private static func within(_ authority: ServedCertificate, _ nowMs: Int64) -> Int64 {
        min(max(nowMs, authority.facts.notBeforeMs + dayMs), authority.facts.notAfterMs - dayMs)
    }

    /// What is shown to clients that name a host which the clinic's certificate covers.
    var named: TLSIdentity.Named? {
        state.withLock { $0.trial?.candidate ?? $0.own }.map { served in
            TLSIdentity.Named(served.identity) { served.covers($0) }
        }
    }

    /// Shows what the state says from now on.
    ///
    /// - Returns: the number of the identity; 0 where nothing is served.
    @discardableResult
    func show() throws(Problem) -> Int {
        let (tls, leaf) = state.withLock { ($0.tls, $0.leaf) }
        guard let tls, let leaf else { return 0 }
        return try tls.replace(leaf.identity, named: named)
    }
}
