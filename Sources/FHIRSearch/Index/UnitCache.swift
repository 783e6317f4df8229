import FHIRModel
import FHIRPath
import Synchronization

/// The units that were read before: a clinic uses a few hundred, again and again.
final class UnitCache: Sendable {
    /// How many units are remembered.
    static let unitsMax = 2_000

    private let units = Mutex<[String: CanonicalUnit?]>([:])

    /// A range of numbers in the units of UCUM that its unit is made of; nil if the unit is not
    /// known or the numbers are too long.
    func canonical(_ range: NumberRange, _ code: String) -> CanonicalNumber? {
        guard let unit = unit(code), let low = Self.end(range.low, unit),
            let high = range.low == range.high ? low : Self.end(range.high, unit)
        else { return nil }
        return CanonicalNumber(range: NumberRange(low: low, high: high), unit: unit.name)
    }

    private func unit(_ code: String) -> CanonicalUnit? {
        if let known = units.withLock({ $0[code] }) { return known }
        let unit = CanonicalUnit(ucum: code)
        units.withLock { units in
            if units.count < Self.unitsMax { units[code] = .some(unit) }
        }
        return unit
    }

    private static func end(_ end: NumberRange.End, _ unit: CanonicalUnit) -> NumberRange.End? {
        switch end {
        case .open: .open
        case .included(let number): unit.value(number).map { .included($0) }
        case .excluded(let number): unit.value(number).map { .excluded($0) }
        }
    }
}
