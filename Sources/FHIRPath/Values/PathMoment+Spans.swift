/// Time between two values.
///
/// Spec: FHIRPath 3.0.0, date and time interval functions,
/// https://hl7.org/fhirpath/#date-and-time-interval-functions
extension PathMoment {
    /// How many whole units lie between two values; negative if the second is the earlier one, nil
    /// if one is not known to the unit.
    static func wholeSpans(
        of unit: CalendarUnit, from start: PathMoment, to end: PathMoment
    ) -> Int64? {
        guard start.isKnown(to: unit), end.isKnown(to: unit) else { return nil }
        let (first, second) = aligned(start, end, for: unit)
        guard let size = unit.milliseconds else {
            var months = second.monthNumber - first.monthNumber
            if months > 0, second.msOfMonth < first.msOfMonth { months -= 1 }
            if months < 0, second.msOfMonth > first.msOfMonth { months += 1 }
            return unit == .year ? months / 12 : months
        }
        return (second.localMs - first.localMs) / size
    }

    /// How many borders of a unit lie between two values, weeks beginning on Sunday; negative if
    /// the second is the earlier one, nil if one is not known to the unit.
    static func borders(
        of unit: CalendarUnit, from start: PathMoment, to end: PathMoment
    ) -> Int64? {
        guard start.isKnown(to: unit), end.isKnown(to: unit) else { return nil }
        let (first, second) = aligned(start, end, for: unit)
        switch unit {
        case .year: return Int64(second.year - first.year)
        case .month: return second.monthNumber - first.monthNumber
        case .week: return second.week - first.week
        default:
            let size = unit.milliseconds ?? 1
            return floored(second.localMs, size) - floored(first.localMs, size)
        }
    }

    private func isKnown(to unit: CalendarUnit) -> Bool {
        switch unit {
        case .year: precision >= .year
        case .month: precision >= .month
        case .week, .day: precision >= .day
        case .hour: precision >= .hour
        case .minute: precision >= .minute
        case .second: precision >= .second
        case .millisecond: precision >= .fraction
        }
    }

    /// Both in UTC where hours and less are counted and both have a zone.
    private static func aligned(
        _ a: PathMoment, _ b: PathMoment, for unit: CalendarUnit
    ) -> (PathMoment, PathMoment) {
        guard unit.isFiner(than: .day), let first = a.offsetMinutes, let second = b.offsetMinutes
        else { return (a, b) }
        var (left, right) = (a, b)
        left.setLocal(ms: a.localMs - Int64(first) * 60_000)
        right.setLocal(ms: b.localMs - Int64(second) * 60_000)
        return (left, right)
    }

    private var monthNumber: Int64 { Int64(year) * 12 + Int64(month) - 1 }

    /// Milliseconds since the month began.
    private var msOfMonth: Int64 {
        var start = PathMoment(.dateTime, .day)
        (start.year, start.month) = (year, month)
        return localMs - start.localMs
    }

    /// Day 0 is a Thursday.
    private var week: Int64 { Self.floored(localMs + 4 * 86_400_000, 7 * 86_400_000) }

    private static func floored(_ value: Int64, _ size: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: size)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension CalendarUnit {
    /// The length of a unit that always has the same one.
    fileprivate var milliseconds: Int64? {
        switch self {
        case .year, .month: nil
        case .week: 7 * 86_400_000
        case .day: 86_400_000
        case .hour: 3_600_000
        case .minute: 60_000
        case .second: 1_000
        case .millisecond: 1
        }
    }
}
