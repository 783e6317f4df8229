/// A number with a unit of UCUM or of the calendar.
///
/// Spec: FHIRPath, Quantity, https://hl7.org/fhirpath/#quantity
package struct PathQuantity: Sendable {
    /// The number.
    package let value: PathDecimal
    /// The UCUM unit, `1` without one; the word of a calendar unit such as `year`.
    package let unit: String
    let calendar: CalendarUnit?

    /// A quantity of a UCUM unit.
    package init(_ value: PathDecimal, ucum unit: String) {
        self.value = value
        self.unit = unit.isEmpty ? "1" : unit
        calendar = nil
    }

    init(_ value: PathDecimal, _ calendar: CalendarUnit) {
        self.value = value
        self.calendar = calendar
        unit = calendar.rawValue
    }

    init(_ value: PathDecimal, unitOf other: PathQuantity) {
        self.value = value
        unit = other.unit
        calendar = other.calendar
    }

    /// The text as a literal writes it: `4.5 'mg'`, `3 days`.
    package var text: String {
        guard let calendar else { return "\(value.text) '\(unit)'" }
        return "\(value.text) \(calendar.rawValue)\(value == PathDecimal(1) ? "" : "s")"
    }

    /// Reads a number with an optional unit, UCUM in quotes and calendar words without.
    static func read(_ text: String) -> PathQuantity? {
        let trimmed = text.utf8.prefix(while: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A })
        guard let value = PathDecimal(utf8: trimmed), trimmed.allSatisfy({ $0 | 0x20 != 0x65 })
        else {
            return nil
        }
        let rest = text.utf8.dropFirst(trimmed.count).drop {
            $0 == 0x20 || $0 == 0x09 || $0 == 0x0A
        }
        guard let first = rest.first else { return PathQuantity(value, ucum: "1") }
        if first == 0x27 {
            guard rest.count > 2, rest.last == 0x27 else { return nil }
            let unit = rest.dropFirst().dropLast()
            guard !unit.contains(0x27) else { return nil }
            return PathQuantity(value, ucum: String(decoding: unit, as: UTF8.self))
        }
        guard let word = CalendarUnit(word: String(decoding: rest, as: UTF8.self)) else {
            return nil
        }
        return PathQuantity(value, word)
    }

    /// Negative, zero or positive as `a` is less than, equal to or greater than `b`; nil if their
    /// units do not compare.
    ///
    /// A calendar year or month has no fixed length, so it compares with its like only.
    static func order(_ a: PathQuantity, _ b: PathQuantity) -> Int? {
        if a.unit == b.unit, (a.calendar == nil) == (b.calendar == nil) {
            return PathDecimal.order(a.value, b.value)
        }
        if let months = (a.months, b.months) as? (PathDecimal, PathDecimal) {
            return PathDecimal.order(months.0, months.1)
        }
        guard a.calendar?.isFixed != false, b.calendar?.isFixed != false,
            let first = UnitExpression.read(a.fixedUnit),
            let second = UnitExpression.read(b.fixedUnit), first.isComparable(with: second),
            let left = first.scaled(a.value, by: second),
            let right = second.scaled(b.value, by: first)
        else { return nil }
        return PathDecimal.order(left, right)
    }

    private var months: PathDecimal? {
        switch calendar {
        case .year: value.multiplied(by: PathDecimal(12))
        case .month: value
        default: nil
        }
    }

    private var fixedUnit: String { calendar?.ucum ?? unit }

    /// Whether the two have units of one dimension.
    static func isComparable(_ a: PathQuantity, _ b: PathQuantity) -> Bool {
        if a.unit == b.unit { return true }
        guard let first = UnitExpression.read(a.fixedUnit),
            let second = UnitExpression.read(b.fixedUnit)
        else { return false }
        return first.isComparable(with: second)
    }

    /// The value in another unit of the same dimension; nil if there is none.
    func converted(toUCUM other: String) -> PathQuantity? {
        if other == unit, calendar == nil { return self }
        if let calendar, !calendar.isFixed { return nil }
        guard let mine = UnitExpression.read(fixedUnit), let theirs = UnitExpression.read(other),
            mine.isComparable(with: theirs), let top = mine.scaled(value, by: theirs),
            let bottom = theirs.scaled(PathDecimal(1), by: mine),
            let quotient = top.divided(by: bottom)
        else { return nil }
        return PathQuantity(quotient, ucum: other)
    }

    /// Whether the two are the same to the places of the one that was written less exactly.
    ///
    /// Spec: FHIRPath, equivalent, https://hl7.org/fhirpath/#equivalent
    static func isEquivalent(_ a: PathQuantity, _ b: PathQuantity) -> Bool {
        let first = a.calendar == nil ? a : PathQuantity(a.value, ucum: a.fixedUnit)
        let second = b.calendar == nil ? b : PathQuantity(b.value, ucum: b.fixedUnit)
        if first.unit == second.unit { return isEquivalent(first.value, second.value) }
        guard let moved = second.converted(toUCUM: first.unit) else { return false }
        let places = min(first.value.trimmed.scale, moved.value.trimmed.scale)
        return first.value.rounded(to: places, .halfAwayFromZero)
            == moved.value.rounded(to: places, .halfAwayFromZero)
    }

    static func isEquivalent(_ a: PathDecimal, _ b: PathDecimal) -> Bool {
        let places = min(a.trimmed.scale, b.trimmed.scale)
        return a.rounded(to: places, .halfAwayFromZero) == b.rounded(to: places, .halfAwayFromZero)
    }

    func adding(_ other: PathQuantity, sign: Int) -> PathQuantity? {
        let moved =
            unit == other.unit
            ? other : calendar == nil ? other.converted(toUCUM: unit) : nil
        guard let moved else { return nil }
        let sum = sign < 0 ? value.subtracting(moved.value) : value.adding(moved.value)
        return sum.map { PathQuantity($0, unitOf: self) }
    }

    /// The product or quotient, with the units written one behind the other.
    func combined(with other: PathQuantity, isProduct: Bool) -> PathQuantity? {
        let number =
            isProduct ? value.multiplied(by: other.value) : value.divided(by: other.value)
        guard let number else { return nil }
        let theirs = other.fixedUnit
        if theirs == "1" { return PathQuantity(number, ucum: fixedUnit) }
        let isSimple = !theirs.utf8.contains { $0 == 0x2E || $0 == 0x2F }
        let wrapped = isSimple ? theirs : "(\(theirs))"
        let mine = fixedUnit == "1" && isProduct ? "" : fixedUnit
        let sign = isProduct ? (mine.isEmpty ? "" : ".") : "/"
        if !isProduct, fixedUnit == theirs { return PathQuantity(number, ucum: "1") }
        guard mine.utf8.count + wrapped.utf8.count < 200 else { return nil }
        return PathQuantity(number, ucum: mine + sign + wrapped)
    }
}
