package import FHIRModel

/// A unit of UCUM as the units that it is made of, so that values of different units compare.
///
/// `mg/dL` and `g/L` are both grams over cubic metres, degrees Celsius and Fahrenheit are both kelvin.
/// Other units that are no multiple of others, such as the bel, stand for themselves.
///
/// Spec: UCUM, section 2, https://ucum.org/ucum
package struct CanonicalUnit: Sendable {
    /// The units it is made of with their powers, in one fixed form; `1` for a plain number.
    package let name: String
    private let unit: UnitExpression
    private let offset: UnitOffset?

    /// Reads a unit; nil if it is not known.
    package init?(ucum text: String) {
        guard let read = UnitExpression.read(text) else { return nil }
        offset = UnitOffset(read)
        unit = offset?.measure ?? read
        let parts = unit.powers.sorted { $0.key < $1.key }.map { name, power in
            power == 1 ? name : "\(name)\(power)"
        }
        name = parts.isEmpty ? "1" : parts.joined(separator: ".")
    }

    /// A value of the unit in the units that it is made of; nil if 38 digits do not hold it.
    package func value(_ number: FHIRDecimal) -> FHIRDecimal? {
        guard let written = PathDecimal(number.text),
            let value = offset.map({ $0.inMeasure(written) }) ?? written
        else { return nil }
        return unit.reduced(value).flatMap { FHIRDecimal($0.trimmed.text) }
    }
}
