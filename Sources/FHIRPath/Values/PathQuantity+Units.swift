/// Order, conversion and calculation with units.
///
/// Spec: FHIRPath, quantity equality and unit conversions, https://hl7.org/fhirpath/#quantity-equality
extension PathQuantity {
    /// Negative, zero or positive as `a` is less than, equal to or greater than `b`; nil if their
    /// units do not compare.
    ///
    /// Years and months of the calendar compare with each other and with calendar days, a year being
    /// 12 months or 365 days and a month 30 days, but with no unit of UCUM, nor do `a` and `mo` with
    /// any unit of the calendar.
    static func order(_ a: PathQuantity, _ b: PathQuantity) -> Int? {
        switch (a.calendar, b.calendar) {
        case (nil, nil):
            return a.unit == b.unit
                ? PathDecimal.order(a.value, b.value) : fixedOrder(a.value, a.unit, b.value, b.unit)
        case (let first?, let second?):
            let isInMonths = !first.isFixed && !second.isFixed
            guard let left = a.value.multiplied(by: first.size(inMonths: isInMonths)),
                let right = b.value.multiplied(by: second.size(inMonths: isInMonths))
            else { return nil }
            return PathDecimal.order(left, right)
        case (let own?, nil), (nil, let own?):
            let other = a.calendar == nil ? a.unit : b.unit
            guard own.isFixed, !averages.contains(other) else { return nil }
            return fixedOrder(a.value, a.fixedUnit, b.value, b.fixedUnit)
        }
    }

    /// Units of UCUM for years and months of a mean length.
    private static let averages: Set<String> = ["a", "a_j", "a_g", "a_t", "mo", "mo_j", "mo_g"]

    private static func fixedOrder(
        _ left: PathDecimal, _ leftUnit: String, _ right: PathDecimal, _ rightUnit: String
    ) -> Int? {
        guard let (value, first) = measured(left, leftUnit),
            let (other, second) = measured(right, rightUnit), first.isComparable(with: second),
            let a = first.scaled(value, by: second), let b = second.scaled(other, by: first)
        else { return nil }
        return PathDecimal.order(a, b)
    }

    /// A value in a unit that is a multiple of others: degrees of temperature count from absolute
    /// zero.
    private static func measured(
        _ value: PathDecimal, _ unit: String
    ) -> (PathDecimal, UnitExpression)? {
        guard let read = UnitExpression.read(unit) else { return nil }
        guard let offset = UnitOffset(read) else { return (value, read) }
        return offset.inMeasure(value).map { ($0, offset.measure) }
    }

    /// The unit of UCUM of the same name.
    private var fixedUnit: String { calendar?.ucum ?? unit }

    // MARK: Conversion

    /// The same amount in another unit, `kg` of UCUM or `day` of the calendar; nil if there is none.
    ///
    /// A unit of the calendar is converted by the lengths of the calendar, and then named as asked.
    func converted(to other: String) -> PathQuantity? {
        let word = CalendarUnit(word: other)
        guard let calendar else {
            let moved = converted(toUCUM: word?.ucum ?? other)
            return word == nil ? moved : moved.flatMap { $0.named(word) }
        }
        guard let target = word ?? CalendarUnit(fhirCode: other) ?? CalendarUnit(ucum: other) else {
            return calendar.isFixed ? converted(toUCUM: other) : nil
        }
        let isInMonths = !calendar.isFixed && !target.isFixed
        guard let size = value.multiplied(by: calendar.size(inMonths: isInMonths)),
            let number = size.divided(by: target.size(inMonths: isInMonths))
        else { return nil }
        return word == nil ? PathQuantity(number, ucum: other) : PathQuantity(number, target)
    }

    private func named(_ word: CalendarUnit?) -> PathQuantity? {
        word.map { PathQuantity(value, $0) }
    }

    private func converted(toUCUM other: String) -> PathQuantity? {
        if fixedUnit == other { return PathQuantity(value, ucum: other) }
        guard let (value, mine) = Self.measured(value, fixedUnit),
            let target = UnitExpression.read(other)
        else { return nil }
        let offset = UnitOffset(target)
        let theirs = offset?.measure ?? target
        guard mine.isComparable(with: theirs), let top = mine.scaled(value, by: theirs),
            let bottom = theirs.scaled(PathDecimal(1), by: mine),
            let quotient = top.divided(by: bottom),
            let moved = offset.map({ $0.onScale(quotient) }) ?? quotient
        else { return nil }
        return PathQuantity(moved, ucum: other)
    }

    // MARK: Equivalence

    /// Whether the two are the same in the larger of their units, to the places of the one that was
    /// written less exactly.
    ///
    /// Spec: FHIRPath, quantity equivalence, https://hl7.org/fhirpath/#quantity-equivalence
    static func isEquivalent(_ a: PathQuantity, _ b: PathQuantity) -> Bool {
        let one = PathDecimal(1)
        let left = a.fixedUnit
        let right = b.fixedUnit
        if left == right { return isEquivalent(a.value, b.value) }
        guard let order = fixedOrder(one, left, one, right) else { return false }
        let unit = order < 0 ? right : left
        guard let first = a.converted(toUCUM: unit), let second = b.converted(toUCUM: unit) else {
            return false
        }
        return isEquivalent(first.value, second.value)
    }

    /// Whether two numbers are the same to the places of the one that was written less exactly.
    static func isEquivalent(_ a: PathDecimal, _ b: PathDecimal) -> Bool {
        let places = min(a.trimmed.scale, b.trimmed.scale)
        return a.rounded(to: places, .halfAwayFromZero) == b.rounded(to: places, .halfAwayFromZero)
    }

    // MARK: Calculation

    /// The sum or difference in the unit of this one; nil if the units do not fit.
    ///
    /// A number without unit takes that of the other side. Years and months are added to their like
    /// only.
    func adding(_ other: PathQuantity, sign: Int) -> PathQuantity? {
        let moved: PathQuantity?
        var unitOwner = self
        if unit == other.unit, (calendar == nil) == (other.calendar == nil) || other.unit == "1" {
            moved = other
        } else if other.isPlainNumber {
            moved = other
        } else if isPlainNumber {
            moved = other
            unitOwner = other
        } else if calendar?.isFixed == false || other.calendar?.isFixed == false {
            moved = nil
        } else {
            moved = other.converted(toUCUM: fixedUnit)
        }
        guard let moved else { return nil }
        let sum = sign < 0 ? value.subtracting(moved.value) : value.adding(moved.value)
        return sum.map { PathQuantity($0, unitOf: unitOwner) }
    }

    /// Whether it has no unit.
    var isPlainNumber: Bool { calendar == nil && unit == "1" }

    /// The product or quotient, with the units of UCUM written one behind the other; nil for units
    /// of the calendar, which take plain numbers only.
    func combined(with other: PathQuantity, isProduct: Bool) -> PathQuantity? {
        let number =
            isProduct ? value.multiplied(by: other.value) : value.divided(by: other.value)
        guard let number else { return nil }
        if other.isPlainNumber { return PathQuantity(number, unitOf: self) }
        if isPlainNumber, isProduct { return PathQuantity(number, unitOf: other) }
        guard calendar == nil, other.calendar == nil else { return nil }
        if !isProduct, unit == other.unit { return PathQuantity(number, ucum: "1") }
        let isSimple = !other.unit.utf8.contains { $0 == 0x2E || $0 == 0x2F }
        let theirs = isSimple ? other.unit : "(\(other.unit))"
        let mine = unit == "1" ? "" : unit
        guard mine.utf8.count + theirs.utf8.count < 200 else { return nil }
        return PathQuantity(number, ucum: mine + (isProduct ? "." : "/") + theirs)
    }
}

extension CalendarUnit {
    /// How many months or milliseconds the unit counts as, where lengths are compared.
    fileprivate func size(inMonths: Bool) -> PathDecimal {
        if inMonths { return PathDecimal(self == .year ? 12 : 1) }
        let milliseconds: Int64 =
            switch self {
            case .year: 365 * 86_400_000
            case .month: 30 * 86_400_000
            case .week: 7 * 86_400_000
            case .day: 86_400_000
            case .hour: 3_600_000
            case .minute: 60_000
            case .second: 1_000
            case .millisecond: 1
            }
        return PathDecimal(milliseconds)
    }
}
