import FHIRModel

/// Ages in the words clinicians use.
package enum AgeText {
    /// How old somebody born on a date is on a day.
    ///
    /// Days for two weeks, weeks for thirteen, months for two years, then years. Nil if the date is
    /// unreadable or lies after the day.
    package static func text(birthDate: String, on day: CalendarDay) -> String? {
        // A birth date of wrong form gives no age; the date itself is still shown.
        guard let birth = try? FHIRDateTime(birthDate, as: .date) else { return nil }
        if birth.precision == .year {
            let years = day.year - birth.year
            return years < 0 ? nil : "about \(years) y"
        }
        let born = CalendarDay(birth)
        let months = wholeMonths(from: born, to: day)
        let days = day.daysSince1970 - born.daysSince1970
        guard days >= 0 else { return nil }
        if birth.precision == .month {
            return months < 24 ? counted(months, "month") : "\(months / 12) y"
        }
        if days < 14 { return counted(Int(days), "day") }
        if days < 91 { return counted(Int(days / 7), "week") }
        return months < 24 ? counted(months, "month") : "\(months / 12) y"
    }

    /// When and how old somebody died.
    static func text(birthDate: String?, diedOn died: String?) -> String {
        // A date of death of wrong form counts as not known.
        guard let died, let date = try? FHIRDateTime(died) else { return "died, date not known" }
        let age = birthDate.flatMap { text(birthDate: $0, on: CalendarDay(date)) }
        let isKnown = date.precision >= .day
        let words = age.map { isKnown || $0.hasPrefix("about") ? " at \($0)" : " at about \($0)" }
        return "died \(dayText(date))\(words ?? "")"
    }

    /// A date as `12-Mar-2019`, `Mar-2019` or `2019`.
    static func dayText(_ date: FHIRDateTime) -> String {
        let names = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        switch date.precision {
        case .year: return "\(date.year)"
        case .month: return "\(names[date.month - 1])-\(date.year)"
        default:
            let day = date.day < 10 ? "0\(date.day)" : "\(date.day)"
            return "\(day)-\(names[date.month - 1])-\(date.year)"
        }
    }

    private static func wholeMonths(from born: CalendarDay, to day: CalendarDay) -> Int {
        let months = (day.year - born.year) * 12 + day.month - born.month
        // Born on the 31st, somebody completes a month on the last day of a shorter one.
        let anniversary = min(born.day, FHIRDateTime.dayCount(year: day.year, month: day.month))
        return day.day < anniversary ? months - 1 : months
    }

    private static func counted(_ count: Int, _ unit: String) -> String {
        "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}
