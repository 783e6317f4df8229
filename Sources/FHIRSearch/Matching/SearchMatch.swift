package import FHIRModel

/// Whether what a resource can be found by is what a search asks for.
///
/// Spec: FHIR R4 search, https://hl7.org/fhir/R4/search.html
package struct SearchMatch: Sendable {
    private let terminology: SearchTerminology

    /// Makes a match that knows some terminology.
    package init(_ terminology: SearchTerminology = SearchTerminology()) {
        self.terminology = terminology
    }

    /// Whether a resource of the criterion's type fulfils it.
    ///
    /// - Parameter entries: what the resource can be found by; at least all of the parameter.
    package func matches(_ entries: [IndexEntry], _ criterion: ParameterCriterion) -> Bool {
        let code = criterion.parameter.code
        return holds(entries.lazy.filter { $0.parameter == code }.map(\.value), criterion)
    }

    /// Whether a resource of the criterion's type fulfils it, by the values of its parameter alone.
    ///
    /// Also answers `_text` and `_content`, whose values are in no index.
    package func matches(
        _ resource: JSON, _ criterion: ParameterCriterion, by extractor: IndexExtractor
    ) -> Bool {
        let values = extractor.values(
            of: resource, type: criterion.type, parameter: criterion.parameter.code)
        return holds(values, criterion)
    }

    private func holds(
        _ values: some Sequence<IndexValue>, _ criterion: ParameterCriterion
    ) -> Bool {
        switch criterion.modifier {
        case .missing(let isMissing): return values.contains { _ in true } != isMissing
        case .not, .notIn: return !values.contains { hits($0, criterion) }
        default: return values.contains { hits($0, criterion) }
        }
    }

    /// Whether a value of a resource is one of those that a criterion names.
    ///
    /// For `not` and `notIn` this is what must not be so. `missing` names no values.
    package func hits(_ value: IndexValue, _ criterion: ParameterCriterion) -> Bool {
        let code = criterion.parameter.code
        if IndexExtractor.textCodes.contains(code) {
            guard case .string(let text) = value, case .string(let typed) = criterion.values.first
            else { return false }
            return TextQuery(typed)?.accepts(text) ?? false
        }
        let isPhonetic = code == "phonetic"
        return criterion.values.contains {
            hits(value, $0, criterion.modifier, isPhonetic: isPhonetic)
        }
    }

    /// Whether a value of a resource is one that is asked for.
    package func hits(
        _ value: IndexValue, _ wanted: SearchValue, _ modifier: SearchModifier? = nil,
        isPhonetic: Bool = false
    ) -> Bool {
        switch (value, wanted) {
        case (.token(let system, let code, let text), .token(let token)):
            hits(system, code, text, token, modifier)
        case (.token(_, _, let text), .string(let typed)):
            modifier == .text && text.map { TextTest(typed, .text).accepts($0) } ?? false
        case (
            .typedIdentifier(let system, let code, let value),
            .typedIdentifier(let wantedSystem, let wantedCode, let wantedValue)
        ):
            (wantedSystem == nil || wantedSystem == system) && TokenText.isSame(wantedCode, code)
                && TokenText.isSame(wantedValue, value)
        case (.reference(let reference), .reference(let wanted)):
            Self.hits(reference, wanted)
        case (.reference(let reference), .token(let token)):
            modifier == .identifier && reference.identifierValue != nil
                && hits(
                    reference.identifierSystem, reference.identifierValue, nil, token, nil)
        case (.string(let text), .string(let typed)):
            TextTest(typed, modifier, isPhonetic: isPhonetic).accepts(text)
        case (.uri(let uri), .uri(let wanted)): Self.hits(uri, wanted, modifier)
        case (.date(let low, let high), .date(let wanted)): wanted.accepts(low: low, high: high)
        case (.number(let range), .number(let wanted)): wanted.accepts(range)
        case (.quantity(let quantity), .quantity(let wanted)): wanted.accepts(quantity)
        case (.position(let latitude, let longitude), .near(let wanted)):
            wanted.accepts(latitude: latitude, longitude: longitude)
        case (.composite(let parts), .composite(let wanted)):
            parts.count == wanted.count
                && zip(parts, wanted).allSatisfy { hits($0, $1, nil) }
        default: false
        }
    }

    // MARK: Codes

    private func hits(
        _ system: String?, _ code: String?, _ text: String?, _ wanted: TokenValue,
        _ modifier: SearchModifier?
    ) -> Bool {
        switch modifier {
        case .in, .notIn:
            guard let code, let valueSet = wanted.code else { return false }
            return terminology.contains(valueSet, system, code) ?? false
        case .above, .below:
            guard let code, Self.isSystem(system, wanted.system), let asked = wanted.code else {
                return false
            }
            if TokenText.isSame(asked, code) { return true }
            guard let system else { return false }
            return modifier == .below
                ? terminology.subsumes(system, asked, code) ?? false
                : terminology.subsumes(system, code, asked) ?? false
        case .ofType, .text: return false
        default:
            guard Self.isSystem(system, wanted.system) else { return false }
            guard let asked = wanted.code else { return system != nil }
            return code.map { TokenText.isSame(asked, $0) } ?? false
        }
    }

    private static func isSystem(_ system: String?, _ wanted: TokenValue.System) -> Bool {
        switch wanted {
        case .any: true
        case .none: system == nil
        case .exactly(let asked): system == asked
        }
    }

    // MARK: References and addresses

    private static func hits(_ reference: IndexedReference, _ wanted: ReferenceValue) -> Bool {
        switch wanted {
        case .local(let types, let id, let version):
            guard let type = reference.type, reference.id == id, types.contains(type) else {
                return false
            }
            return version == nil || version == reference.version
        case .url(let url, let version):
            return reference.url == url && (version == nil || version == reference.version)
        }
    }

    private static func hits(_ uri: String, _ wanted: String, _ modifier: SearchModifier?) -> Bool {
        switch modifier {
        case .below: isAddress(uri, below: wanted)
        case .above: isAddress(wanted, below: uri)
        default: uri == wanted
        }
    }

    /// Whether an address is another one or a path that continues it.
    private static func isAddress(_ uri: String, below root: String) -> Bool {
        guard uri.utf8.starts(with: root.utf8) else { return false }
        guard uri.utf8.count > root.utf8.count, root.utf8.last != UInt8(ascii: "/") else {
            return true
        }
        let next = uri.utf8[uri.utf8.index(uri.startIndex, offsetBy: root.utf8.count)]
        return [UInt8(ascii: "/"), UInt8(ascii: "|"), UInt8(ascii: "#")].contains(next)
    }
}

extension QuantityValue {
    /// Whether a quantity of a resource is one that is asked for, in its own unit or in that of
    /// UCUM it is made of.
    ///
    /// Spec: FHIR R4 search, quantity, https://hl7.org/fhir/R4/search.html#quantity
    package func accepts(_ quantity: IndexedQuantity) -> Bool {
        guard let code else {
            return (system == nil || system == quantity.system) && number.accepts(quantity.range)
        }
        guard let system else {
            return (code == quantity.code || code == quantity.unit)
                && number.accepts(quantity.range)
        }
        if system == quantity.system, code == quantity.code {
            return number.accepts(quantity.range)
        }
        guard let mine = canonical, let theirs = quantity.canonical, mine.unit == theirs.unit else {
            return false
        }
        return NumberValue.accepts(number.prefix, mine.range, theirs.range)
    }
}
