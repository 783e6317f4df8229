package import FHIRModel

/// A stretch of numbers: a single one, a range, or all up or down from one.
package struct NumberRange: Sendable, Hashable {
    /// Where a range ends.
    package enum End: Sendable, Hashable {
        /// Nowhere.
        case open
        /// At a number that belongs to the range.
        case included(FHIRDecimal)
        /// At a number that does not belong to it any more.
        case excluded(FHIRDecimal)
    }

    /// The lower end.
    package let low: End
    /// The upper end.
    package let high: End

    /// Makes a range.
    package init(low: End, high: End) {
        self.low = low
        self.high = high
    }

    /// The range of one number.
    package init(_ number: FHIRDecimal) {
        self.init(low: .included(number), high: .included(number))
    }

    /// The least binary number of the range; negative infinity if it has no lower end.
    ///
    /// Two ranges compare by these as they do exactly, up to the 16 digits a binary number holds:
    /// an end that does not belong to the range is the next binary number inside.
    package var lowDouble: Double {
        switch low {
        case .open: -.infinity
        case .included(let number): number.double
        case .excluded(let number): number.double.nextUp
        }
    }

    /// The greatest binary number of the range; infinity if it has no upper end.
    package var highDouble: Double {
        switch high {
        case .open: .infinity
        case .included(let number): number.double
        case .excluded(let number): number.double.nextDown
        }
    }
}

/// A range of numbers in the units of UCUM that a unit is made of.
package struct CanonicalNumber: Sendable, Hashable {
    /// The range, converted; for a search it is compared with the same prefix.
    package let range: NumberRange
    /// The units with their powers, in one fixed form.
    package let unit: String

    /// Makes one.
    package init(range: NumberRange, unit: String) {
        self.range = range
        self.unit = unit
    }
}
