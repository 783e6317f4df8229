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
        let number = text.utf8.prefix {
            $0 &- 0x30 < 10 || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
        }
        guard let value = PathDecimal(utf8: number) else { return nil }
        let rest = text.utf8.dropFirst(number.count).drop {
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
}
