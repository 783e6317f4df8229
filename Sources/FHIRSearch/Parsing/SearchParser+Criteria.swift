import FHIRModel

/// Parameters that say what is found.
extension SearchParser {
    /// How far the reading of one parameter has gone.
    struct Progress {
        /// Steps from resource to resource.
        var steps = 0
        /// Chains made so far, on all ways.
        var ways = 0
    }

    /// The criterion of a parameter for several types: of any of them, each read by itself.
    func criterion(
        _ name: String, _ value: String, of types: [String]
    ) throws(SearchError) -> SearchCriterion {
        let term = Term(name: name, value: .listed(value), asked: Self.shown(name))
        var progress = Progress()
        if let plain = try plainCriterion(term, types) { return plain }
        if name == "_filter" { return try filter(value, types) }
        var all: [SearchCriterion] = []
        for type in types where !isWithoutText(name, type, among: types) {
            all.append(try criterion(term, of: type, &progress))
        }
        return all.count == 1 ? all[0] : .any(all)
    }

    /// Whether a type is one of several and has no narrative, so that none of it is found by one.
    private func isWithoutText(_ name: String, _ type: String, among types: [String]) -> Bool {
        types.count > 1 && offersText && IndexExtractor.textCodes.contains(name)
            && definitions.searchParameter(name, for: type) == nil
    }

    /// A parameter with its value.
    struct Term {
        /// The value as it stands in an address, or one value that needs no taking apart.
        enum Value {
            case listed(String)
            case single(String)
        }

        /// The name, or the rest of it behind a chain.
        var name: String
        let value: Value
        /// The whole name as it was asked.
        let asked: String
        /// What `_filter` says instead of a modifier behind the name.
        var modifier: SearchModifier?
        /// What `_filter` says instead of a prefix in front of the value.
        var prefix: SearchPrefix?
        /// Whether a time must have something in common with the value; only of `_filter`.
        var isOverlap = false

        /// Whether it compares as only times, numbers and quantities can be compared.
        var isComparison: Bool { prefix != nil || isOverlap }
    }

    /// What is asked of every type alike.
    private func plainCriterion(
        _ term: Term, _ types: [String]
    ) throws(SearchError) -> SearchCriterion? {
        switch term.name {
        case "_id" where !term.isComparison && term.modifier == nil:
            return .ids(try pieces(of: term).map(SearchEscapes.plain))
        case "_id:not":
            let ids = try pieces(of: term).map(SearchEscapes.plain)
            return .all([.types(types), .not(.ids(ids))])
        case "_lastUpdated":
            let parser = valueParser(term.asked)
            var dates: [DateValue] = []
            for piece in try pieces(of: term) {
                dates.append(try parser.date(piece, isOverlap: term.isOverlap))
            }
            return .lastUpdated(dates)
        case "_list":
            guard case .listed(let value) = term.value else { return nil }
            if let list = CurrentList(rawValue: value) { return try criterion(of: list, types) }
            let id = value.hasPrefix("List/") ? String(value.dropFirst(5)) : value
            guard FHIRID.isValid(id) else {
                let names = CurrentList.allCases.map(\.rawValue).joined(separator: ", ")
                throw SearchError(
                    .value, term.asked,
                    "The value of _list is no id of a list and none of \(names).")
            }
            return .listed(id)
        default: return nil
        }
    }

    /// The criterion of a parameter for one type.
    func criterion(
        _ term: Term, of type: String, _ progress: inout Progress
    ) throws(SearchError) -> SearchCriterion {
        if let plain = try plainCriterion(term, [type]) { return plain }
        if term.name.hasPrefix("_has:") { return try reverseChain(term, of: type, &progress) }
        if let dot = term.name.utf8.firstIndex(of: UInt8(ascii: ".")) {
            return try chain(term, at: dot, of: type, &progress)
        }
        return try simple(term, of: type)
    }

    func unknown(_ code: String, _ type: String, _ asked: String) -> SearchError {
        SearchError(
            .unknownParameter, asked,
            "\(type) has no search parameter \(Self.shown(code)); see the capability statement.")
    }

    /// A name as errors show it: what was typed may be anything.
    static func shown(_ name: String) -> String {
        let isPlain = name.utf8.count <= 128 && name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain ? name : "(odd name)"
    }

    private func parameter(
        _ code: String, of type: String, _ asked: String
    ) throws(SearchError) -> SearchParameter {
        guard let parameter = definitions.searchParameter(code, for: type) else {
            throw unknown(code, type, asked)
        }
        let isText = offersText && IndexExtractor.textCodes.contains(code)
        let isPlace = code == IndexedParameter.codeOfPlaces
        guard !parameter.expression.isEmpty || isText, parameter.type != .special || isPlace else {
            throw SearchError(
                .notSupported, asked, "Parameter \(code) is not offered here; leave it out.")
        }
        return parameter
    }

    // MARK: One parameter

    private func simple(_ term: Term, of type: String) throws(SearchError) -> SearchCriterion {
        let (code, suffix) = Self.parts(term.name)
        let parameter = try parameter(code, of: type, term.asked)
        if parameter.type == .reference, suffix == "above" || suffix == "below" {
            let start = ParameterReference(type: type, parameter: parameter)
            return try hierarchy(start, isBelow: suffix == "below", term)
        }
        var modifier = term.modifier
        var onlyType: String?
        if let suffix {
            (modifier, onlyType) = try self.modifier(suffix, parameter, term)
        }
        if case .missing = modifier {
            return .parameter(
                ParameterCriterion(
                    type: type, parameter: parameter, modifier: modifier, values: []))
        }
        guard Self.takes(parameter.type, term) else {
            throw SearchError(
                .modifier, term.asked,
                "Parameter \(code) cannot be compared in the way the filter asks for.")
        }
        let parser = valueParser(term.asked)
        // Commas are plain signs in what is looked for in whole texts.
        if parameter.expression.isEmpty, case .listed(let text) = term.value {
            guard TextQuery(text) != nil else {
                throw SearchError(
                    .value, term.asked,
                    "The value of \(term.asked) must be words, with quotes around those that "
                        + "belong together, and, or, not and parentheses.")
            }
            let criterion = ParameterCriterion(
                type: type, parameter: parameter, values: [.string(text)])
            return .parameter(criterion)
        }
        let pieces = try pieces(of: term)
        if parameter.type == .string || modifier == .text { try check(texts: pieces, term) }
        var values: [SearchValue] = []
        for piece in pieces {
            if term.isOverlap {
                values.append(.date(try parser.date(piece, isOverlap: true)))
            } else {
                values.append(try parser.value(piece, parameter, modifier, onlyType: onlyType))
            }
        }
        return .parameter(
            ParameterCriterion(
                type: type, parameter: parameter, modifier: modifier, values: values))
    }

    /// Whether a kind of parameter can be compared as `_filter` asks.
    private static func takes(_ kind: SearchParameter.Kind, _ term: Term) -> Bool {
        if term.isOverlap { return kind == .date }
        if term.prefix != nil { return kind == .date || kind == .number || kind == .quantity }
        switch term.modifier {
        case .exact, .contains, .endsWith: return kind == .string
        case .above, .below: return kind == .token || kind == .uri
        case .in, .notIn: return kind == .token
        default: return true
        }
    }

    static func parts(_ name: String) -> (code: String, suffix: String?) {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (name, nil) }
        return (String(name[..<colon]), String(name[name.utf8.index(after: colon)...]))
    }

    /// What stands behind the colon: a modifier, or the type of a reference.
    private func modifier(
        _ word: String, _ parameter: SearchParameter, _ term: Term
    ) throws(SearchError) -> (SearchModifier?, String?) {
        if word == "missing" {
            guard case .listed(let value) = term.value, value == "true" || value == "false" else {
                throw SearchError(
                    .value, term.asked, "The value of \(term.asked) must be true or false.")
            }
            return (.missing(value == "true"), nil)
        }
        switch (parameter.type, word) {
        case (.string, "exact"): return (.exact, nil)
        case (.string, "contains"): return (.contains, nil)
        case (.token, "text"): return (.text, nil)
        case (.token, "not"): return (.not, nil)
        case (.token, "in"): return (.in, nil)
        case (.token, "not-in"): return (.notIn, nil)
        case (.token, "of-type"): return (.ofType, nil)
        case (.token, "above"), (.uri, "above"): return (.above, nil)
        case (.token, "below"), (.uri, "below"): return (.below, nil)
        case (.reference, "identifier"): return (.identifier, nil)
        case (.reference, _) where parameter.targets.contains(word): return (nil, word)
        default:
            throw SearchError(
                .modifier, term.asked,
                "What stands behind the colon of \(term.asked) is no modifier "
                    + "that this parameter takes; leave it out.")
        }
    }

    // MARK: Chains

    /// Counts a step from resource to resource.
    func step(_ progress: inout Progress, _ asked: String) throws(SearchError) {
        progress.steps += 1
        progress.ways += 1
        guard progress.steps <= limits.chainStepsMax else {
            throw SearchError(
                .limit, asked,
                "A parameter takes at most \(limits.chainStepsMax) steps from resource to "
                    + "resource; use fewer.")
        }
        guard progress.ways <= limits.chainWaysMax else {
            throw SearchError(
                .limit, asked,
                "The references of the parameter lead \(limits.chainWaysMax) ways or more; "
                    + "name the types, such as subject:Patient.name.")
        }
    }

    func reference(
        _ code: String, of type: String, _ asked: String
    ) throws(SearchError) -> SearchParameter {
        let parameter = try parameter(code, of: type, asked)
        guard parameter.type == .reference else {
            throw SearchError(
                .form, asked, "Parameter \(code) is no reference, so nothing can follow it.")
        }
        return parameter
    }

    private func chain(
        _ term: Term, at dot: String.Index, of type: String, _ progress: inout Progress
    ) throws(SearchError) -> SearchCriterion {
        let (code, suffix) = Self.parts(String(term.name[..<dot]))
        let parameter = try reference(code, of: type, term.asked)
        if let suffix, !parameter.targets.contains(suffix) {
            throw SearchError(
                .modifier, term.asked, "Parameter \(code) does not lead to the type that is named.")
        }
        var rest = term
        rest.name = String(term.name[term.name.utf8.index(after: dot)...])
        let start = ParameterReference(type: type, parameter: parameter)
        var ways: [SearchCriterion] = []
        var failure = unknown(Self.parts(rest.name).code, "What it leads to", term.asked)
        for target in suffix.map({ [$0] }) ?? parameter.targets {
            var inner = progress
            try step(&inner, term.asked)
            do {
                let criterion = try criterion(rest, of: target, &inner)
                ways.append(.chain(start, target: target, criterion))
            } catch {
                // A type without the parameter is no way; any other fault is one of the search.
                guard error.code == .unknownParameter || suffix == nil && error.code == .value
                else {
                    throw error
                }
                failure = error
            }
            progress.ways = inner.ways
        }
        guard !ways.isEmpty else { throw failure }
        return ways.count == 1 ? ways[0] : .any(ways)
    }

    /// `_has:Observation:patient:code`.
    private func reverseChain(
        _ term: Term, of type: String, _ progress: inout Progress
    ) throws(SearchError) -> SearchCriterion {
        let parts = term.name.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, !parts[3].isEmpty else {
            throw SearchError(
                .form, term.asked, "Write _has as _has:Type:reference:parameter.")
        }
        let source = String(parts[1])
        guard isSearchable(source) else {
            throw SearchError(.form, term.asked, "What follows _has is no type of resource.")
        }
        try step(&progress, term.asked)
        let parameter = try reference(String(parts[2]), of: source, term.asked)
        guard parameter.targets.contains(type) else {
            throw SearchError(
                .form, term.asked, "Parameter \(parts[2]) of \(source) does not lead to \(type).")
        }
        var rest = term
        rest.name = String(parts[3])
        return .has(
            ParameterReference(type: source, parameter: parameter),
            try criterion(rest, of: source, &progress))
    }

    // MARK: Values

    func valueParser(_ name: String) -> ValueParser {
        ValueParser(
            definitions: definitions, terminology: terminology, units: units, nowMs: nowMs,
            ownAddress: ownAddress, name: name)
    }

    private func check(texts: [Substring], _ term: Term) throws(SearchError) {
        guard texts.count <= limits.textsPerParameterMax else {
            throw SearchError(
                .limit, term.asked,
                "\(term.asked) takes at most \(limits.textsPerParameterMax) texts; use fewer.")
        }
        guard texts.allSatisfy({ $0.utf8.count <= limits.textBytesMax }) else {
            throw SearchError(
                .limit, term.asked,
                "A text of \(term.asked) has at most \(limits.textBytesMax) bytes; shorten it.")
        }
    }

    /// The values between the commas, their signs still escaped.
    func pieces(of term: Term) throws(SearchError) -> [Substring] {
        switch term.value {
        case .single(let value): return [(term.prefix?.rawValue ?? "") + Substring(value)]
        case .listed(let value):
            let pieces = SearchEscapes.pieces(Substring(value), by: UInt8(ascii: ","))
                .filter { !$0.isEmpty }
            guard !pieces.isEmpty else {
                throw SearchError(
                    .value, term.asked, "Parameter \(term.asked) has no value; give one.")
            }
            guard pieces.count <= limits.valuesPerParameterMax else {
                throw SearchError(
                    .limit, term.asked,
                    "A parameter takes at most \(limits.valuesPerParameterMax) values; use fewer.")
            }
            return pieces
        }
    }
}
