import FHIRModel

/// The age of a person in whole years.
enum PersonAge {
    /// Years between a date of birth and a day; nil where the year alone does not tell, or where
    /// the day is before the birth.
    static func years(from birth: FHIRDateTime, to day: CalendarDay) -> Int? {
        let hasHadBirthday =
            birth.precision < .month || (day.month, day.day) >= (birth.month, max(1, birth.day))
        let years = day.year - birth.year - (hasHadBirthday ? 0 : 1)
        return years >= 0 ? years : nil
    }
}
