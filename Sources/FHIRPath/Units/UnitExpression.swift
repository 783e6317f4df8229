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

    static let bytesMax = 256

    /// Reads a unit; nil if it is not known.
    static func read(_ text: String) -> UnitExpression? {
        guard text.utf8.count <= bytesMax else { return nil }
        var parser = UnitParser(text, .clinical)
        return parser.whole()
    }

    static let one = UnitExpression()

    init() {}

    init(powers: [String: Int], numerator: PathDecimal, denominator: PathDecimal) {
        self.powers = powers
        self.numerator = numerator
        self.denominator = denominator
    }

    func isComparable(with other: UnitExpression) -> Bool { powers == other.powers }

    /// A value of this unit in a measure that values of `other` share.
    func scaled(_ value: PathDecimal, by other: UnitExpression) -> PathDecimal? {
        value.multiplied(by: numerator)?.multiplied(by: other.denominator)
    }

    /// A value of this unit in the units that it is made of; nil if 38 digits do not hold it.
    func reduced(_ value: PathDecimal) -> PathDecimal? {
        value.multiplied(by: numerator)?.divided(by: denominator)
    }

    func multiplied(by other: UnitExpression, power: Int = 1) -> UnitExpression? {
        guard power.magnitude <= 8 else { return nil }
        var result = self
        for (name, exponent) in other.powers {
            let sum = (result.powers[name] ?? 0) + exponent * power
            result.powers[name] = sum == 0 ? nil : sum
        }
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

    func scaled(by factor: PathDecimal, over divisor: PathDecimal = PathDecimal(1))
        -> UnitExpression?
    {
        guard let top = numerator.multiplied(by: factor),
            let bottom = denominator.multiplied(by: divisor)
        else { return nil }
        return UnitExpression(powers: powers, numerator: top, denominator: bottom)
    }
}

/// Takes a unit of UCUM apart: terms joined by `.` and `/`, powers, prefixes, remarks in braces.
struct UnitParser {
    private var rest: Substring.UTF8View
    private var depth = 0
    private let table: UnitTable

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
        if rest.first != 0x2F { result = component() }
        while let sign = rest.first, sign == 0x2E || sign == 0x2F {
            rest.removeFirst()
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
        // `10*` and `10^` are the number ten with a power behind them.
        if value == 10, let sign = rest.first, sign == 0x2A || sign == 0x5E {
            rest.removeFirst()
            let power = exponent() ?? 1
            guard power.magnitude <= 30 else { return nil }
            let ten = PathDecimal(
                coefficient: PathDecimal.power(ofTen: Int(power.magnitude)), scale: 0)
            return power < 0
                ? UnitExpression.one.scaled(by: PathDecimal(1), over: ten)
                : UnitExpression.one.scaled(by: ten)
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
            let unit = table.unit(String(decoding: name, as: UTF8.self))
        else { return nil }
        let power = exponent() ?? 1
        guard rest.first != 0x7B || remark() else { return nil }
        return UnitExpression.one.multiplied(by: unit, power: power)
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
        rest = rest[rest.index(after: end)...]
        return true
    }
}
