import Retention
import TestKit
import Testing

@Suite struct `Retention` {
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000
    /// 2026-03-02T15:00:00Z, a Monday.
    private static let startMs = FixedClock.mondayMs

    private static func copy(
        _ sequence: Int64, atMs: Int64, _ state: RetentionCopy.State = .proven, bytes: Int64 = 10
    ) -> RetentionCopy {
        RetentionCopy(
            sequence: sequence, markMs: atMs, zoneOffsetSeconds: -25_200, bytes: bytes,
            state: state)
    }

    @Test func `the newest copy of each hour, day, week and month stays`() {
        let copies = (0..<24 * 400).map {
            Self.copy(Int64($0 + 1), atMs: Self.startMs + Int64($0) * Self.hourMs)
        }
        let plan = RetentionPlan(copies: copies, policy: .standard)
        func count(_ tier: RetentionTier) -> Int {
            plan.kept.values.filter { $0.contains(.tier(tier)) }.count
        }
        #expect(count(.hourly) == 24)
        #expect(count(.daily) == 30)
        #expect(count(.weekly) == 12)
        #expect(count(.monthly) == 14)
        #expect(plan.hold == nil)
        #expect(plan.dropped.count == copies.count - plan.kept.count)
        #expect(plan.dropped.allSatisfy { $0.cause == .policy })
    }

    @Test func `nothing goes while fewer than three are proven`() {
        let copies = (1...50).map { (number: Int64) -> RetentionCopy in
            let isProven = number == 3 || number == 40
            return Self.copy(
                number, atMs: Self.startMs + number * 60_000, isProven ? .proven : .unproven)
        }
        let plan = RetentionPlan(copies: copies, policy: .standard, bytesShort: 1_000)
        #expect(plan.dropped.isEmpty)
        #expect(plan.hold == .fewProven)
        #expect(plan.shortBytes == 1_000)
    }

    @Test func `nothing goes while the clock is in doubt`() {
        let copies = (1...500).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.hourMs)
        }
        let plan = RetentionPlan(
            copies: copies, policy: .standard, isClockTrusted: false, bytesShort: 100)
        #expect(plan.dropped.isEmpty)
        #expect(plan.hold == .clock)
    }

    @Test func `copies that are not proven fill no place, and go once three newer ones are`() {
        var copies = (1...30).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.dayMs, .failed)
        }
        copies += (31...32).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.dayMs)
        }
        #expect(RetentionPlan(copies: copies, policy: .standard).dropped.isEmpty)
        copies.append(Self.copy(33, atMs: Self.startMs + 33 * Self.dayMs))
        copies.append(Self.copy(34, atMs: Self.startMs + 34 * Self.dayMs, .unproven))
        let plan = RetentionPlan(copies: copies, policy: .standard)
        #expect(plan.dropped.map(\.sequence) == Array(1...30))
        #expect(plan.dropped.allSatisfy { $0.cause == .neverProven })
        #expect(plan.kept[34] == [.waitsForProof])
    }

    @Test func `a policy of nothing keeps the newest three`() {
        let copies = (1...100).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.dayMs)
        }
        let none = RetentionPolicy(hourly: 0, daily: 0, weekly: 0, monthly: 0)
        let plan = RetentionPlan(copies: copies, policy: none, bytesShort: 1_000_000)
        #expect(plan.kept.keys.sorted() == [98, 99, 100])
        #expect(plan.shortBytes == 1_000_000 - 97 * 10)
    }

    @Test func `a lack of room takes the oldest first and says what is missing still`() {
        let copies = (1...20).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.dayMs)
        }
        let some = RetentionPlan(copies: copies, policy: .standard, bytesShort: 45)
        #expect(some.dropped.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(some.dropped.allSatisfy { $0.cause == .space })
        #expect(some.shortBytes == 0)
        let all = RetentionPlan(copies: copies, policy: .standard, bytesShort: 1_000)
        #expect(all.kept.keys.sorted() == [18, 19, 20])
        #expect(all.shortBytes == 1_000 - 170)
    }

    @Test func `a clock that ran 400 days ahead for an hour makes nothing old`() {
        var copies = (1...60).map {
            Self.copy(Int64($0), atMs: Self.startMs + Int64($0) * Self.dayMs)
        }
        let before = RetentionPlan(copies: copies, policy: .standard)
        copies = copies.filter { before.kept[$0.sequence] != nil }
        copies.append(Self.copy(61, atMs: Self.startMs + 460 * Self.dayMs))
        let plan = RetentionPlan(copies: copies, policy: .standard)
        // One more day, week and month: each tier lets go of one at most.
        #expect(plan.dropped.count <= 3)
    }

    @Test func `the hour that autumn repeats counts twice, and its day once`() {
        // 2026-11-01: the clocks of Denver go from 02:00 at -6 h back to 01:00 at -7 h.
        let firstMs: Int64 = 1_793_516_400_000
        let offsets = [-21_600, -25_200]
        let hours = offsets.enumerated().map {
            RetentionTier.hourly.slot(
                markMs: firstMs + Int64($0.offset) * Self.hourMs, zoneOffsetSeconds: $0.element)
        }
        let days = offsets.enumerated().map {
            RetentionTier.daily.slot(
                markMs: firstMs + Int64($0.offset) * Self.hourMs, zoneOffsetSeconds: $0.element)
        }
        #expect(hours[0] != hours[1])
        #expect(days[0] == days[1])
    }

    @Test func `weeks begin on Monday and months with the clinic's own calendar`() {
        let sundayMs = Self.startMs - Self.dayMs
        func slot(_ tier: RetentionTier, _ ms: Int64, _ offset: Int = 0) -> Int64 {
            tier.slot(markMs: ms, zoneOffsetSeconds: offset)
        }
        #expect(slot(.weekly, sundayMs) + 1 == slot(.weekly, Self.startMs))
        #expect(slot(.weekly, Self.startMs) == slot(.weekly, Self.startMs + 6 * Self.dayMs))
        // 2026-04-01T03:00:00Z is still March in Denver.
        let aprilMs: Int64 = 1_775_012_400_000
        #expect(slot(.monthly, aprilMs, -21_600) + 1 == slot(.monthly, aprilMs))
    }
}
