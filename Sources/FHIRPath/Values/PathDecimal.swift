/// A decimal number that is calculated exactly and keeps the places it was written with.
///
/// Holds up to 38 digits. What would need more is refused, except that places beyond the 38th digit
/// of a quotient or a long fraction are rounded.
///
/// Spec: FHIRPath, Decimal, https://hl7.org/fhirpath/#decimal
package struct PathDecimal: Sendable {
    /// The digits as a whole number.
    let coefficient: Int128
    /// How many of the digits stand behind the point; 0 to 38.
    let scale: Int

    static let scaleMax = 38
    static let digitsMax = 38
    /// The first whole number that is not held.
    private static let bound: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

    /// The result of a calculation; nil if it overflowed or has more than ``digitsMax`` digits.
    static func checked(_ result: (Int128, overflow: Bool), scale: Int) -> PathDecimal? {
        guard !result.overflow, result.0 < bound, result.0 > -bound else { return nil }
        return PathDecimal(coefficient: result.0, scale: scale)
    }

    /// The whole number.
    package init(_ value: Int64) {
        coefficient = Int128(value)
        scale = 0
    }

    init(coefficient: Int128, scale: Int) {
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Reads a number as JSON or FHIRPath write it; nil for other text or if it has too many digits.
    package init?(_ text: String) {
        self.init(utf8: text.utf8)
    }

    init?(utf8: some Sequence<UInt8>) {
        var reader = DecimalReader()
        for byte in utf8 where !reader.take(byte) { return nil }
        guard let value = reader.value else { return nil }
        self = value
    }

    /// `10` to a power of 0 to 38.
    static func power(ofTen exponent: Int) -> Int128 {
        precondition(exponent >= 0 && exponent <= 38, "a power of ten that 128 bits hold")
        return powers[exponent]
    }

    private static let powers: [Int128] = {
        var all: [Int128] = [1]
        for _ in 1...38 { all.append((all.last ?? 1) * 10) }
        return all
    }()

    /// The number as text, with all the places it has.
    package var text: String {
        guard scale > 0 else { return "\(coefficient)" }
        let digits = "\(coefficient.magnitude)"
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        let sign = coefficient < 0 ? "-" : ""
        return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }

    var isZero: Bool { coefficient == 0 }
    var isNegative: Bool { coefficient < 0 }
    var negated: PathDecimal { PathDecimal(coefficient: -coefficient, scale: scale) }
    var magnitude: PathDecimal { isNegative ? negated : self }

    /// The same number without zeros behind the last digit of its fraction.
    var trimmed: PathDecimal {
        var coefficient = coefficient
        var scale = scale
        while scale > 0 {
            let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            coefficient = quotient
            scale -= 1
        }
        return PathDecimal(coefficient: coefficient, scale: scale)
    }

    /// The number with exactly this many places, if it needs no rounding and fits.
    func scaled(to places: Int) -> PathDecimal? {
        if places < scale { return nil }
        guard places <= Self.scaleMax else { return nil }
        let (product, overflow) = coefficient.multipliedReportingOverflow(
            by: Self.power(ofTen: places - scale))
        return overflow ? nil : PathDecimal(coefficient: product, scale: places)
    }

    /// The whole number it is; nil if it has a fraction or does not fit.
    var whole: Int64? {
        let value = trimmed
        return value.scale == 0 ? Int64(exactly: value.coefficient) : nil
    }

    /// The nearest binary value, for functions whose results are irrational.
    var double: Double { Double(text) ?? .nan }
}

extension PathDecimal: Hashable, Comparable {
    package static func == (a: PathDecimal, b: PathDecimal) -> Bool { order(a, b) == 0 }

    package static func < (a: PathDecimal, b: PathDecimal) -> Bool { order(a, b) < 0 }

    package func hash(into hasher: inout Hasher) {
        let value = trimmed
        hasher.combine(value.coefficient)
        hasher.combine(value.scale)
    }

    /// Negative, zero or positive as `a` is less than, equal to or greater than `b`.
    ///
    /// If widening one side overflows, that side is the larger in magnitude, because the other
    /// one fits with all its places.
    static func order(_ a: PathDecimal, _ b: PathDecimal) -> Int {
        let places = max(a.scale, b.scale)
        let (left, leftOverflow) = a.coefficient.multipliedReportingOverflow(
            by: power(ofTen: places - a.scale))
        let (right, rightOverflow) = b.coefficient.multipliedReportingOverflow(
            by: power(ofTen: places - b.scale))
        if leftOverflow { return a.isNegative ? -1 : 1 }
        if rightOverflow { return b.isNegative ? 1 : -1 }
        return left == right ? 0 : left < right ? -1 : 1
    }
}

/// Takes a decimal number apart, byte by byte.
private struct DecimalReader {
    private enum Part { case start, sign, whole, point, fraction, exponent, power, powerDigits }

    private var part = Part.start
    private var isNegative = false
    private var isPowerNegative = false
    private var coefficient: Int128 = 0
    private var digitCount = 0
    private var fractionCount = 0
    private var droppedWholeCount = 0
    private var power = 0

    /// Takes the next byte; false if it cannot stand here.
    mutating func take(_ byte: UInt8) -> Bool {
        switch (part, byte) {
        case (.start, 0x2D):
            isNegative = true
            part = .sign
        case (.start, 0x2B): part = .sign
        case (.start, 0x30...0x39), (.sign, 0x30...0x39), (.whole, 0x30...0x39):
            part = .whole
            return add(byte, isFraction: false)
        case (.whole, 0x2E): part = .point
        case (.point, 0x30...0x39), (.fraction, 0x30...0x39):
            part = .fraction
            return add(byte, isFraction: true)
        case (.whole, 0x45), (.whole, 0x65), (.fraction, 0x45), (.fraction, 0x65): part = .exponent
        case (.exponent, 0x2B): part = .power
        case (.exponent, 0x2D):
            isPowerNegative = true
            part = .power
        case (.exponent, 0x30...0x39), (.power, 0x30...0x39), (.powerDigits, 0x30...0x39):
            part = .powerDigits
            power = min(power * 10 + Int(byte - 0x30), 1_000)
        default: return false
        }
        return true
    }

    private mutating func add(_ byte: UInt8, isFraction: Bool) -> Bool {
        if digitCount == PathDecimal.digitsMax {
            return isFraction
        }
        coefficient = coefficient * 10 + Int128(byte - 0x30)
        if coefficient != 0 { digitCount += 1 }
        if isFraction {
            guard fractionCount < PathDecimal.scaleMax else {
                coefficient /= 10
                return true
            }
            fractionCount += 1
        }
        return true
    }

    var value: PathDecimal? {
        guard part == .whole || part == .fraction || part == .powerDigits else { return nil }
        let scale = fractionCount - (isPowerNegative ? -power : power)
        let signed = isNegative ? -coefficient : coefficient
        if coefficient == 0 {
            return PathDecimal(coefficient: 0, scale: min(max(0, scale), PathDecimal.scaleMax))
        }
        if scale > PathDecimal.scaleMax { return nil }
        if scale >= 0 { return PathDecimal(coefficient: signed, scale: scale) }
        guard -scale <= PathDecimal.digitsMax else { return nil }
        let (product, overflow) = signed.multipliedReportingOverflow(
            by: PathDecimal.power(ofTen: -scale))
        return overflow ? nil : PathDecimal(coefficient: product, scale: 0)
    }
}
