import FHIRModel
import FHIRSearch
import Kernel

extension SearchRun {
    /// Resources in the order that a search asks for; those without a value come last, equal ones
    /// in the order in which they were first stored.
    func sorted(
        _ found: [(type: String, origins: [Int64])], by sort: [SearchSort]
    ) throws -> [Int64] {
        var rows: [(origin: Int64, keys: [SearchSortKey?])] = []
        for (type, origins) in found {
            let columns = try sort.map { try keys($0, type: type, origins) }
            for origin in origins { rows.append((origin, columns.map { $0[origin] })) }
        }
        rows.sort { a, b in
            for (index, key) in sort.enumerated() {
                switch (a.keys[index], b.keys[index]) {
                case (nil, nil): continue
                case (nil, _): return false
                case (_, nil): return true
                case (let one?, let other?):
                    if one == other { continue }
                    return key.isDescending ? other < one : one < other
                }
            }
            return a.origin < b.origin
        }
        return rows.map(\.origin)
    }

    private func keys(
        _ sort: SearchSort, type: String, _ origins: [Int64]
    ) throws -> [Int64: SearchSortKey] {
        var keys: [Int64: SearchSortKey] = [:]
        switch sort.parameter {
        case "_lastUpdated":
            for origin in origins {
                keys[origin] = try SearchRows.resource(origin, connection).map {
                    .moment($0.changedMs)
                }
            }
        case "_id":
            for origin in origins {
                keys[origin] = try SearchRows.name(origin, connection).map {
                    .text(Array($0.utf8))
                }
            }
        case "_score": break
        default: keys = try keysOfParameter(sort, type: type, origins)
        }
        return keys
    }

    private func keysOfParameter(
        _ sort: SearchSort, type: String, _ origins: [Int64]
    ) throws -> [Int64: SearchSortKey] {
        guard let scope = scope(type), let number = maker.numbers.known(type, sort.parameter),
            let kind = Definitions.r4.searchParameter(sort.parameter, for: type)?.type
        else { return [:] }
        var keys: [Int64: SearchSortKey] = [:]
        func take(_ origin: Int64, _ value: IndexValue) {
            guard let key = SearchSortKey([value], isDescending: sort.isDescending) else { return }
            guard let known = keys[origin] else {
                keys[origin] = key
                return
            }
            if sort.isDescending ? known < key : key < known { keys[origin] = key }
        }
        let closed = try closedOnes(scope, within: origins)
        var opened = OriginList.without(origins, closed)
        let isSealed = IndexMaker.isPerson(type) || kind == .string
        let isFew = opened.count <= SearchLimits.fewCount
        if !isFew, kind == .date, !isSealed {
            let span = try chartSpan(of: origins, scope)
            try SearchValueRows.eachTime(number, span, connection) { origin, low, high in
                if OriginList.contains(opened, origin) {
                    take(origin, .date(low: low, high: high))
                }
            }
            opened = []
        } else if !isFew, isSealed {
            _ = try eachText(number, scope, within: opened) { origin, values in
                for value in values { take(origin, value) }
                return false
            }
            opened = []
        }
        for origin in OriginList.either(opened, closed) {
            for entry in try entries(of: origin) where entry.parameter == sort.parameter {
                take(origin, entry.value)
            }
        }
        return keys
    }

    /// The scope narrowed to one patient, where all of some resources are that patient's.
    private func chartSpan(of origins: [Int64], _ scope: SearchScope) throws -> SearchScope {
        guard let first = origins.first, let last = origins.last, origins.count <= 10_000,
            let one = try SearchRows.resource(first, connection),
            let other = try SearchRows.resource(last, connection),
            one.chart >> 3 == other.chart >> 3
        else { return scope }
        for origin in origins {
            let chart = try SearchRows.resource(origin, connection)?.chart
            guard let chart, chart >> 3 == one.chart >> 3 else { return scope }
        }
        return scope.narrowed(toPatient: one.chart >> 3) ?? scope
    }
}
