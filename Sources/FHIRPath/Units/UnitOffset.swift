/// Degrees of Celsius, Fahrenheit and Réaumur: a unit of temperature and where its zero lies.
struct UnitOffset: Sendable {
    /// The kelvin, or the part of it that one degree is.
    let measure: UnitExpression
    /// How many degrees lie between absolute zero and the zero of the scale.
    private let zero: PathDecimal

    private static let zeros = ["Cel": "273.15", "degF": "459.67", "degRe": "218.52"]

    /// The scale of a unit that stands alone; nil if it has none, or has a prefix.
    init?(_ unit: UnitExpression) {
        guard let code = unit.lone, let scale = UnitTable.clinical.scales[code],
            let zero = Self.zeros[scale.function].flatMap({ PathDecimal($0) }),
            unit.scaled(PathDecimal(1), by: .one) == PathDecimal(1)
        else { return nil }
        measure = scale.measure
        self.zero = zero
    }

    /// A temperature counted from absolute zero.
    func inMeasure(_ value: PathDecimal) -> PathDecimal? { value.adding(zero) }

    /// A temperature that is counted from absolute zero, on the scale.
    func onScale(_ value: PathDecimal) -> PathDecimal? { value.subtracting(zero) }
}
