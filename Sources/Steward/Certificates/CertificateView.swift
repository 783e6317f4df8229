package import AccessControl
package import FHIRModel
import Kernel
import RecordStore
import Sealing
import Synchronization

extension CertificateKeeper {
    /// Writes what administrators see of the certificates, as members of an object.
    ///
    /// No key is among it.
    package func write(_ grant: Grant, to out: inout JSONWriter) async throws {
        try await load(grant)
        let request = try await parts.store.rows(grant) {
            try CertificateRows.request(grant, $0)?.requestPEM
        }
        let state = state.withLock { $0 }
        let label = names.labels.first ?? parts.surroundings.label()
        let groups = fingerprintGroups
        out.member("address", "\(label).local")
        out.array("served") { list in
            if let own = state.own { write(own, "own", state, to: &list) }
            if let leaf = state.leaf { write(leaf, "box", state, to: &list) }
        }
        if let authority = state.authority {
            out.object("authority") { one in
                one.member("name", authority.facts.subject)
                one.member("fingerprint", groups.joined(separator: " "))
                one.member("expiresAt", Timestamp.text(ms: authority.notAfterMs))
            }
        }
        if let trial = state.trial {
            let leftMs = max(0, trial.endsSteadyMs - parts.clock.steadyMs())
            out.object("trial") { one in
                one.member("secondsLeft", Int(leftMs / 1_000))
                one.array("names") { list in
                    for name in trial.candidate.facts.names { list.string(name) }
                }
                one.member("fingerprint", trial.candidate.facts.fingerprint)
            }
        }
        if let request { out.member("request", request) }
        out.array("uncovered") { list in
            for name in state.uncovered where state.own?.covers(name) != true { list.string(name) }
        }
    }

    private func write(
        _ served: ServedCertificate, _ kind: String, _ state: CertificateState,
        to list: inout JSONWriter
    ) {
        let dayMs: Int64 = 86_400_000
        list.object { one in
            one.member("kind", kind)
            one.array("names") { names in
                for name in served.facts.names { names.string(name) }
            }
            one.member("subject", served.facts.subject)
            one.member("issuer", served.facts.issuer)
            one.member("startsAt", Timestamp.text(ms: served.facts.notBeforeMs))
            one.member("expiresAt", Timestamp.text(ms: served.notAfterMs))
            one.member("daysLeft", Int((served.notAfterMs - parts.clock.wallMs()) / dayMs))
            one.member("fingerprint", served.facts.fingerprint)
            one.member(
                "isTrusted", state.trusted.contains(Self.issuerKey(served, state.authority)))
        }
    }
}
