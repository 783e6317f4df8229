/// A decimal number that keeps the form it was written in and compares exactly.
///
/// `1.0` and `1` are equal and sort alike, but their `text` differs: in a lab result the number of
/// places says how exact the measurement was.
///
/// Spec: FHIR R4 decimal, https://hl7.org/fhir/R4/datatypes.html#decimal
package struct FHIRDecimal: Sendable {
    /// The number as it was written.
    package let text: String
    private let isNegative: Bool
    /// Significant digits, each 0 to 9, without zeros at either end; empty for zero.
    private let digits: [UInt8]
    /// The power of ten of the first digit is `magnitude - 1`.
    private let magnitude: Int
    /// The power of ten of the last place that was written.
    private let lastPlace: Int

    /// Reads a number as JSON writes it; nil for any other text or an exponent beyond ±999,999.
    package init?(_ text: String) {
        guard let parts = Parts(text) else { return nil }
        self.init(
            text: text, isNegative: parts.isNegative, digits: parts.digits,
            lastPlace: parts.exponent - parts.fractionCount)
    }

    /// The whole number.
    package init(_ value: Int) {
        let digits = "\(value.magnitude)".utf8.map { $0 - 0x30 }
        self.init(text: "\(value)", isNegative: value < 0, digits: digits, lastPlace: 0)
    }

    private init(text: String, isNegative: Bool, digits: [UInt8], lastPlace: Int) {
        let significant = digits.drop { $0 == 0 }
        let trailing = significant.reversed().prefix { $0 == 0 }.count
        self.text = text
        self.digits = Array(significant.dropLast(trailing))
        self.isNegative = isNegative && !self.digits.isEmpty
        self.magnitude = self.digits.isEmpty ? 0 : significant.count + lastPlace
        self.lastPlace = lastPlace
    }

    /// The nearest binary value, for plots and not for comparison.
    package var double: Double { Double(text) ?? 0 }

    /// The numbers that a search for this one finds.
    ///
    /// They reach half a unit of the last written place to either side. The lower end belongs to
    /// the range, the upper does not.
    ///
    /// Spec: FHIR R4 search, number, https://hl7.org/fhir/R4/search.html#number
    package var writtenRange: (lower: FHIRDecimal, upper: FHIRDecimal) {
        var scaled = digits
        if !scaled.isEmpty {
            scaled += [UInt8](repeating: 0, count: max(0, magnitude - digits.count - lastPlace))
        }
        scaled.append(0)
        let half: [UInt8] = [5]
        let outer = Self.sum(scaled, half)
        let inner = digits.isEmpty ? half : Self.difference(scaled, half)
        let isLowNegative = digits.isEmpty || isNegative
        let low = Self.composed(isLowNegative, isNegative ? outer : inner, lastPlace - 1)
        let high = Self.composed(isNegative, isNegative ? inner : outer, lastPlace - 1)
        return (low, high)
    }

    private static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var carry: UInt8 = 0
        for place in 0..<max(a.count, b.count) {
            let first = place < a.count ? a[a.count - 1 - place] : 0
            let second = place < b.count ? b[b.count - 1 - place] : 0
            let total = first + second + carry
            out.append(total % 10)
            carry = total / 10
        }
        if carry > 0 { out.append(carry) }
        return out.reversed()
    }

    /// `a - b` for `a` not less than `b`.
    private static func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var borrow: UInt8 = 0
        for place in 0..<a.count {
            let first = a[a.count - 1 - place]
            let second = (place < b.count ? b[b.count - 1 - place] : 0) + borrow
            borrow = first < second ? 1 : 0
            out.append(first + 10 * borrow - second)
        }
        return out.reversed()
    }

    private static func composed(
        _ isNegative: Bool, _ digits: [UInt8], _ lastPlace: Int
    ) -> FHIRDecimal {
        let body = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
        let text = "\(isNegative ? "-" : "")\(body)e\(lastPlace)"
        return FHIRDecimal(
            text: text, isNegative: isNegative, digits: digits, lastPlace: lastPlace)
    }
}

extension FHIRDecimal: Hashable, Comparable {
    package static func == (a: FHIRDecimal, b: FHIRDecimal) -> Bool {
        a.isNegative == b.isNegative && a.magnitude == b.magnitude && a.digits == b.digits
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(isNegative)
        hasher.combine(magnitude)
        hasher.combine(digits)
    }

    package static func < (a: FHIRDecimal, b: FHIRDecimal) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        return a.isNegative ? b.isCloserToZero(than: a) : a.isCloserToZero(than: b)
    }

    private func isCloserToZero(than other: FHIRDecimal) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return !other.digits.isEmpty }
        if magnitude != other.magnitude { return magnitude < other.magnitude }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

/// The pieces of a number's text.
private struct Parts {
    var isNegative = false
    var digits: [UInt8] = []
    var fractionCount = 0
    var exponent = 0

    init?(_ text: String) {
        var rest = Substring(text).utf8
        if rest.first == 0x2D {
            isNegative = true
            rest.removeFirst()
        }
        guard let whole = Self.takeDigits(&rest), whole.count == 1 || whole[0] != 0 else {
            return nil
        }
        digits = whole
        if rest.first == 0x2E {
            rest.removeFirst()
            guard let fraction = Self.takeDigits(&rest) else { return nil }
            digits += fraction
            fractionCount = fraction.count
        }
        guard let mark = rest.popFirst() else { return }
        guard mark | 0x20 == 0x65, let power = Self.exponent(rest) else { return nil }
        exponent = power
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> [UInt8]? {
        let run = rest.prefix { $0 &- 0x30 < 10 }.map { $0 - 0x30 }
        rest.removeFirst(run.count)
        return run.isEmpty ? nil : run
    }

    private static func exponent(_ rest: Substring.UTF8View) -> Int? {
        var rest = rest
        var isNegative = false
        if let sign = rest.first, sign == 0x2B || sign == 0x2D {
            isNegative = sign == 0x2D
            rest.removeFirst()
        }
        guard let run = takeDigits(&rest), rest.isEmpty else { return nil }
        let significant = run.drop { $0 == 0 }
        guard significant.count <= 6 else { return nil }
        let power = significant.reduce(0) { $0 * 10 + Int($1) }
        return isNegative ? -power : power
    }
}
