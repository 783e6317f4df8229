import Glibc
import Kernel
import Retention
import TestKit
import Testing

/// Ten years of backups with everything that happens in ten years, against a second reading of the
/// promise that shares no line with the first.
@Suite struct `Ten years of retention` {
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000
    private static var isFull: Bool { getenv("TRIBAL_EHR_FULL") != nil }

    /// The promise, read slowly: for each tier, walk back over the days of the calendar as text.
    private static func promised(
        _ copies: [RetentionCopy], _ policy: RetentionPolicy
    ) -> Set<Int64> {
        let proven = copies.filter { $0.state == .proven }
        if proven.count < 3 { return Set(copies.map(\.sequence)) }
        let order = proven.map(\.sequence).sorted(by: >)
        var kept = Set(order.prefix(3))
        for (tier, count) in [
            (0, policy.hourly), (1, policy.daily), (2, policy.weekly), (3, policy.monthly),
        ] {
            var winners: [(label: String, sequence: Int64)] = []
            for copy in proven.sorted(by: { $0.sequence > $1.sequence }) {
                let label = label(copy, tier)
                if !winners.contains(where: { $0.label == label }) {
                    winners.append((label, copy.sequence))
                }
                if winners.count >= count { break }
            }
            kept.formUnion(winners.prefix(count).map(\.sequence))
        }
        let oldestSafe = order[2]
        for copy in copies where copy.state != .proven && copy.sequence > oldestSafe {
            kept.insert(copy.sequence)
        }
        return kept
    }

    private static func label(_ copy: RetentionCopy, _ tier: Int) -> String {
        let text = Timestamp.text(ms: copy.markMs + Int64(copy.zoneOffsetSeconds) * 1_000)
        switch tier {
        case 0: return String(Timestamp.text(ms: copy.markMs).prefix(13))
        case 1: return String(text.prefix(10))
        case 2:
            // The day number of the week's Monday, found by walking back to it.
            var day = (copy.markMs + Int64(copy.zoneOffsetSeconds) * 1_000)
                .flooringDivided(by: dayMs).quotient
            while (day + 4).flooringDivided(by: 7).remainder != 1 { day -= 1 }
            return "\(day)"
        default: return String(text.prefix(7))
        }
    }

    /// The offset of a zone with summer time: an hour more from the 70th to the 305th day.
    private static func offset(_ ms: Int64) -> Int {
        let date = Timestamp.civil(daysSince1970: ms.flooringDivided(by: dayMs).quotient)
        let yearMs = Timestamp.daysSince1970(year: date.year, month: 1, day: 1) * dayMs
        return 70 * dayMs..<305 * dayMs ~= ms - yearMs ? -21_600 : -25_200
    }

    /// One life of a box.
    private struct Life {
        var random: SeededRandom
        var time: BoxTime
        var trueMs: Int64 = FixedClock.mondayMs
        /// How far the wall clock is off.
        var errorMs: Int64 = 0
        var bootCount = 0
        var bootMs: Int64 = FixedClock.mondayMs
        var sequence: Int64 = 0
        var copies: [RetentionCopy] = []
        var all: [RetentionCopy] = []
        var heldCount = 0
        var prunedCount = 0

        init(seed: UInt64) {
            random = SeededRandom(seed: seed)
            time = BoxTime(
                BoxTime.Reading(wallMs: FixedClock.mondayMs, steadyMs: 0, bootID: "0"),
                plausibleFromMs: 0)
        }

        mutating func advance() {
            time.advance(
                to: BoxTime.Reading(
                    wallMs: trueMs + errorMs, steadyMs: trueMs - bootMs, bootID: "\(bootCount)"),
                plausibleFromMs: 1_700_000_000_000)
        }
    }

    @Test(arguments: isFull ? Array(UInt64(1)...20) : [1, 2])
    func `exactly the promised copies are there, whatever the clock and the disk did`(
        _ seed: UInt64
    ) {
        var life = Life(seed: seed)
        let endMs = life.trueMs + 3_652 * Self.dayMs
        let stepHours: Int64 = Self.isFull ? 1 : 6
        var days = 0
        while life.trueMs < endMs {
            life.trueMs += stepHours * Self.hourMs
            Self.trouble(&life)
            life.advance()
            Self.backUp(&life)
            guard life.trueMs / Self.dayMs != (life.trueMs - stepHours * Self.hourMs) / Self.dayMs
            else { continue }
            days += 1
            Self.prove(&life)
            let before = life.copies
            let plan = RetentionPlan(
                copies: before, policy: .standard, isClockTrusted: life.time.isTrusted)
            let kept = Set(plan.kept.keys)
            let expected =
                life.time.isTrusted
                ? Self.promised(before, .standard) : Set(before.map(\.sequence))
            if kept != expected {
                Issue.record("day \(days): kept \(kept.count), promised \(expected.count)")
                return
            }
            if plan.hold != nil { life.heldCount += 1 }
            life.prunedCount += plan.dropped.count
            life.copies.removeAll { plan.kept[$0.sequence] == nil }
        }
        // What is there after ten years of deleting is what one look at all ten years promises, but
        // for what a wrong clock or a failed proof cost.
        #expect(life.copies.count > 100 && life.copies.count < 260)
        #expect(life.prunedCount > 3_000)
        #expect(life.heldCount > 0)
    }

    @Test func `ten years without trouble end with the very copies that all ten years promise`() {
        var all: [RetentionCopy] = []
        var copies: [RetentionCopy] = []
        let startMs = FixedClock.mondayMs
        for step in 0..<3_652 * 4 {
            let ms = startMs + Int64(step) * 6 * Self.hourMs
            let copy = RetentionCopy(
                sequence: Int64(step + 1), markMs: ms, zoneOffsetSeconds: Self.offset(ms),
                bytes: 1, state: .proven)
            all.append(copy)
            copies.append(copy)
            guard step % 4 == 3 else { continue }
            let plan = RetentionPlan(copies: copies, policy: .standard)
            copies.removeAll { plan.kept[$0.sequence] == nil }
        }
        let once = RetentionPlan(copies: all, policy: .standard)
        #expect(Set(copies.map(\.sequence)) == Set(once.kept.keys))
        #expect(Self.promised(all, .standard) == Set(once.kept.keys))
    }

    /// Clocks that jump, starts of the machine, weeks in the dark.
    private static func trouble(_ life: inout Life) {
        switch life.random.next() % 4_000 {
        case 0: life.errorMs += 400 * dayMs
        case 1: life.errorMs -= 30 * dayMs
        case 2: life.errorMs += Int64(life.random.next() % 7_200_000)
        case 3...12: life.errorMs = 0
        case 13...18:
            life.bootCount += 1
            life.bootMs = life.trueMs
        case 19:
            // Three weeks switched off.
            life.trueMs += 21 * dayMs
            life.bootCount += 1
            life.bootMs = life.trueMs
        case 20:
            // A start with a clock whose battery is empty.
            life.bootCount += 1
            life.bootMs = life.trueMs
            life.errorMs = 1_262_304_000_000 - life.trueMs
        default: break
        }
    }

    private static func backUp(_ life: inout Life) {
        guard life.random.next() % 40 != 0 else { return }
        life.sequence += 1
        let ms = life.time.markMs
        life.copies.append(
            RetentionCopy(
                sequence: life.sequence, markMs: ms, zoneOffsetSeconds: offset(ms),
                bytes: 1_000, state: .unproven))
    }

    /// Proves what waits, but for one night in thirty, and finds one in five hundred damaged.
    private static func prove(_ life: inout Life) {
        guard life.random.next() % 30 != 0 else { return }
        life.copies = life.copies.map { copy in
            guard copy.state == .unproven else { return copy }
            return RetentionCopy(
                sequence: copy.sequence, markMs: copy.markMs,
                zoneOffsetSeconds: copy.zoneOffsetSeconds, bytes: copy.bytes,
                state: life.random.next() % 500 == 0 ? .failed : .proven)
        }
    }
}
