import FHIRModel

/// Parameters that say how the answer looks.
extension SearchParser {
    /// Takes a parameter that does not say what is found; false for every other one.
    func control(
        _ name: String, _ value: String, _ type: String?, _ query: inout SearchQuery
    ) throws(SearchError) -> Bool {
        switch name {
        case "_type" where type == nil, "_format", "_pretty", "_elements": return true
        case "_summary": if value == "count" { query.countMax = 0 }
        case "_count": query.countMax = try count(value)
        case "_total": query.total = try total(value)
        case "_sort": query.sort = try sort(value, query.types)
        case "_include", "_include:iterate", "_include:recurse", "_revinclude",
            "_revinclude:iterate", "_revinclude:recurse":
            guard query.includes.count < limits.includesMax else {
                throw SearchError(
                    .limit, name,
                    "A search takes at most \(limits.includesMax) includes; use fewer.")
            }
            query.includes.append(try include(name, value))
        case "_contained": query.contained = try contained(value, query.types)
        case "_containedType":
            guard value == "container" || value == "contained" else {
                throw SearchError(
                    .value, name, "The value of _containedType must be container or contained.")
            }
            query.showsContained = value == "contained"
        case "_query", "_score":
            throw SearchError(
                .notSupported, name, "Parameter \(name) is not offered here; leave it out.")
        default: return false
        }
        return true
    }

    private func count(_ value: String) throws(SearchError) -> Int {
        guard value.utf8.count <= 9, value.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
            let count = Int(value)
        else {
            throw SearchError(.value, "_count", "The value of _count must be a whole number.")
        }
        return count
    }

    private func contained(
        _ value: String, _ types: [String]
    ) throws(SearchError) -> ContainedSearch {
        guard let contained = ContainedSearch(rawValue: value) else {
            throw SearchError(
                .value, "_contained", "The value of _contained must be true, false or both.")
        }
        guard contained == .none || types.count == 1 else {
            throw SearchError(
                .notSupported, "_contained",
                "What stands inside of other resources is searched by one type; name the type in "
                    + "the address.")
        }
        return contained
    }

    private func total(_ value: String) throws(SearchError) -> SearchTotal {
        guard let total = SearchTotal(rawValue: value) else {
            throw SearchError(
                .value, "_total", "The value of _total must be none, estimate or accurate.")
        }
        return total
    }

    // MARK: Order

    private func sort(_ value: String, _ types: [String]) throws(SearchError) -> [SearchSort] {
        let keys = value.split(separator: ",")
        guard keys.count <= limits.sortKeysMax else {
            throw SearchError(
                .limit, "_sort", "An order takes at most \(limits.sortKeysMax) keys; use fewer.")
        }
        var sort: [SearchSort] = []
        for key in keys {
            let isDescending = key.utf8.first == UInt8(ascii: "-")
            let code = String(isDescending ? key.dropFirst() : key)
            guard types.allSatisfy({ isSortable(code, $0) }) else {
                throw SearchError(
                    .value, "_sort",
                    "The value of _sort names a parameter that the searched type does not have or "
                        + "that has no order; see the capability statement.")
            }
            sort.append(SearchSort(parameter: code, isDescending: isDescending))
        }
        return sort
    }

    private func isSortable(_ code: String, _ type: String) -> Bool {
        guard let parameter = definitions.searchParameter(code, for: type) else { return false }
        return parameter.type != .composite && parameter.type != .special
            && !parameter.expression.isEmpty
    }

    // MARK: Includes

    private func include(_ name: String, _ value: String) throws(SearchError) -> SearchInclude {
        let isReverse = name.hasPrefix("_rev")
        let isIterate = name.utf8.contains(UInt8(ascii: ":"))
        if value == "*", !isReverse {
            return SearchInclude(
                isReverse: false, isIterate: isIterate, sourceType: nil, parameter: nil)
        }
        let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3,
            isSearchable(parts[0])
        else {
            throw SearchError(
                .form, name, "Write the value of \(name) as Type:parameter or Type:parameter:Type.")
        }
        let target = parts.count == 3 && !parts[2].isEmpty ? parts[2] : nil
        if let target, !isSearchable(target) {
            throw SearchError(
                .form, name, "The value of \(name) ends in something that is no type of resource.")
        }
        let isAny = parts[1] == "*"
        if !isAny {
            guard let parameter = definitions.searchParameter(parts[1], for: parts[0]),
                parameter.type == .reference,
                target.map(parameter.targets.contains) ?? true
            else {
                throw SearchError(
                    .value, name,
                    "The value of \(name) names no reference parameter of that type; "
                        + "see the capability statement.")
            }
        }
        return SearchInclude(
            isReverse: isReverse, isIterate: isIterate, sourceType: parts[0],
            parameter: isAny ? nil : parts[1], targetType: target)
    }
}
