import Glibc

/// Calculation; nil stands for a result that 38 digits do not hold or that does not exist.
extension PathDecimal {
    /// Places to which a quotient is worked out if it does not end earlier.
    static let quotientPlaces = 20
    /// Places to which an irrational result is rounded.
    static let irrationalPlaces = 12

    func adding(_ other: PathDecimal) -> PathDecimal? {
        if let sum = Self.plainSum(self, other) { return sum }
        return Self.plainSum(trimmed, other.trimmed)
    }

    private static func plainSum(_ a: PathDecimal, _ b: PathDecimal) -> PathDecimal? {
        let places = max(a.scale, b.scale)
        guard let left = a.scaled(to: places), let right = b.scaled(to: places) else { return nil }
        let sum = left.coefficient.addingReportingOverflow(right.coefficient)
        return checked((sum.partialValue, sum.overflow), scale: places)
    }

    func subtracting(_ other: PathDecimal) -> PathDecimal? { adding(other.negated) }

    func multiplied(by other: PathDecimal) -> PathDecimal? {
        if let product = Self.plainProduct(self, other) { return product }
        return Self.plainProduct(trimmed, other.trimmed)
    }

    private static func plainProduct(_ a: PathDecimal, _ b: PathDecimal) -> PathDecimal? {
        let places = a.scale + b.scale
        let product = a.coefficient.multipliedReportingOverflow(by: b.coefficient)
        guard places <= scaleMax else { return nil }
        return checked((product.partialValue, product.overflow), scale: places)
    }

    /// The quotient, rounded to ``quotientPlaces``; nil for a divisor of zero.
    func divided(by divisor: PathDecimal) -> PathDecimal? {
        guard let (numerator, denominator) = Self.fraction(self, divisor) else { return nil }
        var (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
        var places = 0
        while rest != 0, places < Self.quotientPlaces {
            let (ten, restOverflow) = rest.multipliedReportingOverflow(by: 10)
            let (wider, overflow) = quotient.multipliedReportingOverflow(by: 10)
            guard !restOverflow, !overflow, wider.magnitude < Int128.max.magnitude / 2 else {
                break
            }
            let (digit, next) = ten.quotientAndRemainder(dividingBy: denominator)
            quotient = wider + digit
            rest = next
            places += 1
        }
        if rest != 0, rest.magnitude >= (denominator.magnitude + 1) / 2 {
            quotient += (rest < 0) == (denominator < 0) ? 1 : -1
        }
        return PathDecimal(coefficient: quotient, scale: places).trimmed
    }

    /// The whole part of the quotient and what remains; nil for a divisor of zero.
    func quotientAndRemainder(by divisor: PathDecimal) -> (PathDecimal, PathDecimal)? {
        guard let (numerator, denominator) = Self.fraction(self, divisor) else { return nil }
        let quotient = PathDecimal(coefficient: numerator / denominator, scale: 0)
        guard let product = quotient.multiplied(by: divisor), let rest = subtracting(product) else {
            return nil
        }
        return (quotient, rest)
    }

    /// Both as whole numbers of the same relation.
    private static func fraction(
        _ a: PathDecimal, _ b: PathDecimal
    ) -> (Int128, Int128)? {
        guard !b.isZero else { return nil }
        let top = a.trimmed
        let bottom = b.trimmed
        let places = max(top.scale, bottom.scale)
        guard let left = top.scaled(to: places), let right = bottom.scaled(to: places) else {
            return nil
        }
        return (left.coefficient, right.coefficient)
    }

    /// How a number loses places.
    enum Rounding { case halfAwayFromZero, towardsZero, down, up }

    /// The number with at most this many places.
    func rounded(to places: Int, _ rounding: Rounding) -> PathDecimal {
        guard places < scale else { return self }
        let unit = Self.power(ofTen: scale - places)
        var (kept, rest) = coefficient.quotientAndRemainder(dividingBy: unit)
        switch rounding {
        case .halfAwayFromZero:
            if rest.magnitude >= unit.magnitude / 2 { kept += coefficient < 0 ? -1 : 1 }
        case .towardsZero: break
        case .down: if rest < 0 { kept -= 1 }
        case .up: if rest > 0 { kept += 1 }
        }
        rest = 0
        return PathDecimal(coefficient: kept, scale: places)
    }

    /// The square root, cut to ``irrationalPlaces``; nil for a negative number.
    var squareRoot: PathDecimal? {
        guard !isNegative else { return nil }
        // With an even number of places the root of the digits is the root of the number.
        var value = trimmed
        var places = Self.irrationalPlaces * 2
        while places > 0 {
            if places >= value.scale, places.isMultiple(of: 2), let wider = value.scaled(to: places)
            {
                value = wider
                break
            }
            places -= 1
        }
        guard value.scale.isMultiple(of: 2) else { return Self(approximating: double.squareRoot()) }
        let root = Self.integerRoot(value.coefficient)
        return PathDecimal(coefficient: root, scale: value.scale / 2).trimmed
    }

    private static func integerRoot(_ value: Int128) -> Int128 {
        guard value > 1 else { return value }
        var low: Int128 = 1
        var high: Int128 = 13_043_817_825_332_782_212
        while low < high {
            let middle = (low + high + 1) / 2
            if middle <= value / middle { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// `self` to a power; nil if it is no real number or too large.
    func raised(to exponent: PathDecimal) -> PathDecimal? {
        if let whole = exponent.whole {
            guard whole.magnitude <= 1_024 else {
                return Self(approximating: pow(double, exponent.double))
            }
            var result = PathDecimal(1)
            for _ in 0..<whole.magnitude {
                guard let next = result.multiplied(by: self) else {
                    return Self(approximating: pow(double, exponent.double))
                }
                result = next
            }
            return whole < 0 ? PathDecimal(1).divided(by: result) : result
        }
        return isNegative ? nil : Self(approximating: pow(double, exponent.double))
    }

    /// `e` to the power of it.
    var exponential: PathDecimal? { isZero ? PathDecimal(1) : Self(approximating: exp(double)) }

    /// The natural logarithm; nil for zero and negative numbers.
    var naturalLogarithm: PathDecimal? {
        isZero || isNegative ? nil : Self(approximating: Glibc.log(double))
    }

    /// The logarithm to a base; nil where there is none.
    func logarithm(toBase base: PathDecimal) -> PathDecimal? {
        guard !isZero, !isNegative, !base.isZero, !base.isNegative, base != PathDecimal(1) else {
            return nil
        }
        let exact =
            base == PathDecimal(2) ? log2(double) : base == PathDecimal(10) ? log10(double) : nil
        return Self(approximating: exact ?? Glibc.log(double) / Glibc.log(base.double))
    }

    /// The nearest decimal number of ``irrationalPlaces``; nil for one that is not finite or too
    /// large.
    private init?(approximating value: Double) {
        guard value.isFinite, abs(value) < 1e18, let exact = PathDecimal("\(value)") else {
            return nil
        }
        self = exact.rounded(to: Self.irrationalPlaces, .halfAwayFromZero).trimmed
    }
}

/// The ends of the range a written number stands for.
///
/// Spec: FHIRPath 3.0.0-ballot, lowBoundary and highBoundary,
/// https://build.fhir.org/ig/HL7/FHIRPath/
extension PathDecimal {
    /// Places of a boundary if the call does not say.
    static let boundaryPlaces = 8
    /// The most places a boundary may be asked for.
    static let boundaryPlacesMax = 31

    /// The least number that is written like this one; nil if it cannot have so many places.
    ///
    /// Towards zero the boundary is cut, away from zero its half is rounded up, as the official
    /// suite has it.
    func lowBoundary(places: Int?) -> PathDecimal? { boundary(places, isLow: true) }

    /// The greatest number that is written like this one; nil if it cannot have so many places.
    func highBoundary(places: Int?) -> PathDecimal? { boundary(places, isLow: false) }

    private func boundary(_ places: Int?, isLow: Bool) -> PathDecimal? {
        let places = places ?? Self.boundaryPlaces
        guard places >= 0, places <= Self.boundaryPlacesMax,
            let wider = scaled(to: scale + 1)
        else { return nil }
        let half = PathDecimal(coefficient: isLow ? -5 : 5, scale: scale + 1)
        guard let end = wider.adding(half) else { return nil }
        if let exact = end.scaled(to: places) { return exact }
        guard places < end.scale else { return nil }
        let isOutward = isLow == end.isNegative
        return end.rounded(to: places, isOutward ? .halfAwayFromZero : .towardsZero)
    }
}
