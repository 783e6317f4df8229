import Retention
import TestKit
import Testing

@Suite struct `Verdict on backups` {
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000
    private static let nowMs = FixedClock.mondayMs

    private static func good() -> BackupVerdict.Facts {
        var facts = BackupVerdict.Facts(nowMs: nowMs, startedMs: nowMs - 10 * dayMs)
        facts.lastMadeMs = nowMs - 20 * 60_000
        facts.lastProvenMs = nowMs - 3 * hourMs
        facts.diskUsedPercent = 40
        facts.places = [place(copiedMs: nowMs - 20 * hourMs)]
        return facts
    }

    private static func place(
        copiedMs: Int64?, readMs: Int64? = nowMs, error: String? = nil
    ) -> BackupVerdict.Place {
        BackupVerdict.Place(
            id: "1", name: "USB blue", lastCopyMs: copiedMs, lastProofMs: readMs, error: error,
            copyMsMax: 48 * hourMs)
    }

    @Test func `all is well in one line`() {
        let verdict = BackupVerdict(Self.good())
        #expect(verdict.level == .green)
        #expect(verdict.line == "Last proven backup: 3 hours ago · USB blue: 20 hours ago")
        #expect(verdict.faults.isEmpty)
    }

    @Test func `late, unproven, far, full and in doubt are told of`() {
        func kinds(_ change: (inout BackupVerdict.Facts) -> Void) -> [String] {
            var facts = Self.good()
            change(&facts)
            return BackupVerdict(facts).faults.map { "\($0.kind) \($0.level.rawValue)" }
        }
        let late = kinds { $0.lastMadeMs = Self.nowMs - 3 * Self.hourMs }
        #expect(late == ["backup.late yellow"])
        let veryLate = kinds { $0.lastMadeMs = Self.nowMs - 3 * Self.dayMs }
        #expect(veryLate == ["backup.late red"])
        let unproven = kinds { $0.lastProvenMs = Self.nowMs - 3 * Self.dayMs }
        #expect(unproven == ["backup.unproven yellow"])
        let neverProven = kinds { $0.lastProvenMs = nil }
        #expect(neverProven == ["backup.unproven red"])
        let filling = kinds { $0.diskUsedPercent = 80 }
        #expect(filling == ["disk.fills yellow"])
        let full = kinds { $0.diskUsedPercent = 90 }
        #expect(full == ["disk.full red"])
        let short = kinds { $0.isSpaceShort = true }
        #expect(short == ["backup.space red"])
        let doubtful = kinds { $0.isClockTrusted = false }
        #expect(doubtful == ["backup.clock yellow"])
        let away = kinds { $0.places = [Self.place(copiedMs: Self.nowMs - 3 * Self.dayMs)] }
        #expect(away == ["backup.place.1 yellow"])
        let unread = kinds {
            $0.places = [Self.place(copiedMs: Self.nowMs, readMs: Self.nowMs - 36 * Self.dayMs)]
        }
        #expect(unread == ["backup.place.1 yellow"])
        let owed = kinds { $0.startedMs = Self.nowMs - 101 * Self.dayMs }
        #expect(owed == ["backup.drill yellow"])
        let drilled = kinds {
            $0.startedMs = Self.nowMs - 101 * Self.dayMs
            $0.lastDrillMs = Self.nowMs - Self.dayMs
        }
        #expect(drilled == [])
    }

    @Test func `a fresh box is not late yet, and says so plainly`() {
        let verdict = BackupVerdict(
            BackupVerdict.Facts(nowMs: Self.nowMs, startedMs: Self.nowMs - Self.hourMs))
        #expect(verdict.level == .green)
        #expect(verdict.line == "No proven backup yet")
    }

    @Test func `the night changes at its hour by the clinic's clock`() {
        // 2026-03-02T08:59Z and T09:00Z are 01:59 and 02:00 in Denver.
        let twoMs = Self.nowMs - 6 * Self.hourMs
        func night(_ ms: Int64) -> Int64 {
            BackupTimes.night(markMs: ms, zoneOffsetSeconds: -25_200, hour: 2)
        }
        #expect(night(twoMs - 1) + 1 == night(twoMs))
        #expect(night(twoMs) == night(twoMs + Self.dayMs - 1))
    }

    @Test func `a look ahead keeps what the policy promises, and real ones among them`() {
        let real = (1...5).map {
            RetentionCopy(
                sequence: Int64($0), markMs: Self.nowMs - Int64(6 - $0) * Self.hourMs,
                zoneOffsetSeconds: 0, bytes: 1, state: .proven)
        }
        func forecast(_ days: Int64) -> RetentionForecast {
            RetentionForecast(
                real: real, nowMs: Self.nowMs, untilMs: Self.nowMs + days * Self.dayMs,
                policy: .standard, zone: .utc)
        }
        let today = forecast(0)
        #expect(today.copies.count == 5)
        #expect(today.copies.allSatisfy { $0.isReal })
        let later = forecast(3_650)
        #expect(later.countByTier == [.hourly: 24, .daily: 30, .weekly: 12, .monthly: 84])
        #expect(later.copies.allSatisfy { !$0.isReal })
        #expect(later.copies.map(\.markMs) == later.copies.map(\.markMs).sorted(by: >))
        // The same as making each of them and deleting day by day.
        var copies = real
        var sequence: Int64 = 5
        for hour in 1...40 * 24 {
            sequence += 1
            copies.append(
                RetentionCopy(
                    sequence: sequence,
                    markMs: (Self.nowMs / Self.hourMs + Int64(hour)) * Self.hourMs,
                    zoneOffsetSeconds: 0, bytes: 1, state: .proven))
            if hour % 24 == 0 {
                let plan = RetentionPlan(copies: copies, policy: .standard)
                copies.removeAll { plan.kept[$0.sequence] == nil }
            }
        }
        #expect(forecast(40).copies.map(\.markMs) == copies.reversed().map(\.markMs))
    }
}
