package import FHIRModel
import Glibc

/// Units of measure: whether a text is one, how it is called, what it converts to.
///
/// Spec: UCUM, https://ucum.org/ucum
package struct UCUM: Sendable {
    /// The address of the code system.
    package static let url = "http://unitsofmeasure.org"
    /// UTF-8 bytes of a unit; a longer one is not known.
    package static let bytesMax = UnitExpression.bytesMax

    /// The code as it was written.
    package let code: String
    private let unit: UnitExpression
    private let words: [String]

    /// Reads a unit; nil if it is none.
    package init?(_ code: String) {
        guard !code.isEmpty, code.utf8.count <= Self.bytesMax else { return nil }
        var parser = UnitParser(code, .clinical)
        guard let unit = parser.whole() else { return nil }
        self.code = code
        self.unit = unit
        words = parser.words
    }

    /// How it is called, such as `milligram per deciliter`.
    package var display: String { words.isEmpty ? code : words.joined(separator: " ") }

    /// The units that it is made of with their powers, in one fixed form; `1` for a plain number.
    package var canonical: String { CanonicalUnit(ucum: code)?.name ?? code }

    /// Whether values of the two can be converted into each other.
    package func isCommensurable(with other: UCUM) -> Bool {
        measure.isComparable(with: other.measure)
    }

    /// A value of this unit in another one; nil if they measure different things.
    ///
    /// Exact to 38 digits where the units are multiples of each other or degrees of temperature; with
    /// 15 digits where a logarithm or an angle is in between.
    package func convert(_ value: FHIRDecimal, to other: UCUM) -> FHIRDecimal? {
        guard let number = PathDecimal(value.text) else { return nil }
        if let exact = PathQuantity(number, ucum: code).converted(to: other.code) {
            return FHIRDecimal(exact.value.trimmed.text)
        }
        guard isCommensurable(with: other) else { return nil }
        let result = other.fromMeasure(inMeasure(number.double) / other.measure.double)
        return result.isFinite ? FHIRDecimal("\(result)") : nil
    }

    /// What the value is compared in: the unit behind a logarithm, or the unit itself.
    private var measure: UnitExpression { scale?.measure ?? unit }

    private var scale: UnitTable.Scale? { unit.lone.flatMap { UnitTable.clinical.scales[$0] } }

    /// A value in the base units of the measure.
    private func inMeasure(_ value: Double) -> Double {
        guard let scale else { return value * unit.double }
        let own = value * unit.double
        let plain: Double =
            switch scale.function {
            case "Cel": own + 273.15
            case "degF": own + 459.67
            case "degRe": own + 218.52
            case "ln": exp(own)
            case "lg": pow(10, own)
            case "lgTimes2": pow(10, own / 2)
            case "ld": exp2(own)
            case "pH": pow(10, -own)
            case "sqrt": own * own
            case "tanTimes100", "100tan": atan(own / 100)
            default: pow(Self.dilution(scale.function), -own)
            }
        let isDegree = scale.function == "100tan"
        return isDegree ? plain : plain * scale.measure.double
    }

    /// A number of measures, as the unit counts it.
    private func fromMeasure(_ value: Double) -> Double {
        guard let scale else { return value }
        let plain: Double =
            switch scale.function {
            case "Cel": value - 273.15
            case "degF": value - 459.67
            case "degRe": value - 218.52
            case "ln": log(value)
            case "lg": log10(value)
            case "lgTimes2": 2 * log10(value)
            case "ld": log2(value)
            case "pH": -log10(value)
            case "sqrt": value.squareRoot()
            case "tanTimes100": tan(value) * 100
            case "100tan": tan(value * scale.measure.double) * 100
            default: -log(value) / log(Self.dilution(scale.function))
            }
        return plain / unit.double
    }

    /// How far one step of a homeopathic scale thins.
    private static func dilution(_ function: String) -> Double {
        switch function {
        case "hpX": 10
        case "hpC": 100
        case "hpM": 1_000
        default: 50_000
        }
    }

    /// Every symbol that units are made of, with its name, sorted by symbol.
    package static var symbols: [(code: String, name: String)] {
        UnitFile.builtIn.rows.map { ($0.code, $0.name) }.sorted { $0.code < $1.code }
    }
}
