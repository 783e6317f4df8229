import FHIRModel

/// What a resource stands in order by under one parameter.
///
/// Resources without a value come last, whichever direction; a key exists only where there is one.
///
/// Spec: FHIR R4 search, sorting, https://hl7.org/fhir/R4/search.html#sort
package enum SearchSortKey: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970 in UTC.
    case moment(Int64)
    /// A number; of quantities the number in the units of UCUM, where the unit is known.
    case number(Double)
    /// A text, folded, or an address or code.
    case text([UInt8])

    /// The key of a resource: of several values the least, or the greatest for a descending order.
    ///
    /// Nil if the parameter has no value that can be ordered.
    package init?(_ values: some Sequence<IndexValue>, isDescending: Bool) {
        let keys = values.compactMap { Self(of: $0, isDescending: isDescending) }
        guard let key = isDescending ? keys.max() : keys.min() else { return nil }
        self = key
    }

    private init?(of value: IndexValue, isDescending: Bool) {
        switch value {
        case .date(let low, let high): self = .moment(isDescending ? high : low)
        case .number(let range):
            self = .number(isDescending ? range.highDouble : range.lowDouble)
        case .quantity(let quantity):
            let range = quantity.canonical?.range ?? quantity.range
            self = .number(isDescending ? range.highDouble : range.lowDouble)
        case .string(let text): self = .text(SearchText.fold(text))
        case .uri(let uri): self = .text(Array(uri.utf8))
        case .token(_, let code, let text):
            guard let shown = text ?? code else { return nil }
            self = .text(SearchText.fold(shown))
        case .reference(let reference):
            guard let url = reference.url else { return nil }
            self = .text(Array(url.utf8))
        case .typedIdentifier, .position, .composite: return nil
        }
    }

    package static func < (a: SearchSortKey, b: SearchSortKey) -> Bool {
        switch (a, b) {
        case (.moment(let first), .moment(let second)): first < second
        case (.number(let first), .number(let second)): first < second
        case (.text(let first), .text(let second)): first.lexicographicallyPrecedes(second)
        case (.moment, _), (.number, .text): true
        default: false
        }
    }
}
