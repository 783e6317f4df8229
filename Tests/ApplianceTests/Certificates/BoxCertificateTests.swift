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
import Testing

/// The certificate that the box makes, under clocks that jump and networks that change.
@Suite struct `Box certificate` {
    private static func notAfterMs(_ box: KeeperBox) async throws -> String {
        return try await box.served.first?.string("expiresAt") ?? ""
    }

    @Test func `it stays while it is young and is made anew before it ends`() async throws {
        try await KeeperBox.with { box in
            let tls = try await box.serve()
            let first = try await Self.notAfterMs(box)
            let day: Int64 = 86_400_000
            box.test.clock.advance(ms: 260 * day)
            #expect(try await !box.refresh())
            #expect(tls.number == 1)
            box.test.clock.advance(ms: 10 * day)
            #expect(try await box.refresh())
            #expect(tls.number == 2)
            #expect(try await Self.notAfterMs(box) > first)
            #expect(try await !box.refresh())
        }
    }

    @Test func `it carries the names of the box and every private address`() async throws {
        try await KeeperBox.with { box in
            try await box.serve("ehr.clinic.example")
            let names = try await box.names
            for name in [
                "red-mesa.local", "red-mesa.lan", "red-mesa.internal", "red-mesa.home.arpa",
                "localhost", "ehr.clinic.example", "127.0.0.1", "::1", "192.168.1.20",
            ] {
                #expect(names.contains(name), "\(name)")
                #expect(box.keeper.isName(name), "\(name)")
            }
            #expect(!box.keeper.isName("evil.example"))
        }
    }

    @Test func `another address or name makes another one under the same authority`() async throws {
        try await KeeperBox.with { box in
            try await box.serve()
            let authority = box.authority
            box.machine.value.withLock { $0.addresses = ["127.0.0.1", "::1", "10.0.0.7"] }
            #expect(try await box.refresh())
            // The address of before stays: it may come back.
            #expect(try await box.names.isSuperset(of: ["10.0.0.7", "192.168.1.20"]))
            box.machine.value.withLock { $0.addresses = ["127.0.0.1", "::1", "192.168.1.20"] }
            #expect(try await !box.refresh())
            box.machine.value.withLock { $0.label = "blue-mesa" }
            #expect(try await box.refresh())
            let names = try await box.names
            #expect(names.contains("blue-mesa.local") && !names.contains("red-mesa.local"))
            box.keeper.hold(label: "blue-mesa-2")
            #expect(try await box.refresh())
            #expect(try await box.names.contains("blue-mesa-2.local"))
            #expect(box.authority == authority && !authority.isEmpty)
        }
    }

    @Test func `a name that the authority may not vouch for is left out and told`() async throws {
        try await KeeperBox.with { box in
            try await box.serve()
            let later = box.restarted
            try await later.serve("ehr.clinic.example")
            #expect(try await !later.names.contains("ehr.clinic.example"))
            let told = try await later.view["uncovered"]?.elements.compactMap(\.string)
            #expect(told == ["ehr.clinic.example"])
        }
    }

    @Test(arguments: [0, 946_684_800_000, 2_500_000_000_000, 4_102_444_800_000] as [Int64])
    func `a clock that is years off keeps nobody out`(_ wrongMs: Int64) async throws {
        try await KeeperBox.with { box in
            try await box.serve()
            box.test.clock.turn(toWallMs: wrongMs)
            try await box.refresh()
            // One certificate is enough, however often it is looked at.
            #expect(try await !box.refresh())
            box.test.clock.turn(toWallMs: KeeperBox.rightMs)
            try await box.refresh()
            let days = try await box.served.first?["daysLeft"]?.int ?? 0
            #expect((0...397).contains(days))
        }
    }

    @Test func `a box that is born in 1970 serves, and heals once the clock is right`() async throws
    {
        let clock = FixedClock(wallMs: 0)
        try await KeeperBox.with(clock) { box in
            try await box.serve()
            clock.turn(toWallMs: KeeperBox.rightMs)
            try await box.refresh()
            let days = try await box.served.first?["daysLeft"]?.int ?? 0
            #expect((200...397).contains(days))
        }
    }

    @Test func `the authority is the same after a restart, and its key is sealed`() async throws {
        try await KeeperBox.with { box in
            try await box.serve()
            let authority = box.authority
            let later = box.restarted
            try await later.serve()
            #expect(later.authority == authority)
            #expect(later.keeper.fingerprintGroups == box.keeper.fingerprintGroups)
            #expect(box.keeper.fingerprintGroups.count == 16)
            let facts = try Certificates.facts(ofPEM: String(decoding: authority, as: UTF8.self))
            #expect(facts.notAfterMs - KeeperBox.rightMs == 3_652 * 86_400_000)
            try await box.test.box.store.anchorAudit()
            for name in TemporaryFolder.names(in: box.test.box.folder.path) {
                let bytes = TemporaryFolder.bytes(of: box.test.box.folder.path + "/" + name)
                #expect(bytes.firstRange(of: Array("PRIVATE KEY".utf8)) == nil, "\(name)")
            }
        }
    }
}
