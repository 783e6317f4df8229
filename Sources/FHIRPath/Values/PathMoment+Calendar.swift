import FHIRModel

extension PathMoment {
    /// Negative, zero or positive as `a` is before, at or after `b`; nil if what is known of them
    /// does not tell.
    ///
    /// Seconds and their fraction count as one. A point without zone may lie anywhere from 14 hours
    /// before to 14 hours after UTC, so it is ordered against one with zone only beyond that.
    ///
    /// Spec: FHIRPath, equals and comparison of dates, https://hl7.org/fhirpath/#datetime-equality
    static func order(_ a: PathMoment, _ b: PathMoment) -> Int? {
        if a.kind != .time, (a.offsetMinutes == nil) != (b.offsetMinutes == nil) {
            let first = a.rangeMs
            let second = b.rangeMs
            if first.upperBound < second.lowerBound { return -1 }
            if second.upperBound < first.lowerBound { return 1 }
            return nil
        }
        return orderByField(a.inUTC, b.inUTC)
    }

    private static func orderByField(_ a: PathMoment, _ b: PathMoment) -> Int? {
        let common = min(a.precision, b.precision)
        let pairs: [(Precision, Int, Int)] = [
            (.year, a.year, b.year), (.month, a.month, b.month), (.day, a.day, b.day),
            (.hour, a.hour, b.hour), (.minute, a.minute, b.minute),
        ]
        for (field, mine, theirs) in pairs where field <= common && mine != theirs {
            return mine < theirs ? -1 : 1
        }
        if a.precision >= .second, b.precision >= .second {
            let mine = a.second * 1_000_000_000 + a.nanosecond
            let theirs = b.second * 1_000_000_000 + b.nanosecond
            return mine == theirs ? 0 : mine < theirs ? -1 : 1
        }
        return a.precision == b.precision ? 0 : nil
    }

    /// The same point of time with the fields of UTC, if it has a zone.
    private var inUTC: PathMoment {
        guard let offsetMinutes, offsetMinutes != 0 else { return self }
        var shifted = self
        shifted.setLocal(ms: localMs - Int64(offsetMinutes) * 60_000)
        shifted.offsetMinutes = 0
        return shifted
    }

    /// The milliseconds since 1970 in UTC it may lie at.
    private var rangeMs: ClosedRange<Int64> {
        let high = filled(isLow: false).localMs
        let start = localMs
        if let offsetMinutes {
            let shift = Int64(offsetMinutes) * 60_000
            return start - shift...max(start, high) - shift
        }
        return start - 50_400_000...max(start, high) + 50_400_000
    }

    /// The earliest or latest point to the millisecond that fits what is known.
    func filled(isLow: Bool) -> PathMoment {
        var full = self
        full.precision = .fraction
        full.fractionDigits = max(3, fractionDigits)
        guard !isLow else { return full }
        if precision < .month { full.month = 12 }
        if precision < .day {
            full.day = FHIRDateTime.dayCount(year: full.year, month: full.month)
        }
        if precision < .hour { full.hour = 23 }
        if precision < .minute { full.minute = 59 }
        if precision < .second { full.second = 59 }
        if precision < .fraction { full.nanosecond = 999_000_000 }
        return full
    }

    /// The earliest or latest value that fits what is known, to a number of digits; nil if the type
    /// has no such precision.
    ///
    /// Spec: FHIRPath 3.0.0-ballot, lowBoundary,
    /// https://build.fhir.org/ig/HL7/FHIRPath/
    func boundary(digits: Int?, isLow: Bool) -> PathMoment? {
        let digits = digits ?? (kind == .date ? 8 : kind == .time ? 9 : 17)
        var result = filled(isLow: isLow)
        switch (kind, digits) {
        case (.date, 4), (.dateTime, 4): result.precision = .year
        case (.date, 6), (.dateTime, 6): result.precision = .month
        case (.date, 8), (.dateTime, 8): result.precision = .day
        case (.dateTime, 10), (.time, 2): result.precision = .hour
        case (.dateTime, 12), (.time, 4): result.precision = .minute
        case (.dateTime, 14), (.time, 6): result.precision = .second
        case (.dateTime, 17), (.time, 9): result.precision = .fraction
        default: return nil
        }
        if result.precision < .fraction { result.nanosecond = 0 }
        result.fractionDigits = result.precision == .fraction ? 3 : 0
        if kind == .dateTime, offsetMinutes == nil, result.precision >= .hour {
            result.offsetMinutes = (isLow ? 14 : -12) * 60
        }
        return result
    }

    /// The value some calendar units later; nil beyond the years 1 to 9999.
    ///
    /// A unit finer than what is known counts in the finest unit that is known, its rest is
    /// dropped; a year has 365 days and a month 30 for that. A day the month does not have becomes
    /// its last day. A time of day goes round.
    ///
    /// Spec: FHIRPath, date and time arithmetic, https://hl7.org/fhirpath/#datetime-arithmetic
    func adding(_ amount: PathDecimal, _ unit: CalendarUnit) -> PathMoment? {
        if unit == .second || unit == .millisecond, precision >= .second {
            return addingSeconds(amount, unit)
        }
        guard var count = amount.rounded(to: 0, .towardsZero).whole else { return nil }
        guard count.magnitude < 1_000_000_000_000 else { return nil }
        var unit = unit
        if unit == .week {
            count *= 7
            unit = .day
        }
        let finest = CalendarUnit(precision)
        while unit.isFiner(than: finest) {
            let (coarser, size) = unit.coarser
            count /= unit == .day && finest == .year ? 365 : size
            unit = unit == .day && finest == .year ? .year : coarser
        }
        return addingWhole(count, unit)
    }

    private func addingWhole(_ count: Int64, _ unit: CalendarUnit) -> PathMoment? {
        switch unit {
        case .year: return kind == .time ? nil : addingMonths(count * 12)
        case .month: return kind == .time ? nil : addingMonths(count)
        case .week: return nil
        case .day: return kind == .time ? self : shifted(count, unitMs: 86_400_000)
        case .hour: return shifted(count, unitMs: 3_600_000)
        case .minute: return shifted(count, unitMs: 60_000)
        case .second: return shifted(count, unitMs: 1_000)
        case .millisecond: return shifted(count, unitMs: 1)
        }
    }

    private func addingSeconds(_ amount: PathDecimal, _ unit: CalendarUnit) -> PathMoment? {
        let perSecond = PathDecimal(unit == .second ? 1_000_000_000 : 1_000_000)
        guard let product = amount.multiplied(by: perSecond) else { return nil }
        let nanoseconds = product.rounded(to: 0, .towardsZero).coefficient
        guard var ms = Int64(exactly: nanoseconds / 1_000_000) else { return nil }
        var total = Int64(nanosecond % 1_000_000) + Int64(nanoseconds % 1_000_000)
        if total < 0 {
            total += 1_000_000
            ms -= 1
        } else if total >= 1_000_000 {
            total -= 1_000_000
            ms += 1
        }
        var result = self
        result.nanosecond = nanosecond / 1_000_000 * 1_000_000 + Int(total)
        if ms % 1_000 != 0, precision == .second {
            result.precision = .fraction
            result.fractionDigits = 3
        }
        return result.shifted(ms, unitMs: 1)
    }

    private func addingMonths(_ count: Int64) -> PathMoment? {
        let months = Int64(year) * 12 + Int64(month) - 1 + count
        guard months >= 12, months < 120_000 else { return nil }
        var result = self
        result.year = Int(months / 12)
        result.month = Int(months % 12) + 1
        result.day = min(day, FHIRDateTime.dayCount(year: result.year, month: result.month))
        return result
    }

    private func shifted(_ count: Int64, unitMs: Int64) -> PathMoment? {
        let span = count.multipliedReportingOverflow(by: unitMs)
        let sum = localMs.addingReportingOverflow(span.partialValue)
        guard !span.overflow, !sum.overflow else { return nil }
        let target = sum.partialValue
        var result = self
        if kind == .time {
            let dayMs = (target % 86_400_000 + 86_400_000) % 86_400_000
            let start = PathMoment(.time, .hour).localMs
            result.setLocal(ms: start - start % 86_400_000 + dayMs)
            (result.year, result.month, result.day) = (1, 1, 1)
            return result
        }
        guard target >= -62_135_596_800_000, target < 253_402_300_800_000 else { return nil }
        result.setLocal(ms: target)
        return result
    }
}

/// The units of the calendar, from the longest to the shortest.
///
/// Spec: FHIRPath, time-valued quantities, https://hl7.org/fhirpath/#time-valued-quantities
enum CalendarUnit: String, Sendable, Hashable, CaseIterable {
    case year, month, week, day, hour, minute, second, millisecond

    /// Reads the singular or plural word.
    init?(word: String) {
        let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
        self.init(rawValue: singular)
    }

    /// The unit of a precision.
    init(_ precision: PathMoment.Precision) {
        switch precision {
        case .year: self = .year
        case .month: self = .month
        case .day: self = .day
        case .hour: self = .hour
        case .minute: self = .minute
        case .second: self = .second
        case .fraction: self = .millisecond
        }
    }

    /// The calendar unit that a UCUM unit of a fixed length equals.
    init?(ucum: String) {
        switch ucum {
        case "wk": self = .week
        case "d": self = .day
        case "h": self = .hour
        case "min": self = .minute
        case "s": self = .second
        case "ms": self = .millisecond
        default: return nil
        }
    }

    /// The calendar unit that a UCUM code of a FHIR Quantity stands for.
    ///
    /// Spec: FHIR R4, FHIRPath, quantities, https://hl7.org/fhir/R4/fhirpath.html#quantity
    init?(fhirCode code: String) {
        switch code {
        case "a": self = .year
        case "mo": self = .month
        case "d": self = .day
        case "h": self = .hour
        case "min": self = .minute
        case "s": self = .second
        default: return nil
        }
    }

    /// The UCUM unit of the same name; of a year and a month it is only about as long.
    var ucum: String {
        switch self {
        case .year: "a"
        case .month: "mo"
        case .week: "wk"
        case .day: "d"
        case .hour: "h"
        case .minute: "min"
        case .second: "s"
        case .millisecond: "ms"
        }
    }

    /// Whether UCUM has the unit with exactly this length.
    var isFixed: Bool { self != .year && self != .month }

    func isFiner(than other: CalendarUnit) -> Bool {
        let order = Self.allCases
        return (order.firstIndex(of: self) ?? 0) > (order.firstIndex(of: other) ?? 0)
    }

    /// The next coarser unit of a partial date, and how many of this one it holds.
    var coarser: (unit: CalendarUnit, size: Int64) {
        switch self {
        case .year: (.year, 1)
        case .month: (.year, 12)
        case .week: (.day, 1)
        case .day: (.month, 30)
        case .hour: (.day, 24)
        case .minute: (.hour, 60)
        case .second: (.minute, 60)
        case .millisecond: (.second, 1_000)
        }
    }
}
