import FHIRModel

extension SearchParser {
    /// The criterion of a `_filter`.
    func filter(_ text: String, _ types: [String]) throws(SearchError) -> SearchCriterion {
        var all: [SearchCriterion] = []
        for type in types {
            var parser = FilterParser(text, type: type, search: self)
            all.append(try parser.whole())
        }
        return all.count == 1 ? all[0] : .any(all)
    }
}

/// Reads the text of a `_filter` for one type.
///
/// Knows comparisons, `and`, `or`, `not` and parentheses, and chains with dots. A filter in brackets
/// behind the name of a reference holds for the same resource as what follows it:
/// `subject[gender eq female].family eq "Begay"`. `eq` compares texts as they are written, with
/// letter case; `co`, `sw` and `ew` do not mind it. `and` and `or` are taken from left to right.
///
/// Spec: FHIR R4, filter parameter, https://hl7.org/fhir/R4/search_filter.html
struct FilterParser {
    private static let name = "_filter"
    private var rest: Substring.UTF8View
    private var depth = 0
    private var termCount = 0
    private var progress = SearchParser.Progress()
    private var type: String
    private let search: SearchParser

    init(_ text: String, type: String, search: SearchParser) {
        rest = Substring(text).utf8
        self.type = type
        self.search = search
    }

    mutating func whole() throws(SearchError) -> SearchCriterion {
        let criterion = try expression()
        skipSpaces()
        guard rest.isEmpty else { throw wrong() }
        return criterion
    }

    private func wrong() -> SearchError {
        SearchError(
            .form, Self.name,
            "The filter has the wrong form; write comparisons such as given eq \"Ann\" with and, "
                + "or, not and parentheses.")
    }

    private mutating func expression() throws(SearchError) -> SearchCriterion {
        depth += 1
        defer { depth -= 1 }
        guard depth <= search.limits.filterDepthMax else {
            throw SearchError(
                .limit, Self.name,
                "A filter takes at most \(search.limits.filterDepthMax) levels of parentheses.")
        }
        var left = try operand()
        while true {
            if takeWord("and") {
                left = .all([left, try operand()])
            } else if takeWord("or") {
                left = .any([left, try operand()])
            } else {
                return left
            }
        }
    }

    private mutating func operand() throws(SearchError) -> SearchCriterion {
        if takeWord("not") {
            guard take("(") else { throw wrong() }
            let inner = try expression()
            guard take(")") else { throw wrong() }
            return .all([.types([type]), .not(inner)])
        }
        if take("(") {
            let inner = try expression()
            guard take(")") else { throw wrong() }
            return inner
        }
        return try comparison()
    }

    private mutating func comparison() throws(SearchError) -> SearchCriterion {
        termCount += 1
        guard termCount <= search.limits.filterTermsMax else {
            throw SearchError(
                .limit, Self.name,
                "A filter takes at most \(search.limits.filterTermsMax) comparisons; use fewer.")
        }
        guard let path = word() else { throw wrong() }
        if rest.first == UInt8(ascii: "[") { return try bracketed(path) }
        guard let sign = word(), let value = try value() else { throw wrong() }
        return try criterion(path, sign, value)
    }

    /// A reference whose target fulfils what stands in brackets and the comparison behind them.
    private mutating func bracketed(_ code: String) throws(SearchError) -> SearchCriterion {
        let parameter = try search.reference(code, of: type, Self.name)
        let start = ParameterReference(type: type, parameter: parameter)
        depth += 1
        defer { depth -= 1 }
        var ways: [SearchCriterion] = []
        var failure = search.unknown(code, type, Self.name)
        var end: FilterParser?
        for target in parameter.targets {
            var inner = self
            inner.type = target
            do throws(SearchError) {
                try search.step(&inner.progress, Self.name)
                _ = inner.take("[")
                let filter = try inner.expression()
                guard inner.take("]"), inner.rest.popFirst() == UInt8(ascii: ".") else {
                    throw wrong()
                }
                let comparison = try inner.comparison()
                ways.append(.chain(start, target: target, .all([filter, comparison])))
                end = inner
            } catch {
                // A type without the parameters is no way; any other fault is one of the filter.
                guard error.code == .unknownParameter else { throw error }
                failure = error
            }
            progress.ways = inner.progress.ways
            termCount = inner.termCount
        }
        guard let end else { throw failure }
        rest = end.rest
        return ways.count == 1 ? ways[0] : .any(ways)
    }

    /// A comparison as the parameter that says the same.
    private mutating func criterion(
        _ path: String, _ sign: String, _ value: String
    ) throws(SearchError) -> SearchCriterion {
        var term = SearchParser.Term(name: path, value: .single(value), asked: Self.name)
        switch sign {
        case "eq", "ne", "re": term.modifier = isText(path) ? .exact : nil
        case "co": term.modifier = .contains
        case "ew": term.modifier = .endsWith
        case "sw":
            guard isText(path) else { throw wrong() }
        case "gt", "lt", "ge", "le", "sa", "eb", "ap": term.prefix = SearchPrefix(rawValue: sign)
        case "po": term.isOverlap = true
        case "ss": term.modifier = .below
        case "sb": term.modifier = .above
        case "in": term.modifier = .in
        case "ni": term.modifier = .notIn
        case "pr":
            guard value == "true" || value == "false" else { throw wrong() }
            term = SearchParser.Term(
                name: path + ":missing", value: .listed(value == "true" ? "false" : "true"),
                asked: Self.name)
        default:
            throw SearchError(
                .form, Self.name,
                "A comparison of the filter is not offered here; use eq, ne, co, sw, ew, gt, lt, "
                    + "ge, le, ap, sa, eb, po, pr, ss, sb, in, ni or re.")
        }
        let criterion = try search.criterion(term, of: type, &progress)
        return sign == "ne" ? .all([.types([type]), .not(criterion)]) : criterion
    }

    /// Whether a parameter of the type itself is compared as text.
    private func isText(_ path: String) -> Bool {
        search.definitions.searchParameter(path, for: type)?.type == .string
    }

    // MARK: Words

    private mutating func word() -> String? {
        skipSpaces()
        let word = rest.prefix { ![0x20, 0x22, 0x28, 0x29, 0x5B, 0x5D].contains($0) }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : String(Substring(word))
    }

    /// A value without quotes; a bracket that it opens belongs to it, as in `mm[Hg]`.
    private mutating func bareValue() -> String? {
        var open = 0
        let word = rest.prefix { byte in
            if byte == 0x5B { open += 1 }
            if byte == 0x5D { open -= 1 }
            return open >= 0 && ![0x20, 0x22, 0x28, 0x29].contains(byte)
        }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : String(Substring(word))
    }

    /// A value with the signs in it escaped as in a parameter.
    private mutating func value() throws(SearchError) -> String? {
        skipSpaces()
        guard rest.first == 0x22 else { return bareValue() }
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x22 { return SearchEscapes.escaped(String(decoding: bytes, as: UTF8.self)) }
            if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        throw wrong()
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard let byte = rest.first, UInt32(byte) == sign.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        guard rest.starts(with: word.utf8) else { return false }
        let after = rest.dropFirst(word.utf8.count)
        guard after.first == 0x20 || after.first == 0x28 else { return false }
        rest = after
        return true
    }

    private mutating func skipSpaces() { rest = rest.drop { $0 == 0x20 } }
}
