import Exchange
import Hummingbird
import RecordStore
import Sealing
import ServerKit
import Steward

extension Box {
    /// What the certificates of an authority are got with.
    static func acmeParts(
        _ store: RecordStore, _ settings: LiveSettings, _ keeper: CertificateKeeper
    ) -> AcmeParts {
        AcmeParts(
            store: store, clock: store.parts.clock, settings: { settings.current.acme },
            authorityFile: { settings.current.outgoing.authorityFile },
            certificates: AcmeParts.Certificates(
                install: { grant, fetched in
                    let key = fetched.keyPEM.withBytes { Array($0) }
                    let brought = CertificateKeeper.Brought(
                        certificatePEM: fetched.chainPEM, keyPEM: key, host: fetched.names.first)
                    return try await keeper.bring(grant, brought, isSure: fetched.isSure).token
                },
                held: {
                    keeper.ownFacts.map {
                        AcmeParts.Held(
                            names: $0.names, fingerprint: $0.fingerprint,
                            notBeforeMs: $0.notBeforeMs, notAfterMs: $0.notAfterMs)
                    }
                },
                isTrying: { keeper.isTrying },
                tell: { grant, kind, text in
                    try await NoticeBoard(store: store).tell(grant, kind: kind, text)
                }))
    }

    /// What plain HTTP answers where an authority looks; nil for every other path.
    func challengeAnswer(_ request: Request) -> Response? {
        guard request.uri.path.hasPrefix(ChallengeDesk.path) else { return nil }
        guard let text = acme.desk.answer(path: request.uri.path) else {
            return Response(status: .notFound)
        }
        return .bytes(Array(text.utf8), type: "application/octet-stream")
    }
}
