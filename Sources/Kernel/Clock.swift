/// Where the time comes from.
///
/// Handed in through `init`, so that a test can stop it.
package struct Clock: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; may jump in either direction.
    package let wallMs: @Sendable () -> Int64
    /// Milliseconds since some point in the past; never goes back, and is what sessions expire by.
    package let steadyMs: @Sendable () -> Int64

    /// Makes a clock from its two hands.
    package init(
        wallMs: @escaping @Sendable () -> Int64, steadyMs: @escaping @Sendable () -> Int64
    ) {
        self.wallMs = wallMs
        self.steadyMs = steadyMs
    }
}

/// A point of time written for people and machines, in UTC.
package enum Timestamp {
    /// `2026-11-21T09:30:00.123Z` for milliseconds since 1970 in UTC, for years 0001 to 9999.
    ///
    /// Spec: FHIR R4 instant, https://hl7.org/fhir/R4/datatypes.html#instant
    package static func text(ms: Int64) -> String {
        let (days, dayMs) = ms.flooringDivided(by: 86_400_000)
        let (year, month, day) = civil(daysSince1970: days)
        func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
        func padded(_ n: Int64, _ width: Int) -> String {
            let digits = "\(n)"
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let hour = dayMs / 3_600_000
        let minute = dayMs / 60_000 % 60
        let second = dayMs / 1_000 % 60
        return "\(padded(year, 4))-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):"
            + "\(two(second)).\(padded(dayMs % 1_000, 3))Z"
    }

    /// The proleptic Gregorian date of a day number; day 0 is 1970-01-01.
    package static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64)
    {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooringDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The day number of a proleptic Gregorian date; 1970-01-01 is day 0.
    ///
    /// Does not check the date.
    package static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooringDivided(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Int64 {
    /// Quotient rounded down and a remainder that is never negative, for a divisor above zero.
    package func flooringDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
