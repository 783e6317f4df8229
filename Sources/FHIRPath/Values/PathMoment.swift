import Kernel

/// A date, a time of day or a point of time, known as far as it was written.
///
/// Spec: FHIRPath, Date, Time and DateTime, https://hl7.org/fhirpath/#date
package struct PathMoment: Sendable, Hashable {
    /// Which of the three types it is.
    package enum Kind: UInt8, Sendable, Hashable { case date, dateTime, time }

    /// How much of it is known.
    package enum Precision: Int, Sendable, Hashable, Comparable {
        case year, month, day, hour, minute, second, fraction

        package static func < (a: Precision, b: Precision) -> Bool { a.rawValue < b.rawValue }
    }

    /// The type.
    package var kind: Kind
    /// How much is known.
    package var precision: Precision
    var year = 1
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    /// The part of a second; digits beyond the ninth are cut.
    var nanosecond = 0
    /// How many digits of the second's fraction were written.
    var fractionDigits = 0
    /// Minutes that local time is ahead of UTC; nil if no zone is known.
    var offsetMinutes: Int?

    init(_ kind: Kind, _ precision: Precision) {
        self.kind = kind
        self.precision = precision
    }

    /// The point of time of a number of milliseconds since 1970 in UTC, shown in a zone.
    package init(ms: Int64, offsetMinutes: Int) {
        self.init(.dateTime, .fraction)
        fractionDigits = 3
        setLocal(ms: ms + Int64(offsetMinutes) * 60_000)
        self.offsetMinutes = offsetMinutes
    }

    /// Milliseconds since 1970 of the fields as they stand, whatever the zone.
    var localMs: Int64 {
        let days = Timestamp.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
        return days * 86_400_000 + Int64(hour) * 3_600_000 + Int64(minute) * 60_000
            + Int64(second) * 1_000 + Int64(nanosecond / 1_000_000)
    }

    /// Sets the fields of date and time; nanoseconds below a millisecond are kept.
    mutating func setLocal(ms: Int64) {
        let dayMs = ((ms % 86_400_000) + 86_400_000) % 86_400_000
        let civil = Timestamp.civil(daysSince1970: (ms - dayMs) / 86_400_000)
        (year, month, day) = (Int(civil.year), Int(civil.month), Int(civil.day))
        hour = Int(dayMs / 3_600_000)
        minute = Int(dayMs / 60_000 % 60)
        second = Int(dayMs / 1_000 % 60)
        nanosecond = Int(dayMs % 1_000) * 1_000_000 + nanosecond % 1_000_000
    }

    /// The date of a point of time.
    var dateOnly: PathMoment {
        var date = self
        date.kind = .date
        date.precision = min(precision, .day)
        (date.hour, date.minute, date.second, date.nanosecond) = (0, 0, 0, 0)
        date.fractionDigits = 0
        date.offsetMinutes = nil
        return date
    }

    /// The time of day of a point of time; nil if it has none.
    var timeOnly: PathMoment? {
        guard precision >= .hour else { return nil }
        var time = self
        time.kind = .time
        (time.year, time.month, time.day) = (1, 1, 1)
        time.offsetMinutes = nil
        return time
    }

    /// The text in the form of FHIR and FHIRPath, without the leading `@`.
    package var text: String {
        var out = ""
        if kind != .time {
            out = Self.padded(year, 4)
            if precision >= .month { out += "-" + Self.padded(month, 2) }
            if precision >= .day { out += "-" + Self.padded(day, 2) }
        }
        guard kind != .date, precision >= .hour else { return out }
        if kind == .dateTime { out += "T" }
        out += Self.padded(hour, 2)
        if precision >= .minute { out += ":" + Self.padded(minute, 2) }
        if precision >= .second { out += ":" + Self.padded(second, 2) }
        if precision == .fraction {
            out += "." + Self.padded(nanosecond, 9).prefix(max(1, fractionDigits))
        }
        guard kind == .dateTime, let offsetMinutes else { return out }
        if offsetMinutes == 0 { return out + "Z" }
        let size = offsetMinutes.magnitude
        return out + (offsetMinutes < 0 ? "-" : "+") + Self.padded(Int(size / 60), 2) + ":"
            + Self.padded(Int(size % 60), 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The digits of what is known: 4 for a year, 8 for a day, 17 for a point to the millisecond.
    var digitCount: Int {
        let time = [0, 0, 0, 2, 4, 6, 9][precision.rawValue]
        switch kind {
        case .time: return time
        case .date, .dateTime: return precision < .hour ? [4, 6, 8][precision.rawValue] : 8 + time
        }
    }
}

extension PathMoment {
    /// A date as a point of time that is known as far.
    var asDateTime: PathMoment {
        var moment = self
        moment.kind = .dateTime
        return moment
    }
}
