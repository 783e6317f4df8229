import FHIRModel

/// Reads the values of a parameter as its kind says.
///
/// Spec: FHIR R4 search, parameter types, https://hl7.org/fhir/R4/search.html#ptypes
struct ValueParser {
    let definitions: Definitions
    let terminology: SearchTerminology
    let units: UnitCache
    let nowMs: Int64
    let ownAddress: String?
    /// The name of the parameter as it was asked, for errors.
    let name: String

    /// One value with the signs in it still escaped.
    func value(
        _ text: Substring, _ parameter: SearchParameter, _ modifier: SearchModifier?,
        onlyType: String? = nil
    ) throws(SearchError) -> SearchValue {
        switch modifier {
        case .in, .notIn: return try valueSet(text)
        case .text: return .string(SearchEscapes.plain(text))
        case .identifier: return .token(try token(text))
        case .ofType: return try typedIdentifier(text)
        default: break
        }
        if parameter.type == .token {
            let token = try token(text)
            if modifier == .above || modifier == .below { try checkHierarchy(token) }
            return .token(token)
        }
        if parameter.type == .reference {
            let types = onlyType.map { [$0] } ?? parameter.targets
            return .reference(try reference(text, types, isOnly: onlyType != nil))
        }
        if parameter.type == .composite { return try composite(text, parameter) }
        return try value(text, parameter.type)
    }

    private func value(
        _ text: Substring, _ kind: SearchParameter.Kind
    ) throws(SearchError) -> SearchValue {
        switch kind {
        case .string: return .string(SearchEscapes.plain(text))
        case .uri: return .uri(SearchEscapes.plain(text))
        case .token: return .token(try token(text))
        case .reference: return .reference(try reference(text, definitions.resourceTypes))
        case .date: return .date(try date(text))
        case .number: return .number(try number(SearchEscapes.plain(text)))
        case .quantity: return .quantity(try quantity(text))
        case .special: return .near(try near(text))
        case .composite:
            throw SearchError(
                .notSupported, name, "Parameter \(name) cannot be searched here; leave it out.")
        }
    }

    private func wrong(_ message: String) -> SearchError {
        SearchError(.value, name, "The value of \(name) \(message)")
    }

    // MARK: Codes

    private func token(_ text: Substring) throws(SearchError) -> TokenValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "|"))
        let code = SearchEscapes.plain(pieces[pieces.count - 1])
        switch pieces.count {
        case 1: return TokenValue(code: code)
        case 2:
            let system = SearchEscapes.plain(pieces[0])
            guard !system.isEmpty || !code.isEmpty else {
                throw wrong("is empty; write system|code.")
            }
            return TokenValue(
                system: system.isEmpty ? .none : .exactly(system), code: code.isEmpty ? nil : code)
        default: throw wrong("has too many bars; write system|code, and a bar inside as \\|.")
        }
    }

    private func typedIdentifier(_ text: Substring) throws(SearchError) -> SearchValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "|")).map(SearchEscapes.plain)
        guard pieces.count == 3, !pieces[1].isEmpty, !pieces[2].isEmpty else {
            throw wrong("needs three parts; write system|type|value.")
        }
        return .typedIdentifier(
            typeSystem: pieces[0].isEmpty ? nil : pieces[0], typeCode: pieces[1], value: pieces[2])
    }

    private func valueSet(_ text: Substring) throws(SearchError) -> SearchValue {
        let url = SearchEscapes.plain(text)
        guard terminology.knows(url) else {
            throw wrong("names a value set of which not all codes are known here; use another.")
        }
        return .token(TokenValue(code: url))
    }

    private func checkHierarchy(_ token: TokenValue) throws(SearchError) {
        guard let code = token.code, case .exactly(let system) = token.system else {
            throw wrong("needs a code and its system; write system|code.")
        }
        guard terminology.subsumes(system, code, code) != nil else {
            throw wrong("names a code whose place among others is not known here; ask without it.")
        }
    }

    // MARK: Places

    /// Meters of the units that a distance may have.
    private static let meters = [
        "km": 1_000, "m": 1, "cm": 0.01, "[mi_i]": 1_609.344, "[mi_us]": 1_609.347_219,
        "[nmi_i]": 1_852, "[ft_i]": 0.304_8, "[yd_i]": 0.914_4, "mi": 1_609.344,
    ]

    /// `latitude|longitude|distance|units`; the last two may be missing.
    private func near(_ text: Substring) throws(SearchError) -> NearValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "|")).map(SearchEscapes.plain)
        guard (2...4).contains(pieces.count), let latitude = degrees(pieces[0], most: 90),
            let longitude = degrees(pieces[1], most: 180)
        else {
            throw wrong(
                "is no place; write latitude|longitude|distance|unit, such as 35.1|-106.6|20|km.")
        }
        guard pieces.count > 2, !pieces[2].isEmpty else {
            return NearValue(latitude: latitude, longitude: longitude)
        }
        let unit = pieces.count > 3 && !pieces[3].isEmpty ? pieces[3] : "km"
        guard let meters = Self.meters[unit] else {
            throw wrong("has an unknown unit of distance; use km, m or [mi_i].")
        }
        guard let distance = FHIRDecimal(pieces[2])?.double, distance >= 0, distance.isFinite else {
            throw wrong("has no distance in front of the unit; write one such as 20.")
        }
        return NearValue(
            latitude: latitude, longitude: longitude, distanceMeters: distance * meters)
    }

    private func degrees(_ text: String, most: Double) -> Double? {
        guard let number = FHIRDecimal(text)?.double, abs(number) <= most else { return nil }
        return number
    }

    // MARK: References

    private func reference(
        _ text: Substring, _ types: [String], isOnly: Bool = false
    ) throws(SearchError) -> ReferenceValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "|")).map(SearchEscapes.plain)
        let address = pieces[0]
        guard pieces.count <= 2, !address.isEmpty else {
            throw wrong("is no reference; write an id, Type/id or an address.")
        }
        if pieces.count == 2 { return .url(address, version: pieces[1].isEmpty ? nil : pieces[1]) }
        let local =
            ReferenceReader.local(address)
            ?? ownAddress.flatMap { ReferenceReader.local(address, below: $0) }
        if let local {
            guard !isOnly || types.contains(local.type) else {
                throw wrong("is of another type than the parameter says; write the id alone.")
            }
            return .local(types: [local.type], id: local.id, version: local.version)
        }
        if FHIRID.isValid(address) { return .local(types: types, id: address, version: nil) }
        guard address.utf8.contains(UInt8(ascii: ":")), FHIRURI.isValid(address) else {
            throw wrong("is no reference; write an id, Type/id or an address.")
        }
        let found = ReferenceReader.address(address, ownAddress: nil)
        return .url(found.url ?? address, version: found.version)
    }

    // MARK: Parts

    private func composite(
        _ text: Substring, _ parameter: SearchParameter
    ) throws(SearchError) -> SearchValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "$"))
        guard let kinds = parameter.partKinds(definitions), kinds.count == pieces.count else {
            throw wrong("needs \(parameter.components.count) parts with $ between.")
        }
        var parts: [SearchValue] = []
        for (piece, kind) in zip(pieces, kinds) {
            guard !piece.isEmpty else { throw wrong("has an empty part; write all of them.") }
            parts.append(try value(piece, kind))
        }
        return .composite(parts)
    }
}

/// Times and numbers, which may have a prefix.
extension ValueParser {
    private func prefixed(_ text: String) throws(SearchError) -> (SearchPrefix, String) {
        let letters = text.utf8.prefix { ($0 | 0x20) &- 0x61 < 26 }
        guard !letters.isEmpty else { return (.eq, text) }
        guard letters.count == 2, let prefix = SearchPrefix(rawValue: String(Substring(letters)))
        else {
            throw wrong("has an unknown prefix; use eq, ne, gt, lt, ge, le, sa, eb or ap.")
        }
        return (prefix, String(text.dropFirst(2)))
    }

    /// A time; of an overlap without prefix, and as it is.
    func date(_ text: Substring, isOverlap: Bool = false) throws(SearchError) -> DateValue {
        let (prefix, written) = try prefixed(SearchEscapes.plain(text))
        do {
            let date = try FHIRDateTime(Self.withPlus(written), as: .search)
            let (low, high) = (date.lowerBoundMs(), date.upperBoundMs())
            return isOverlap
                ? DateValue(prefix: .ap, low: low, high: high) : value(prefix, low, high)
        } catch {
            throw wrong("is no date: \(error.message)")
        }
    }

    /// A plus sign that the address did not encode has become a space.
    private static func withPlus(_ text: String) -> String {
        guard text.utf8.contains(0x20) else { return text }
        return String(decoding: text.utf8.map { $0 == 0x20 ? 0x2B : $0 }, as: UTF8.self)
    }

    /// For `ap` the stretch is widened by a tenth of its distance from now.
    private func value(_ prefix: SearchPrefix, _ low: Int64, _ high: Int64) -> DateValue {
        guard prefix == .ap else { return DateValue(prefix: prefix, low: low, high: high) }
        let distance = nowMs < low ? low - nowMs : nowMs > high ? nowMs - high : 0
        return DateValue(prefix: prefix, low: low - distance / 10, high: high + distance / 10)
    }

    func number(_ text: String) throws(SearchError) -> NumberValue {
        let (prefix, written) = try prefixed(text)
        guard let number = FHIRDecimal(written) else {
            throw wrong("is no number; write one such as 100, 100.00 or 1e2.")
        }
        return NumberValue(prefix: prefix, range: Self.range(prefix, number))
    }

    private static func range(_ prefix: SearchPrefix, _ number: FHIRDecimal) -> NumberRange {
        let written = number.writtenRange
        switch prefix {
        case .eq, .ne:
            return NumberRange(low: .included(written.lower), high: .excluded(written.upper))
        case .ap:
            let tenth = number.double.magnitude / 10
            let low = FHIRDecimal("\(number.double - tenth)") ?? written.lower
            let high = FHIRDecimal("\(number.double + tenth)") ?? written.upper
            return NumberRange(
                low: .included(min(low, written.lower)), high: .included(max(high, written.upper)))
        default: return NumberRange(number)
        }
    }

    func quantity(_ text: Substring) throws(SearchError) -> QuantityValue {
        let pieces = SearchEscapes.pieces(text, by: UInt8(ascii: "|")).map(SearchEscapes.plain)
        guard pieces.count == 1 || pieces.count == 3 else {
            throw wrong(
                "needs one or three parts; write number, number|system|code or number||unit.")
        }
        let number = try number(pieces[0])
        guard pieces.count == 3 else { return QuantityValue(number: number) }
        let system = pieces[1].isEmpty ? nil : pieces[1]
        let code = pieces[2].isEmpty ? nil : pieces[2]
        let canonical =
            system == ValueReader.ucum
            ? code.flatMap { units.canonical(number.range, $0) } : nil
        return QuantityValue(number: number, system: system, code: code, canonical: canonical)
    }
}
