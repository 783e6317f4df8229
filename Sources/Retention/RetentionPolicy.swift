import Kernel

/// A row of the promise: one copy for each of the last hours, days, weeks or months.
package enum RetentionTier: String, CaseIterable, Hashable, Sendable {
    case hourly, daily, weekly, monthly

    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000

    /// The number of the hour, day, week or month that a time lies in.
    ///
    /// Hours are those of UTC, so that the hour that autumn repeats counts twice; days, weeks from
    /// Monday and months are those of the clinic's wall clock.
    ///
    /// - Parameters:
    ///   - markMs: box time, UTC milliseconds.
    ///   - zoneOffsetSeconds: how far the clinic's clock was ahead of UTC at that time.
    package func slot(markMs: Int64, zoneOffsetSeconds: Int) -> Int64 {
        if self == .hourly { return markMs.flooringDivided(by: Self.hourMs).quotient }
        let localMs = markMs + Int64(zoneOffsetSeconds) * 1_000
        let day = localMs.flooringDivided(by: Self.dayMs).quotient
        switch self {
        case .hourly, .daily: return day
        case .weekly: return (day + 3).flooringDivided(by: 7).quotient
        case .monthly:
            let date = Timestamp.civil(daysSince1970: day)
            return date.year * 12 + date.month - 1
        }
    }
}

/// How many copies are promised.
///
/// Spec: DESIGN 6, FEATURES BAK-05.
package struct RetentionPolicy: Hashable, Sendable {
    /// The newest copy of so many hours that have one.
    package var hourly: Int
    /// The newest copy of so many days that have one.
    package var daily: Int
    /// The newest copy of so many weeks that have one.
    package var weekly: Int
    /// The newest copy of so many months that have one.
    package var monthly: Int

    /// So many of the newest proven copies are never deleted, whatever else holds.
    package static let provenMin = 3
    /// A day of hours, a month of days, a quarter of weeks, seven years of months.
    package static let standard = RetentionPolicy(hourly: 24, daily: 30, weekly: 12, monthly: 84)

    /// Makes a policy of four numbers, each at least 0.
    package init(hourly: Int, daily: Int, weekly: Int, monthly: Int) {
        self.hourly = hourly
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
    }

    /// How many copies a tier promises.
    package func count(_ tier: RetentionTier) -> Int {
        switch tier {
        case .hourly: hourly
        case .daily: daily
        case .weekly: weekly
        case .monthly: monthly
        }
    }
}
