import Retention
import TestKit
import Testing

@Suite struct `Box time` {
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000
    private static let startMs = FixedClock.mondayMs
    private static let fromMs: Int64 = 1_700_000_000_000

    private static func reading(
        _ wallMs: Int64, _ steadyMs: Int64, _ boot: String = "a"
    ) -> BoxTime.Reading {
        BoxTime.Reading(wallMs: wallMs, steadyMs: steadyMs, bootID: boot)
    }

    private static func started() -> BoxTime {
        BoxTime(reading(startMs, 1_000), plausibleFromMs: fromMs)
    }

    @Test func `it follows a clock that runs as it should`() {
        var time = Self.started()
        time.advance(to: Self.reading(Self.startMs + 5_000, 6_000), plausibleFromMs: Self.fromMs)
        #expect(time.isTrusted)
        #expect(time.markMs == Self.startMs + 5_000)
    }

    @Test(arguments: [400 * dayMs, -30 * dayMs, 3 * hourMs])
    func `a jump leaves it where it was, and in doubt`(_ jumpMs: Int64) {
        var time = Self.started()
        time.advance(
            to: Self.reading(Self.startMs + jumpMs + 1_000, 2_000), plausibleFromMs: Self.fromMs)
        #expect(!time.isTrusted)
        #expect(time.markMs == Self.startMs + 1_000)
        time.advance(
            to: Self.reading(Self.startMs + jumpMs + Self.hourMs, 1_000 + Self.hourMs),
            plausibleFromMs: Self.fromMs)
        #expect(!time.isTrusted)
        #expect(time.markMs == Self.startMs + Self.hourMs)
        // The clock comes back.
        time.advance(
            to: Self.reading(Self.startMs + 2 * Self.hourMs, 1_000 + 2 * Self.hourMs),
            plausibleFromMs: Self.fromMs)
        #expect(time.isTrusted)
        #expect(time.markMs == Self.startMs + 2 * Self.hourMs)
    }

    @Test func `a clock that stays where it jumped to is believed after a day, or at once by hand`()
    {
        var time = Self.started()
        for hour in 0...25 {
            time.advance(
                to: Self.reading(
                    Self.startMs + 100 * Self.dayMs + Int64(hour) * Self.hourMs,
                    2_000 + Int64(hour) * Self.hourMs), plausibleFromMs: Self.fromMs)
            #expect(time.isTrusted == (hour >= 24), "hour \(hour)")
        }
        #expect(time.markMs > Self.startMs + 100 * Self.dayMs)
        var other = Self.started()
        other.advance(
            to: Self.reading(Self.startMs + 100 * Self.dayMs, 2_000), plausibleFromMs: Self.fromMs)
        let isTaken = other.confirm(plausibleFromMs: Self.fromMs)
        #expect(isTaken)
        #expect(other.isTrusted)
        #expect(other.markMs == Self.startMs + 100 * Self.dayMs)
    }

    @Test func `three weeks switched off are no jump, half a year is, and going back is`() {
        var time = Self.started()
        time.advance(
            to: Self.reading(Self.startMs + 21 * Self.dayMs, 10, "b"), plausibleFromMs: Self.fromMs)
        #expect(time.isTrusted)
        time.advance(
            to: Self.reading(Self.startMs + 200 * Self.dayMs, 10, "c"),
            plausibleFromMs: Self.fromMs)
        #expect(!time.isTrusted)
        var back = Self.started()
        back.advance(
            to: Self.reading(Self.startMs - Self.dayMs, 10, "b"), plausibleFromMs: Self.fromMs)
        #expect(!back.isTrusted)
        #expect(back.markMs == Self.startMs)
    }

    @Test func `a clock from before the release is never believed`() {
        var time = BoxTime(Self.reading(1_262_304_000_000, 1), plausibleFromMs: Self.fromMs)
        #expect(!time.isTrusted)
        let isTaken = time.confirm(plausibleFromMs: Self.fromMs)
        #expect(!isTaken)
        for hour in 1...50 {
            time.advance(
                to: Self.reading(
                    1_262_304_000_000 + Int64(hour) * Self.hourMs, Int64(hour) * Self.hourMs),
                plausibleFromMs: Self.fromMs)
        }
        #expect(!time.isTrusted)
    }
}

@Suite struct `Zones` {
    @Test func `Denver's clocks change where the calendar of the United States says`() throws {
        let bytes = TemporaryFolder.bytes(of: "/usr/share/zoneinfo/America/Denver")
        guard !bytes.isEmpty else { return }
        let zone = try #require(ZoneTable(bytes))
        // 2026-03-08T08:59:59Z and a second later; 2026-11-01T07:59:59Z and a second later.
        #expect(zone.offsetSeconds(atMs: 1_772_960_399_000) == -25_200)
        #expect(zone.offsetSeconds(atMs: 1_772_960_400_000) == -21_600)
        #expect(zone.offsetSeconds(atMs: 1_793_519_999_000) == -21_600)
        #expect(zone.offsetSeconds(atMs: 1_793_520_000_000) == -25_200)
    }

    @Test func `no bytes break the reader`() {
        var bytes = TemporaryFolder.bytes(of: "/usr/share/zoneinfo/America/Denver")
        if bytes.isEmpty { bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 100) }
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            var mutant = bytes
            for _ in 0..<4 {
                let index = Int(random.next() % UInt64(mutant.count))
                mutant[index] = UInt8(truncatingIfNeeded: random.next())
            }
            mutant.removeLast(Int(random.next() % UInt64(mutant.count)))
            _ = ZoneTable(mutant)?.offsetSeconds(atMs: FixedClock.mondayMs)
        }
        #expect(ZoneTable([]) == nil)
        #expect(ZoneTable(Array("TZif".utf8)) == nil)
    }
}
