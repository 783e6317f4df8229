import Kernel

/// A date or a point of time as precise as it was written: a year, a month, a day or a time.
///
/// Years run from 0001 to 9999. A second of 60 is taken where the standard takes it, and counts as
/// the first second of the next minute.
///
/// Spec: FHIR R4 date, dateTime, instant, https://hl7.org/fhir/R4/datatypes.html#dateTime
package struct FHIRDateTime: Sendable, Hashable {
    /// Which of the standard's types a text has to be.
    package enum Kind: Sendable, Hashable {
        /// A year, a month or a day.
        case date
        /// A date, or a day with time to the second and zone.
        case dateTime
        /// A day with time to the second and zone.
        case instant
        /// What a search parameter takes: also minutes, and a time without zone.
        case search
    }

    /// How much of the point of time is known.
    package enum Precision: Int, Sendable, Hashable, Comparable {
        case year, month, day, minute, second, fraction

        package static func < (a: Precision, b: Precision) -> Bool { a.rawValue < b.rawValue }
    }

    /// The text as it was written.
    package let text: String
    /// How much is known.
    package let precision: Precision
    /// The year, 1 to 9999.
    package let year: Int
    /// The month, 1 to 12; 1 if it is not known.
    package let month: Int
    /// The day of the month, from 1; 1 if it is not known.
    package let day: Int
    /// The hour, 0 to 23.
    package let hour: Int
    /// The minute, 0 to 59.
    package let minute: Int
    /// The second, 0 to 60.
    package let second: Int
    /// The part of a second, in nanoseconds; further digits are cut.
    package let nanosecond: Int
    /// Minutes that local time is ahead of UTC; nil if the text has no zone.
    package let offsetMinutes: Int?

    /// Reads a text strictly.
    ///
    /// - Throws: ``FHIRDateError`` with what is wrong.
    package init(_ text: String, as kind: Kind = .dateTime) throws(FHIRDateError) {
        var reader = DateReader(text)
        try reader.read(kind)
        self.text = text
        precision = reader.precision
        year = reader.year
        month = reader.month
        day = reader.day
        hour = reader.hour
        minute = reader.minute
        second = reader.second
        nanosecond = reader.nanosecond
        offsetMinutes = reader.offsetMinutes
    }

    /// The first millisecond of the time meant, since 1970 in UTC.
    ///
    /// - Parameter offsetMinutes: the zone to take where the text has none.
    package func lowerBoundMs(offsetMinutes: Int = 0) -> Int64 {
        let days = Timestamp.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
        let minutes = hour * 60 + minute - (self.offsetMinutes ?? offsetMinutes)
        return days * 86_400_000 + Int64(minutes) * 60_000 + Int64(second) * 1_000
            + Int64(nanosecond / 1_000_000)
    }

    /// The first millisecond after the time meant, since 1970 in UTC.
    ///
    /// - Parameter offsetMinutes: the zone to take where the text has none.
    package func upperBoundMs(offsetMinutes: Int = 0) -> Int64 {
        let lower = lowerBoundMs(offsetMinutes: offsetMinutes)
        switch precision {
        case .year: return lower + Int64(Self.isLeap(year) ? 366 : 365) * 86_400_000
        case .month: return lower + Int64(Self.dayCount(year: year, month: month)) * 86_400_000
        case .day: return lower + 86_400_000
        case .minute: return lower + 60_000
        case .second: return lower + 1_000
        case .fraction: return lower + 1
        }
    }

    /// Whether this time is wholly before the other; nil if their precision does not tell.
    package func precedes(_ other: FHIRDateTime, offsetMinutes: Int = 0) -> Bool? {
        let mine = lowerBoundMs(offsetMinutes: offsetMinutes)
        let theirs = other.lowerBoundMs(offsetMinutes: offsetMinutes)
        if upperBoundMs(offsetMinutes: offsetMinutes) <= theirs { return true }
        if other.upperBoundMs(offsetMinutes: offsetMinutes) <= mine { return false }
        let isSamePrecision = precision == other.precision && mine == theirs
        return isSamePrecision && precision >= .second ? false : nil
    }

    /// The number of days of a month.
    package static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }
}

/// Why a text is no date.
package struct FHIRDateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the text.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case empty, tooLong, form, year, month, day, hour, minute, second, offset
        case needsTime, needsZone, noTime
    }

    /// What is wrong.
    package let code: Code

    /// Makes an error.
    package init(_ code: Code) { self.code = code }

    /// A sentence that says what is wrong and what to do, without the text itself.
    package var message: String {
        switch code {
        case .empty: "The date is empty; leave the element out."
        case .tooLong: "The date is too long; write at most nine places of a second."
        case .form: "The date has the wrong form; write it as YYYY, YYYY-MM or YYYY-MM-DD."
        case .year: "The year is out of range; write 0001 to 9999."
        case .month: "The month is out of range; write 01 to 12."
        case .day: "The month has no such day; correct the day."
        case .hour: "The hour is out of range; write 00 to 23."
        case .minute: "The minute is out of range; write 00 to 59."
        case .second: "The second is out of range; write 00 to 60."
        case .offset: "The zone is out of range; write Z or -14:00 to +14:00."
        case .needsTime: "An instant needs a time; write YYYY-MM-DDThh:mm:ss and a zone."
        case .needsZone: "A time needs a zone; add Z or an offset such as -07:00."
        case .noTime: "A date has no time; write YYYY, YYYY-MM or YYYY-MM-DD."
        }
    }

    package var description: String { message }
}
