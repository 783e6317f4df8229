/// A unit of UCUM as a dimension and a factor, both exact.
///
/// Units that are no multiple of others, such as degrees Celsius, are known by themselves only.
///
/// Spec: UCUM, section 2, https://ucum.org/ucum
struct UnitExpression: Sendable {
    /// The powers of metre, second, gram, coulomb, kelvin, candela, radian, and of the units that
    /// cannot be expressed by others, by name.
    private(set) var powers: [String: Int] = [:]
    private var numerator = PathDecimal(1)
    private var denominator = PathDecimal(1)

    /// A power of ten beside the factor.
    private var tens = 0

    static let bytesMax = 256
    private static let tensMax = 400

    /// Reads a unit; nil if it is not known.
    static func read(_ text: String) -> UnitExpression? {
        guard text.utf8.count <= bytesMax else { return nil }
        var parser = UnitParser(text, .clinical)
        return parser.whole()
    }

    static let one = UnitExpression()

    init() {}

    /// A unit that is made of no others.
    init(own name: String) { powers = [name: 1] }

    func isComparable(with other: UnitExpression) -> Bool { powers == other.powers }

    /// The code of a unit that is no multiple of others and stands alone, with prefix or without.
    var lone: String? {
        guard powers.count == 1, let (name, power) = powers.first, power == 1 else { return nil }
        return name
    }

    /// A value of this unit in a measure that values of `other` share.
    func scaled(_ value: PathDecimal, by other: UnitExpression) -> PathDecimal? {
        value.multiplied(by: numerator)?.multiplied(by: other.denominator)?
            .shifted(by: max(0, tens - other.tens))
    }

    /// A value of this unit in the units that it is made of; nil if 38 digits do not hold it.
    func reduced(_ value: PathDecimal) -> PathDecimal? {
        value.multiplied(by: numerator)?.divided(by: denominator)?.shifted(by: tens)
    }

    /// The factor as binary number.
    var double: Double {
        numerator.double / denominator.double * (Double("1e\(tens)") ?? .nan)
    }

    func multiplied(by other: UnitExpression, power: Int = 1) -> UnitExpression? {
        guard power.magnitude <= 8 else { return nil }
        var result = self
        for (name, exponent) in other.powers {
            let sum = (result.powers[name] ?? 0) + exponent * power
            result.powers[name] = sum == 0 ? nil : sum
        }
        result.tens += other.tens * power
        guard result.tens.magnitude <= Self.tensMax else { return nil }
        for _ in 0..<power.magnitude {
            let top = power < 0 ? other.denominator : other.numerator
            let bottom = power < 0 ? other.numerator : other.denominator
            guard let wider = result.numerator.multiplied(by: top),
                let deeper = result.denominator.multiplied(by: bottom)
            else { return nil }
            result.numerator = wider.trimmed
            result.denominator = deeper.trimmed
        }
        return result
    }

    func scaled(by factor: PathDecimal, tens: Int = 0) -> UnitExpression? {
        guard let top = numerator.multiplied(by: factor) else { return nil }
        var result = self
        result.numerator = top
        result.tens += tens
        return result.tens.magnitude <= Self.tensMax ? result : nil
    }
}

extension PathDecimal {
    /// The number times a power of ten; nil if it does not fit.
    func shifted(by tens: Int) -> PathDecimal? {
        if tens == 0 { return self }
        let value = trimmed
        let places = value.scale - tens
        if places >= 0 {
            return places <= Self.scaleMax
                ? PathDecimal(coefficient: value.coefficient, scale: places) : nil
        }
        guard -places <= Self.digitsMax else { return nil }
        let product = value.coefficient.multipliedReportingOverflow(by: Self.power(ofTen: -places))
        return Self.checked((product.partialValue, product.overflow), scale: 0)
    }
}

/// Takes a unit of UCUM apart: terms joined by `.` and `/`, powers, prefixes, remarks in braces.
struct UnitParser {
    private var rest: Substring.UTF8View
    private var depth = 0
    private let table: UnitTable
    /// How the parts are called, in their order.
    private(set) var words: [String] = []

    init(_ text: String, _ table: UnitTable) {
        rest = Substring(text).utf8
        self.table = table
    }

    mutating func whole() -> UnitExpression? {
        guard let unit = terms(), rest.isEmpty else { return nil }
        return unit
    }

    private mutating func terms() -> UnitExpression? {
        depth += 1
        guard depth <= 8 else { return nil }
        defer { depth -= 1 }
        var result: UnitExpression? = .one
        if rest.first != 0x2F {
            guard let first = component() else { return nil }
            result = first
        }
        while let sign = rest.first, sign == 0x2E || sign == 0x2F {
            rest.removeFirst()
            if sign == 0x2F { words.append("per") }
            guard let unit = component() else { return nil }
            result = result?.multiplied(by: unit, power: sign == 0x2E ? 1 : -1)
        }
        return result
    }

    private mutating func component() -> UnitExpression? {
        switch rest.first {
        case 0x28:
            rest.removeFirst()
            guard let inner = terms(), rest.first == 0x29 else { return nil }
            rest.removeFirst()
            guard rest.first != 0x7B || remark() else { return nil }
            return inner
        case 0x7B: return remark() ? .one : nil
        case .some(0x30...0x39): return number()
        case .some: return symbol()
        case nil: return nil
        }
    }

    private mutating func number() -> UnitExpression? {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        guard digits.count <= 9, let value = Int64(String(Substring(digits))) else { return nil }
        rest.removeFirst(digits.count)
        words.append(String(value))
        // `10*` and `10^` are the number ten with a power behind them.
        if value == 10, let sign = rest.first, sign == 0x2A || sign == 0x5E {
            rest.removeFirst()
            let power = exponent() ?? 1
            words[words.count - 1] = "10^\(power)"
            guard rest.first != 0x7B || remark() else { return nil }
            return UnitExpression.one.scaled(by: PathDecimal(1), tens: power)
        }
        guard rest.first != 0x7B || remark() else { return nil }
        return UnitExpression.one.scaled(by: PathDecimal(value))
    }

    private mutating func symbol() -> UnitExpression? {
        var isBracketed = false
        var name: [UInt8] = []
        while let byte = rest.first {
            if byte == 0x5B { isBracketed = true }
            if byte == 0x5D { isBracketed = false }
            let isEnd =
                byte == 0x2E || byte == 0x2F || byte == 0x28 || byte == 0x29 || byte == 0x7B
                || byte == 0x2B || byte == 0x2D || (byte &- 0x30 < 10)
            guard isBracketed || !isEnd else { break }
            name.append(byte)
            rest.removeFirst()
        }
        guard !name.isEmpty, !isBracketed,
            let found = table.find(String(decoding: name, as: UTF8.self))
        else { return nil }
        let power = exponent() ?? 1
        words.append(Self.named(found.name, power))
        guard rest.first != 0x7B || remark() else { return nil }
        return UnitExpression.one.multiplied(by: found.unit, power: power)
    }

    private static func named(_ name: String, _ power: Int) -> String {
        switch power {
        case 1: name
        case 2: "square \(name)"
        case 3: "cubic \(name)"
        default: "\(name) to the power \(power)"
        }
    }

    private mutating func exponent() -> Int? {
        var ahead = rest
        var isNegative = false
        if let sign = ahead.first, sign == 0x2B || sign == 0x2D {
            isNegative = sign == 0x2D
            ahead.removeFirst()
        }
        let digits = ahead.prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty, digits.count <= 2, let value = Int(String(Substring(digits))) else {
            return nil
        }
        rest = ahead.dropFirst(digits.count)
        return isNegative ? -value : value
    }

    private mutating func remark() -> Bool {
        guard let end = rest.firstIndex(of: 0x7D) else { return false }
        let text = rest[rest.index(after: rest.startIndex)..<end]
        guard text.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x7B }) else { return false }
        if !text.isEmpty { words.append(String(decoding: text, as: UTF8.self)) }
        rest = rest[rest.index(after: end)...]
        return true
    }
}
