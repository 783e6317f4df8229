package import AccessControl
package import FHIRModel
import Kernel
import RecordStore
import Sealing
import Synchronization

/// Gets the clinic's own certificate from an authority that speaks ACME, and renews it at two thirds
/// of its life.
///
/// The first one is asked for by a person and shown on trial, as one that is uploaded; those after it
/// come by themselves.
/// Spec: RFC 8555, https://www.rfc-editor.org/rfc/rfc8555
package final class AcmeKeeper: Sendable {
    /// What the box shows to an authority that looks.
    package let desk = ChallengeDesk()
    let parts: AcmeParts
    let state = Mutex(State())

    struct State {
        var memory: AcmeMemory?
        /// What a person asked for: with or without a trial.
        var asked: Bool?
        var isServing = false
        /// What is being done, in words.
        var step: String?
        var trial: (token: String, fingerprint: String)?
    }

    /// Makes the keeper; it works with ``round(_:)``.
    package init(_ parts: AcmeParts) { self.parts = parts }

    /// Says whether somebody calls ``round(_:)``.
    package func serve(_ isServing: Bool) { state.withLock { $0.isServing = isServing } }

    /// Asks for a certificate now.
    ///
    /// - Parameter isSure: puts it in force without a browser that confirms it.
    /// - Throws: ``Problem`` that says what is missing, or until when the authority wants no more.
    package func ask(_ grant: Grant, isSure: Bool) async throws {
        let settings = parts.settings()
        guard settings.address != nil, !settings.names.isEmpty else {
            throw Problem(
                .incomplete,
                "Set the address of the authority (ACME_DIRECTORY) and the names of the certificate "
                    + "(ACME_NAMES) first, on the page Settings under Network.")
        }
        let memory = try await memory(grant)
        let (isServing, isBusy) = state.withLock {
            ($0.isServing, $0.step != nil || $0.asked != nil || $0.trial != nil)
        }
        guard isServing else {
            throw Problem(.incomplete, "Start the box first: systemctl start tribal-ehr")
        }
        guard !isBusy, !parts.isTrying() else {
            throw Problem(.conflict, "A certificate is on its way already. Wait a minute.")
        }
        let nowMs = parts.clock.wallMs()
        if memory.isSentAway, memory.nextTryMs > nowMs, memory.directory == settings.directory {
            throw Problem(
                .throttled,
                "The authority wants to be asked again after "
                    + "\(Timestamp.text(ms: memory.nextTryMs).prefix(16)) UTC.",
                retryAfterSeconds: Int((memory.nextTryMs - nowMs) / 1_000) + 1)
        }
        state.withLock { $0.asked = isSure }
    }

    /// Forgets the key for the authority, so that the next certificate begins with a fresh account.
    package func forget(_ grant: Grant) async throws {
        try await keep(grant, detail: "account at the certificate authority forgotten") {
            $0 = AcmeMemory()
        }
    }

    /// Does what is due: ends a trial, gets what was asked for, renews.
    ///
    /// - Returns: whether something was done.
    @discardableResult
    package func round(_ grant: Grant) async throws -> Bool {
        let memory = try await memory(grant)
        if let trial = state.withLock({ $0.trial }) {
            guard !parts.isTrying() else { return false }
            return try await end(trial.fingerprint, grant)
        }
        let settings = parts.settings()
        if let isSure = state.withLock({ $0.asked }) {
            defer { state.withLock { $0.asked = nil } }
            try await obtain(grant, settings, isSure: isSure)
            return true
        }
        guard memory.isActive, let renewsMs = renewsMs(settings) else { return false }
        let nowMs = parts.clock.wallMs()
        guard nowMs >= renewsMs, nowMs >= memory.nextTryMs else { return false }
        try await obtain(grant, settings, isSure: true)
        return true
    }

    /// When a certificate in force is renewed, in UTC milliseconds; nil where none is to be.
    func renewsMs(_ settings: AcmeSettings) -> Int64? {
        guard settings.address != nil, !settings.names.isEmpty, let held = parts.held() else {
            return nil
        }
        guard Set(settings.names).isSubset(of: held.names) else { return 0 }
        return held.notBeforeMs + (held.notAfterMs - held.notBeforeMs) / 3 * 2
    }

    private func end(_ fingerprint: String, _ grant: Grant) async throws -> Bool {
        let isKept = parts.held()?.fingerprint == fingerprint
        let nowMs = parts.clock.wallMs()
        state.withLock { $0.trial = nil }
        try await keep(
            grant, detail: isKept ? "certificate of an authority in force" : "trial not confirmed"
        ) {
            if isKept {
                $0.succeed()
            } else {
                $0.fail(.notConfirmed, nowMs: nowMs)
            }
        }
        return true
    }
}

extension AcmeKeeper {
    func memory(_ grant: Grant) async throws -> AcmeMemory {
        if let known = state.withLock({ $0.memory }) { return known }
        let read = try await parts.store.rows(grant) { try AcmeMemory.read(grant, $0) }
        state.withLock { $0.memory = read }
        return read
    }

    private func keep(
        _ grant: Grant, detail: String, _ change: (inout AcmeMemory) -> Void
    ) async throws {
        var memory = try await memory(grant)
        change(&memory)
        let changed = memory
        try await parts.store.changeRows(grant, note: AuditNote(grant.ask, detail: detail)) {
            try changed.put(grant, $0)
        }
        state.withLock { $0.memory = changed }
    }

    private func obtain(_ grant: Grant, _ settings: AcmeSettings, isSure: Bool) async throws {
        state.withLock { $0.step = "asking the authority" }
        defer { state.withLock { $0.step = nil } }
        let nowMs = parts.clock.wallMs()
        do {
            let key = try await accountKey(grant, settings, nowMs)
            let fetched = try await fetch(key, settings, isSure: isSure)
            let token = try await install(grant, fetched)
            guard let token else {
                return try await keep(grant, detail: "certificate of an authority in force") {
                    $0.succeed()
                }
            }
            let leaf = try Certificates.facts(
                ofPEM: String(decoding: fetched.chainPEM, as: UTF8.self))
            state.withLock { $0.trial = (token, leaf.fingerprint) }
        } catch let fault as AcmeFault {
            // A box that stops tries again when it serves.
            if fault == .unreachable(.stopping) { return }
            try await keep(grant, detail: "no certificate from the authority") {
                $0.fail(fault, nowMs: nowMs)
            }
            if isSure {
                try await parts.tell(
                    grant, "certificate.acme",
                    "The clinic's certificate could not be renewed. \(fault.words) The box tries again "
                        + "by itself; see the page Certificates.")
            }
        }
    }

    /// The key for this authority; a fresh one is kept before it is used, so that no loss of power
    /// makes a second account.
    private func accountKey(
        _ grant: Grant, _ settings: AcmeSettings, _ nowMs: Int64
    ) async throws -> AccountKey {
        let directory = settings.directory ?? ""
        let memory = try await memory(grant)
        var made: SecretBytes?
        if memory.key == nil || memory.directory != directory { made = try AccountKey.make().pem }
        let pem = made
        try await keep(grant, detail: "certificate authority asked") {
            $0.lastTryMs = nowMs
            guard let pem else { return }
            $0 = AcmeMemory(
                directory: directory, key: pem, isActive: $0.isActive, lastTryMs: nowMs)
        }
        guard let key = made ?? memory.key else { throw AcmeFault.library }
        do {
            return try AccountKey(pem: key)
        } catch {
            throw AcmeFault.library
        }
    }

    private func fetch(
        _ key: AccountKey, _ settings: AcmeSettings, isSure: Bool
    ) async throws -> AcmeParts.Fetched {
        guard let directory = settings.address else { throw AcmeFault.odd("the directory") }
        let rules = settings.rules(authorityFile: parts.authorityFile())
        let client = OutgoingClient { rules }
        defer { client.close() }
        let made = try Certificates.makeRequest(dnsNames: settings.names)
        let lines = made.requestPEM.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        guard let request = Base64.bytes(lines.joined()) else { throw AcmeFault.library }
        var session = try await AcmeSession(client, key: key, directory: directory)
        try await session.register(contact: settings.contact)
        state.withLock { $0.step = "proving the names" }
        var order = AcmeOrder(
            session: session, names: settings.names, desk: desk,
            hook: settings.hook.map { NameServerHook(path: $0) }, pause: parts.pause)
        let chain = try await order.certificate(for: request)
        return AcmeParts.Fetched(
            chainPEM: chain, keyPEM: made.keyPEM, names: settings.names, isSure: isSure)
    }

    private func install(_ grant: Grant, _ fetched: AcmeParts.Fetched) async throws -> String? {
        state.withLock { $0.step = "checking the certificate" }
        do {
            return try await parts.install(grant, fetched)
        } catch let problem as Problem {
            throw AcmeFault.notTaken(problem.detail)
        }
    }
}

extension AcmeKeeper {
    /// Writes how it stands, as members of an object; no key is among it.
    ///
    /// - Parameter isTold: whether the token of a trial is among it.
    package func write(_ grant: Grant, isTold: Bool, to out: inout JSONWriter) async throws {
        let memory = try await memory(grant)
        let settings = parts.settings()
        let (step, isAsked, trial) = state.withLock { ($0.step, $0.asked != nil, $0.trial) }
        let isSet = settings.address != nil && !settings.names.isEmpty
        let isWorking = step != nil || isAsked
        out.member(
            "state",
            !isSet
                ? "off"
                : trial != nil ? "trial" : isWorking ? "working" : memory.isActive ? "on" : "ready")
        if let directory = settings.directory { out.member("directory", directory) }
        if let contact = settings.contact { out.member("contact", contact) }
        out.array("names") { list in
            for name in settings.names { list.string(name) }
        }
        out.member("way", settings.hook == nil ? "http-01" : "dns-01")
        if isWorking { out.member("step", step ?? "beginning") }
        if let fault = memory.fault { out.member("fault", fault) }
        out.member("failures", memory.failures)
        if memory.lastTryMs > 0 { out.member("lastTryAt", Timestamp.text(ms: memory.lastTryMs)) }
        if memory.isActive, let renewsMs = renewsMs(settings) {
            out.member(
                "renewsAt",
                Timestamp.text(ms: max(renewsMs, memory.nextTryMs, parts.clock.wallMs())))
        }
        if let trial, isTold { out.member("token", trial.token) }
    }
}
