import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import Synchronization
import TestKit

/// A keeper of certificates over a real store, on a machine whose names and addresses a test
/// changes.
final class KeeperBox: Sendable {
    struct Machine: Sendable {
        var label = "red-mesa"
        var addresses = ["127.0.0.1", "::1", "192.168.1.20"]
        var resolving: Set<String> = []
        var notices: [String] = []
    }

    /// 2027-01-15T08:00:00Z; a box knows that it was not made before it was built.
    static let rightMs: Int64 = 1_800_000_000_000
    private static let plausibleFromMs: Int64 = 1_793_491_200_000

    let test: TestBox
    let keeper: CertificateKeeper
    let machine: Shared

    /// What the test says of the machine.
    final class Shared: Sendable {
        let value = Mutex(Machine())
    }

    private init(_ test: TestBox, _ machine: Shared) {
        self.test = test
        self.machine = machine
        keeper = CertificateKeeper(
            CertificateKeeper.Parts(
                store: test.box.store, clock: test.box.clock, folder: test.box.folder,
                surroundings: CertificateKeeper.Surroundings(
                    label: { machine.value.withLock(\.label) }, hostName: { nil },
                    addresses: { machine.value.withLock(\.addresses) },
                    leadsHere: { name in
                        machine.value.withLock { $0.resolving.contains(name) }
                    },
                    tell: { _, kind, _ in machine.value.withLock { $0.notices.append(kind) } },
                    plausibleFromMs: Self.plausibleFromMs)))
    }

    static func with(
        _ clock: FixedClock = FixedClock(wallMs: rightMs), _ body: (KeeperBox) async throws -> Void
    ) async throws {
        try await TestBox.with(clock: clock) { test in
            try await body(KeeperBox(test, Shared()))
        }
    }

    /// Another keeper over the same store, as after a loss of power.
    var restarted: KeeperBox { KeeperBox(test, machine) }

    var grant: Grant {
        get async throws {
            try await test.box.grant(
                Ask(.administer, area: .system, type: "Certificate"), test.box.machine("job"))
        }
    }

    /// Serves, with names from the configuration.
    @discardableResult
    func serve(_ hosts: String...) async throws -> TLSIdentity {
        try await keeper.serve(try await grant, hosts: hosts)
    }

    @discardableResult
    func refresh() async throws -> Bool { try await keeper.refresh(try await grant) }

    /// What is kept in the folder for people to take along.
    var authority: [UInt8] { TemporaryFolder.bytes(of: test.box.folder.tls + "/ca.pem") }

    /// The names of the certificate that the box makes.
    var names: Set<String> {
        get async throws {
            let box = try await served.first { $0.string("kind") == "box" }
            return Set(box?["names"]?.elements.compactMap(\.string) ?? [])
        }
    }

    /// The certificates that are shown, the clinic's own first.
    var served: [JSON] {
        get async throws { try await view["served"].map { Array($0.elements) } ?? [] }
    }

    var view: JSON {
        get async throws {
            var writer = JSONWriter()
            writer.beginObject()
            try await keeper.write(try await grant, to: &writer)
            writer.endObject()
            return try JSON.parse(writer.bytes)
        }
    }
}

/// A certificate of the clinic's own, with an authority that nobody knows.
struct OwnCertificate: Sendable {
    let chain: [UInt8]
    let key: [UInt8]

    init(_ names: [String], nowMs: Int64 = KeeperBox.rightMs) throws {
        let root = try Certificates.makeAuthority(
            name: "Cedar Root", dnsNames: ["example"], nowMs: nowMs)
        let leaf = try Certificates.makeLeaf(
            dnsNames: names, addresses: [], authority: root, nowMs: nowMs)
        chain = Array((leaf.certificatePEM + root.certificatePEM).utf8)
        key = leaf.keyPEM.withBytes { Array($0) }
    }

    var brought: CertificateKeeper.Brought {
        CertificateKeeper.Brought(certificatePEM: chain, keyPEM: key, host: nil)
    }
}
