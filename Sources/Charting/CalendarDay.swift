import FHIRModel
import Kernel

/// A day of the calendar without time and zone.
package struct CalendarDay: Sendable, Hashable {
    /// The year, 1 to 9999.
    package let year: Int
    /// The month, 1 to 12.
    package let month: Int
    /// The day of the month, from 1.
    package let day: Int

    /// Makes a day, which is not checked.
    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day in a zone at a point of time.
    ///
    /// - Parameters:
    ///   - ms: milliseconds since 1970 in UTC.
    ///   - offsetMinutes: minutes that the zone is ahead of UTC.
    package init(ms: Int64, offsetMinutes: Int = 0) {
        let local = ms + Int64(offsetMinutes) * 60_000
        let days = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
        let civil = Timestamp.civil(daysSince1970: days)
        self.init(year: Int(civil.year), month: Int(civil.month), day: Int(civil.day))
    }

    /// The day of a date; what is not known of it counts as the first.
    init(_ date: FHIRDateTime) {
        self.init(year: date.year, month: date.month, day: date.day)
    }

    /// The number of the day; 1970-01-01 is day 0.
    var daysSince1970: Int64 {
        Timestamp.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
    }
}
