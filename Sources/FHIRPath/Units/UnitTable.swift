/// All units of UCUM, as factors over others.
///
/// The mole is a unit of its own here: nobody counts a patient's molecules one by one, and the
/// conversion between its multiples stays exact. So are the fields of a microscope. The number pi is
/// taken to 20 digits.
///
/// Spec: UCUM, tables of units and prefixes, https://ucum.org/ucum
struct UnitTable: Sendable {
    /// A unit that is no multiple of others: the function that leads to them, and from what.
    struct Scale: Sendable {
        let function: String
        let measure: UnitExpression
    }

    private(set) var units: [String: UnitExpression] = [:]
    private(set) var scales: [String: Scale] = [:]
    private var names: [String: String] = [:]
    /// The units that take prefixes.
    private var metric: Set<String> = []
    private var prefixes: [String: (name: String, factor: PathDecimal, tens: Int)] = [:]

    private static let ownAnyway: Set<String> = ["mol", "[HPF]", "[LPF]"]
    private static let valueDigitsMax = 22

    /// A symbol with its prefix, if it has one.
    struct Found {
        let unit: UnitExpression
        let name: String
    }

    /// A unit with or without prefix; nil if it is not in the table.
    func find(_ symbol: String) -> Found? {
        if let plain = units[symbol] { return Found(unit: plain, name: names[symbol] ?? symbol) }
        for length in [1, 2] where symbol.utf8.count > length {
            let cut = symbol.utf8.index(symbol.startIndex, offsetBy: length)
            guard let prefix = prefixes[String(symbol[..<cut])] else { continue }
            let stem = String(symbol[cut...])
            guard metric.contains(stem), let unit = units[stem],
                let scaled = unit.scaled(by: prefix.factor, tens: prefix.tens)
            else { continue }
            return Found(unit: scaled, name: prefix.name + (names[stem] ?? stem))
        }
        return nil
    }

    /// The whole table.
    static let clinical = UnitTable(.builtIn)

    /// Works every unit out; a unit may stand above those that it is made of.
    init(_ file: UnitFile) {
        for (code, prefix) in file.prefixes {
            let (factor, tens) = Self.number(prefix.value)
            prefixes[code] = (prefix.name, factor, tens)
        }
        var waiting: [UnitRow] = []
        for row in file.rows {
            names[row.code] = row.name
            if row.isMetric { metric.insert(row.code) }
            let isOwn =
                row.isBase || row.isArbitrary || row.function != nil
                || Self.ownAnyway.contains(row.code)
            if isOwn {
                units[row.code] = UnitExpression(own: row.code)
            }
            if !isOwn || row.function != nil { waiting.append(row) }
        }
        // `[IU]` is another spelling of `[iU]`, and would not compare as a unit of its own.
        waiting += file.rows.filter { $0.isArbitrary && $0.unit != "1" }
        // Each round works out at least one, so this many are enough for any order.
        for _ in 0..<waiting.count {
            let before = waiting.count
            waiting.removeAll { settle($0) }
            if waiting.isEmpty || waiting.count == before { break }
        }
    }

    private mutating func settle(_ row: UnitRow) -> Bool {
        // Parts of a unit that stand further down are worked out in a later round.
        var parser = UnitParser(row.unit, self)
        guard let unit = parser.whole() else { return false }
        let (factor, tens) = Self.number(row.value)
        guard let scaled = unit.scaled(by: factor, tens: tens) else { return false }
        if let function = row.function {
            scales[row.code] = Scale(function: function, measure: scaled)
        } else {
            units[row.code] = scaled
        }
        return true
    }

    /// A number as digits and a power of ten.
    private static func number(_ text: String) -> (PathDecimal, Int) {
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        guard let digits = parts.first, parts.count <= 2 else { return (PathDecimal(1), 0) }
        let tens = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let kept = String(digits.prefix(valueDigitsMax))
        return (PathDecimal(kept)?.trimmed ?? PathDecimal(1), tens)
    }
}
