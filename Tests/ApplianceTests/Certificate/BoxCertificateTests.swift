import AccessControl
import Assembly
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

/// The certificate of the box under clocks that jump.
@Suite struct `Box certificate` {
    private static func current(
        _ test: TestBox, hosts: [String] = []
    ) async throws -> BoxCertificate.Current {
        let grant = try await test.box.grant(
            Ask(.administer, area: .system, type: "Certificate"), test.box.machine("job"))
        return try await BoxCertificate(box: test.box, hosts: hosts).current(grant)
    }

    /// 2027-01-15T08:00:00Z; a box knows that it was not made before it was built.
    private static let rightMs: Int64 = 1_800_000_000_000

    @Test func `it stays while it is young and is made anew before it ends`() async throws {
        try await TestBox.with(clock: FixedClock(wallMs: Self.rightMs)) { test in
            let first = try await Self.current(test)
            #expect(try await Self.current(test).certificatePEM == first.certificatePEM)
            let life = first.notAfterMs - test.clock.wallMs
            test.clock.advance(ms: life * 3 / 4)
            let second = try await Self.current(test)
            #expect(second.certificatePEM != first.certificatePEM)
            #expect(second.notAfterMs > first.notAfterMs)
        }
    }

    @Test func `another name makes another one under the same authority`() async throws {
        try await TestBox.with(clock: FixedClock(wallMs: Self.rightMs)) { test in
            let first = try await Self.current(test)
            let file = test.box.folder.tls + "/ca.pem"
            let authority = TemporaryFolder.bytes(of: file)
            let second = try await Self.current(test, hosts: ["second.local"])
            #expect(second.certificatePEM != first.certificatePEM)
            #expect(second.names.contains("second.local"))
            #expect(TemporaryFolder.bytes(of: file) == authority && !authority.isEmpty)
        }
    }

    @Test(arguments: [0, 946_684_800_000, 2_500_000_000_000, 4_102_444_800_000] as [Int64])
    func `a clock that is years off keeps nobody out`(_ wrongMs: Int64) async throws {
        try await TestBox.with(clock: FixedClock(wallMs: Self.rightMs)) { test in
            let rightMs = Self.rightMs
            _ = try await Self.current(test)
            test.clock.turn(toWallMs: wrongMs)
            _ = try await Self.current(test)
            test.clock.turn(toWallMs: rightMs)
            let again = try await Self.current(test)
            let facts = try Certificates.facts(
                ofPEM: String(decoding: again.certificatePEM, as: UTF8.self))
            #expect(facts.notBeforeMs <= rightMs && rightMs < facts.notAfterMs)
        }
    }

    @Test func `a box that is born in 1970 serves, and heals once the clock is right`() async throws
    {
        let clock = FixedClock(wallMs: 0)
        try await TestBox.with(clock: clock) { test in
            _ = try await Self.current(test)
            clock.turn(toWallMs: Self.rightMs)
            let again = try await Self.current(test)
            #expect(again.notAfterMs > clock.wallMs)
        }
    }
}
