import FHIRModel

extension DateValue {
    /// Whether a time of a resource stands to this one as its prefix asks.
    ///
    /// The time is from `low` up to but not including `high`. `eq` holds if all of it lies in this
    /// one, `gt` and `lt` if some of it lies beyond, `ge` and `le` if some of it lies in this one
    /// or beyond, `sa` and `eb` if all of it lies beyond, `ap` if they overlap. So a stay that ends
    /// on a day is found by `ge` of that day: what a day shows is never left out.
    ///
    /// Spec: FHIR R4 search, prefixes, https://hl7.org/fhir/R4/search.html#prefix
    package func accepts(low: Int64, high: Int64) -> Bool {
        let isInside = self.low <= low && high <= self.high
        return switch prefix {
        case .eq: isInside
        case .ne: !isInside
        case .gt: high > self.high
        case .lt: low < self.low
        case .ge: high > self.low
        case .le: low < self.high
        case .sa: low >= self.high
        case .eb: high <= self.low
        case .ap: low < self.high && self.low < high
        }
    }
}

extension NumberValue {
    /// Whether a number or range of a resource stands to this one as its prefix asks.
    ///
    /// Spec: FHIR R4 search, number, https://hl7.org/fhir/R4/search.html#number
    package func accepts(_ value: NumberRange) -> Bool { Self.accepts(prefix, range, value) }

    /// Whether a range stands to another one as a prefix asks.
    static func accepts(
        _ prefix: SearchPrefix, _ wanted: NumberRange, _ value: NumberRange
    ) -> Bool {
        switch prefix {
        case .eq: wanted.contains(value)
        case .ne: !wanted.contains(value)
        case .gt: value.reaches(above: wanted)
        case .lt: value.reaches(below: wanted)
        case .ge: value.reaches(above: wanted) || wanted.overlaps(value)
        case .le: value.reaches(below: wanted) || wanted.overlaps(value)
        case .sa: !value.reaches(below: wanted) && !wanted.overlaps(value)
        case .eb: !value.reaches(above: wanted) && !wanted.overlaps(value)
        case .ap: wanted.overlaps(value)
        }
    }
}

extension NumberRange {
    /// Whether all of another range lies in this one.
    func contains(_ other: NumberRange) -> Bool {
        !other.reaches(below: self) && !other.reaches(above: self)
    }

    /// Whether the two have a number in common.
    func overlaps(_ other: NumberRange) -> Bool {
        Self.isOrdered(low, other.high) && Self.isOrdered(other.low, high)
    }

    /// Whether some of this range is greater than all of another one.
    func reaches(above other: NumberRange) -> Bool {
        switch (high, other.high) {
        case (_, .open): false
        case (.open, _): true
        case (.included(let mine), .excluded(let theirs)): mine >= theirs
        case (.included(let mine), .included(let theirs)),
            (.excluded(let mine), .included(let theirs)),
            (.excluded(let mine), .excluded(let theirs)):
            mine > theirs
        }
    }

    /// Whether some of this range is less than all of another one.
    func reaches(below other: NumberRange) -> Bool {
        switch (low, other.low) {
        case (_, .open): false
        case (.open, _): true
        case (.included(let mine), .excluded(let theirs)): mine <= theirs
        case (.included(let mine), .included(let theirs)),
            (.excluded(let mine), .included(let theirs)),
            (.excluded(let mine), .excluded(let theirs)):
            mine < theirs
        }
    }

    /// Whether a lower end is not above an upper end.
    private static func isOrdered(_ low: End, _ high: End) -> Bool {
        switch (low, high) {
        case (.open, _), (_, .open): true
        case (.included(let low), .included(let high)): low <= high
        case (.included(let low), .excluded(let high)), (.excluded(let low), .included(let high)),
            (.excluded(let low), .excluded(let high)):
            low < high
        }
    }
}
