import Kernel

/// Which copies would be there on a day, if the box goes on backing up every hour.
///
/// Changes nothing: it asks ``RetentionPlan`` about copies that are not made yet.
package struct RetentionForecast: Hashable, Sendable {
    /// A copy that would be kept.
    package struct Copy: Hashable, Sendable {
        /// UTC milliseconds.
        package let markMs: Int64
        package let tiers: [RetentionTier]
        /// Whether it is one of the newest three.
        package let isNewest: Bool
        /// Whether the backup is there today already.
        package let isReal: Bool
    }

    /// How far ahead one may look, in days: twenty years.
    package static let daysMax: Int64 = 7_305
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000

    /// The day that was asked for, UTC milliseconds.
    package let untilMs: Int64
    /// Newest first.
    package let copies: [Copy]
    /// Copies that each tier keeps.
    package let countByTier: [RetentionTier: Int]

    /// Looks ahead.
    ///
    /// - Parameters:
    ///   - real: proven copies that are there now.
    ///   - nowMs: box time; backups are thought to go on from here every hour.
    ///   - untilMs: the time to look at; at most ``daysMax`` ahead, and not before now.
    package init(
        real: [RetentionCopy], nowMs: Int64, untilMs: Int64, policy: RetentionPolicy,
        zone: ZoneTable
    ) {
        let endMs = min(max(nowMs, untilMs), nowMs + Self.daysMax * Self.dayMs)
        var all = real.filter { $0.state == .proven && $0.markMs <= endMs }
        let realMax = all.map(\.sequence).max() ?? 0
        for (index, ms) in Self.times(from: nowMs, to: endMs, policy, zone).enumerated() {
            all.append(
                RetentionCopy(
                    sequence: realMax + 1 + Int64(index), markMs: ms,
                    zoneOffsetSeconds: zone.offsetSeconds(atMs: ms), bytes: 0, state: .proven))
        }
        let plan = RetentionPlan(copies: all, policy: policy)
        var counts: [RetentionTier: Int] = [:]
        copies = all.sorted { $0.sequence > $1.sequence }.compactMap { copy in
            guard let reasons = plan.kept[copy.sequence] else { return nil }
            let tiers = reasons.compactMap { reason -> RetentionTier? in
                if case .tier(let tier) = reason { tier } else { nil }
            }
            for tier in tiers { counts[tier, default: 0] += 1 }
            return Copy(
                markMs: copy.markMs, tiers: tiers, isNewest: reasons.contains(.newest),
                isReal: copy.sequence <= realMax)
        }
        self.untilMs = endMs
        countByTier = counts
    }

    /// The hours at which backups would be made, as far as any of them can be kept until the end:
    /// all of the last hours, and of each earlier day its last one.
    private static func times(
        from nowMs: Int64, to endMs: Int64, _ policy: RetentionPolicy, _ zone: ZoneTable
    ) -> [Int64] {
        var times: [Int64] = []
        let recentMs = endMs - Int64(policy.hourly + 48) * hourMs
        var hour = nowMs.flooringDivided(by: hourMs).quotient + 1
        while hour * hourMs <= endMs {
            let ms = hour * hourMs
            if ms >= recentMs || isLastOfDay(ms, zone) { times.append(ms) }
            hour += 1
        }
        return times
    }

    private static func isLastOfDay(_ ms: Int64, _ zone: ZoneTable) -> Bool {
        func day(_ ms: Int64) -> Int64 {
            RetentionTier.daily.slot(
                markMs: ms, zoneOffsetSeconds: zone.offsetSeconds(atMs: ms))
        }
        return day(ms) != day(ms + hourMs)
    }
}
