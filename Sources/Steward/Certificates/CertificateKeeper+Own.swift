package import AccessControl
import Kernel
import RecordStore
import Sealing
import ServerKit
import Synchronization

extension CertificateKeeper {
    /// Seconds in which a browser must confirm a certificate that was brought.
    package static let trialSecondsMax: Int64 = 60
    /// So many names of a certificate are looked up at the name servers, which can take seconds.
    private static let lookupsMax = 3
    /// So many random bytes of a token.
    private static let tokenBytes = 16

    /// A certificate that somebody brings.
    package struct Brought: Sendable {
        let certificatePEM: [UInt8]
        /// nil where it answers the box's own signing request.
        let keyPEM: [UInt8]?
        /// The name under which the one who brings it sees the box; nil for a command.
        let host: String?

        /// Collects what was brought.
        package init(certificatePEM: [UInt8], keyPEM: [UInt8]?, host: String?) {
            self.certificatePEM = certificatePEM
            self.keyPEM = keyPEM
            self.host = host
        }
    }

    /// What whoever brought a certificate is told.
    package struct Started: Sendable {
        /// nil where the certificate is in force already.
        package let token: String?
        /// Host names of the box that the certificate is for.
        package let names: [String]
    }

    /// Checks a certificate and shows it until a browser confirms it or 60 seconds are over.
    ///
    /// Nothing of it is kept before that: a box that loses its power meanwhile starts with the
    /// certificate of before.
    ///
    /// - Parameter isSure: puts it in force at once, as where nobody serves.
    /// - Throws: ``Problem`` `.value` that says what is wrong with the files, `.conflict` during
    ///   another trial.
    package func bring(
        _ grant: Grant, _ brought: Brought, isSure: Bool = false
    ) async throws -> Started {
        try await load(grant)
        guard state.withLock({ $0.trial == nil }) else {
            throw Problem(
                .conflict, "Another certificate is being tried. Wait a minute, then try again.")
        }
        let candidate = try await candidate(grant, brought)
        let names = try await ownNames(candidate, brought.host)
        guard !isSure, state.withLock({ $0.tls }) != nil else {
            try await install(grant, candidate, isTrusted: false, detail: "own certificate taken")
            try show()
            return Started(token: nil, names: names)
        }
        let token = Hex.text(try Random.bytes(Self.tokenBytes))
        try await parts.store.note(
            AuditNote(grant.ask, detail: "own certificate on trial"), by: grant.caller)
        try begin(candidate, token)
        return Started(token: token, names: names)
    }

    private func begin(_ candidate: ServedCertificate, _ token: String) throws {
        let endsMs = parts.clock.steadyMs() + Self.trialSecondsMax * 1_000
        func trial(_ number: Int) -> CertificateTrial {
            CertificateTrial(
                candidate: candidate, token: token, endsSteadyMs: endsMs, identityNumber: number)
        }
        let isFirst = state.withLock { state in
            guard state.trial == nil else { return false }
            state.trial = trial(.max)
            return true
        }
        guard isFirst else {
            throw Problem(
                .conflict, "Another certificate is being tried. Wait a minute, then try again.")
        }
        do {
            let number = try show()
            state.withLock { $0.trial = trial(number) }
        } catch {
            state.withLock { $0.trial = nil }
            throw error
        }
    }

    private func candidate(_ grant: Grant, _ brought: Brought) async throws -> ServedCertificate {
        var key = brought.keyPEM.map { SecretBytes(copying: $0) }
        if key == nil {
            key = try await parts.store.rows(grant) {
                try CertificateRows.request(grant, $0)?.keyPEM
            }
        }
        guard let key else {
            throw Problem(
                .required, "Add the private key that belongs to the certificate.", location: "key")
        }
        do {
            let reviewed = try Certificates.review(
                chainPEM: brought.certificatePEM, keyPEM: key, nowMs: parts.clock.wallMs())
            return ServedCertificate(
                pair: Certificates.Pair(
                    certificatePEM: reviewed.chainPEM, keyPEM: reviewed.keyPEM),
                facts: reviewed.facts, notAfterMs: reviewed.notAfterMs)
        } catch .otherKey where brought.keyPEM == nil {
            throw Problem(
                .value,
                "The certificate does not answer the box's latest signing request. Add its private "
                    + "key, or have the latest request signed.", location: "certificate")
        } catch {
            throw Problem(
                .value, error.description, location: error.isAboutKey ? "key" : "certificate")
        }
    }

    /// The names of a certificate that are names of this box.
    private func ownNames(_ candidate: ServedCertificate, _ host: String?) async throws -> [String]
    {
        let known = (names.dnsNames + [host].compactMap { $0 }).filter {
            !Self.isAddress($0) && $0 != "localhost"
        }
        var own: [String] = []
        var lookups = 0
        for name in candidate.facts.names where !Self.isAddress(name) {
            if name.hasPrefix("*.") {
                own += known.filter { candidate.covers($0) && !own.contains($0) }
            } else if known.contains(name.lowercased()) {
                own.append(name.lowercased())
            } else if lookups < Self.lookupsMax {
                lookups += 1
                if await parts.surroundings.leadsHere(name) { own.append(name.lowercased()) }
            }
        }
        guard !own.isEmpty else {
            let theirs = candidate.facts.names.prefix(5).joined(separator: ", ")
            throw Problem(
                .value,
                "The certificate is for \(theirs), which is no name of this box. Let the name lead to "
                    + "the box in your name server, or add it to HOSTS in the configuration.",
                location: "certificate")
        }
        return own
    }

    /// Puts the certificate on trial in force.
    ///
    /// - Parameters:
    ///   - identityNumber: the identity that the asking connection was opened with.
    ///   - host: the name that it asked.
    /// - Throws: ``Problem`` `.notFound` where nothing is on trial under this token, `.conflict`
    ///   where the connection was not opened with the certificate on trial.
    package func confirm(
        _ grant: Grant, token: String, identityNumber: Int?, host: String?
    ) async throws {
        let (found, seen) = state.withLock { ($0.trial, $0.tls?.number) }
        guard let trial = found, trial.token == token else {
            throw Problem(
                .notFound, "No certificate is being tried any more; the one of before is back.")
        }
        guard identityNumber == trial.identityNumber || identityNumber == seen,
            let host, trial.candidate.covers(host)
        else {
            throw Problem(
                .conflict, "This connection was opened with the certificate of before. Try again.")
        }
        try await install(
            grant, trial.candidate, isTrusted: true, detail: "own certificate confirmed")
    }

    private func install(
        _ grant: Grant, _ served: ServedCertificate, isTrusted: Bool, detail: String
    ) async throws {
        let authority = state.withLock { $0.authority }
        let key = Self.issuerKey(served, authority)
        let trusted = state.withLock { isTrusted ? $0.trusted.union([key]) : $0.trusted }
        try await parts.store.changeRows(grant, note: AuditNote(grant.ask, detail: detail)) {
            try CertificateRows.put(grant, CertificateRows.own, served, $0)
            try CertificateRows.putTrusted(grant, trusted, $0)
            try SettingRows.remove(grant, CertificateRows.request, $0)
        }
        state.withLock {
            $0.own = served
            $0.trusted = trusted
            $0.trial = nil
        }
    }

    /// Takes a certificate back that nobody confirmed in time.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func endTrial(_ grant: Grant) async throws -> Bool {
        let nowMs = parts.clock.steadyMs()
        let isOver = state.withLock { state in
            guard let trial = state.trial, trial.endsSteadyMs <= nowMs else { return false }
            state.trial = nil
            return true
        }
        guard isOver else { return false }
        try show()
        try await parts.surroundings.tell(
            grant, "certificate.rolled-back",
            "No browser confirmed the certificate that was uploaded, so the box shows the one of "
                + "before again. Look at it on the page Certificates.")
        return true
    }

    /// Goes back to the certificate that the box makes itself.
    ///
    /// - Returns: whether there was another one.
    @discardableResult
    package func reset(_ grant: Grant) async throws -> Bool {
        try await load(grant)
        let hadOwn = state.withLock { $0.own != nil || $0.trial != nil }
        try await parts.store.changeRows(
            grant, note: AuditNote(grant.ask, detail: "back to the box's own certificate")
        ) {
            try SettingRows.remove(grant, CertificateRows.own, $0)
        }
        state.withLock {
            $0.own = nil
            $0.trial = nil
        }
        try show()
        return hadOwn
    }

    /// Makes a key and a signing request for an authority of the clinic.
    ///
    /// The key stays in the box, until its certificate comes or another request is made.
    ///
    /// - Parameter names: at most 25 host names.
    /// - Returns: the request as PEM.
    /// - Throws: ``Problem`` `.value` for what is no host name.
    package func request(_ grant: Grant, names: [String]) async throws -> String {
        guard (1...25).contains(names.count) else {
            throw Problem(.value, "Name 1 to 25 host names.", location: "names")
        }
        let made: (requestPEM: String, keyPEM: SecretBytes)
        do {
            made = try Certificates.makeRequest(dnsNames: names.map { $0.lowercased() })
        } catch {
            throw Problem(.value, "\(error)", location: "names")
        }
        let kept = made
        try await parts.store.changeRows(
            grant, note: AuditNote(grant.ask, detail: "signing request made")
        ) {
            try CertificateRows.putRequest(grant, kept, $0)
        }
        return made.requestPEM
    }

    /// Takes down that a device trusts what is shown under a name.
    ///
    /// - Returns: whether that was news.
    @discardableResult
    package func trust(_ grant: Grant, host: String) async throws -> Bool {
        guard host != "localhost", !isTrusted(host) else { return false }
        let (shown, authority, trusted) = state.withLock {
            ($0.trial == nil ? $0.shown(for: host) : nil, $0.authority, $0.trusted)
        }
        guard let shown, shown.covers(host) else { return false }
        let all = trusted.union([Self.issuerKey(shown, authority)])
        try await parts.store.changeRows(
            grant, note: AuditNote(grant.ask, detail: "a device trusts the box")
        ) {
            try CertificateRows.putTrusted(grant, all, $0)
        }
        state.withLock { $0.trusted = all }
        return true
    }
}
