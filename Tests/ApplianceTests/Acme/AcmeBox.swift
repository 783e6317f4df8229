import AccessControl
import Assembly
import Exchange
import FHIRModel
import Kernel
import RecordStore
import Sealing
import Steward
import Synchronization
import TestKit

/// A box that gets its certificate from an authority of the test.
struct AcmeBox: Sendable {
    static let name = "ehr.clinic.example"

    let keeper: KeeperBox
    let acme: AcmeKeeper
    let settings: Setup
    private let notices: Setup

    /// What the test says of the settings, and what administrators are told.
    final class Setup: Sendable {
        let value = Mutex(AcmeSettings())
        let told = Mutex<[String]>([])
    }

    init(_ keeper: KeeperBox, _ settings: Setup = Setup()) {
        self.keeper = keeper
        self.settings = settings
        notices = settings
        let certificates = keeper.keeper
        acme = AcmeKeeper(
            AcmeParts(
                store: keeper.test.box.store, clock: keeper.test.clock.clock,
                settings: { settings.value.withLock { $0 } }, authorityFile: { nil },
                certificates: AcmeParts.Certificates(
                    install: { grant, fetched in
                        try await certificates.bring(
                            grant,
                            CertificateKeeper.Brought(
                                certificatePEM: fetched.chainPEM,
                                keyPEM: fetched.keyPEM.withBytes { Array($0) },
                                host: fetched.names.first), isSure: fetched.isSure
                        ).token
                    },
                    held: {
                        certificates.ownFacts.map {
                            AcmeParts.Held(
                                names: $0.names, fingerprint: $0.fingerprint,
                                notBeforeMs: $0.notBeforeMs, notAfterMs: $0.notAfterMs)
                        }
                    }, isTrying: { certificates.isTrying },
                    tell: { _, _, text in settings.told.withLock { $0.append(text) } }),
                pause: { _ in true }))
        acme.serve(true)
    }

    /// A box and an authority that looks at what the box shows.
    static func with(
        _ body: (AcmeBox, AcmeAuthority) async throws -> Void
    ) async throws {
        try await KeeperBox.with { keeper in
            try await keeper.serve()
            let box = AcmeBox(keeper)
            let desk = box.acme.desk
            try await AcmeAuthority.with(
                keeper.test.clock,
                look: { _, token in desk.answer(path: ChallengeDesk.path + token) },
                { authority in
                    box.set {
                        $0.directory = authority.directory
                        $0.names = [Self.name]
                        $0.contact = "office@clinic.example"
                    }
                    try await body(box, authority)
                })
        }
    }

    /// The same after a loss of power.
    var restarted: AcmeBox { AcmeBox(keeper.restarted, settings) }

    /// Changes the settings.
    func set(_ change: (inout AcmeSettings) -> Void) { settings.value.withLock { change(&$0) } }

    /// What administrators were told.
    var told: [String] { notices.told.withLock { $0 } }

    /// Asks for a certificate and does what is due.
    func get(isSure: Bool = true) async throws {
        let grant = try await keeper.grant
        try await acme.ask(grant, isSure: isSure)
        try await acme.round(grant)
    }

    @discardableResult
    func round() async throws -> Bool { try await acme.round(try await keeper.grant) }

    /// How it stands, as the page reads it.
    var view: JSON {
        get async throws {
            var writer = JSONWriter()
            writer.beginObject()
            try await acme.write(try await keeper.grant, isTold: true, to: &writer)
            writer.endObject()
            return try JSON.parse(writer.bytes)
        }
    }

    var fault: String? { get async throws { try await view.string("fault") } }

    /// The fingerprint of the clinic's own certificate.
    var own: String? { keeper.keeper.ownFacts?.fingerprint }

    func advance(days: Int64) { keeper.test.clock.advance(ms: days * 86_400_000) }
}
