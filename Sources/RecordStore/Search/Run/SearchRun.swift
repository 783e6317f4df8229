import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import SQLite
import Sealing

/// One search on a reader's connection, from its criteria to the resources that fulfil them.
///
/// Every criterion gives a rising list of origins. What the rows of the index cannot tell, and what
/// has no rows because it is protected, is opened and looked at, within a limit.
final class SearchRun {
    let connection: Connection
    let time: ReadTime
    let keys: DataKeys
    let maker: IndexMaker
    let grants: SearchGrants
    let texts: TextMemory
    let people: PersonIndex
    private var scopes: [String: SearchScope?] = [:]
    private var opened: [Int64: [IndexEntry]] = [:]
    private var closed: [String: [Int64]] = [:]
    private var openedCount = 0
    private var sealedCount = 0

    init(_ reader: Readers.Reader, of store: RecordStore, grants: SearchGrants) {
        connection = reader.connection
        time = reader.time
        keys = store.keys
        maker = store.index.maker
        texts = store.index.texts
        people = store.people
        self.grants = grants
    }

    /// The records of a type that the caller may find; nil where there are none.
    func scope(_ type: String) -> SearchScope? {
        if let known = scopes[type] { return known }
        let scope = grants.ofType(type).flatMap {
            SearchScope(type: type, grant: $0, numbers: maker.numbers)
        }
        scopes[type] = .some(scope)
        return scope
    }

    /// The resources of a type that fulfil all criteria.
    func matches(_ criteria: [SearchCriterion], type: String) throws -> [Int64] {
        guard var scope = scope(type) else { return [] }
        var left: [SearchCriterion] = []
        for criterion in Self.flat(criteria) {
            switch try narrowed(scope, by: criterion) {
            case .kept: left.append(criterion)
            case .narrowed(let part): scope = part
            case .empty: return []
            }
        }
        return try all(left, scope, within: nil)
    }

    /// The resources that fulfil all criteria, those first that leave few.
    func all(
        _ criteria: [SearchCriterion], _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        var found = within
        let ranked = criteria.enumerated().sorted {
            (Self.rank($0.element), $0.offset) < (Self.rank($1.element), $1.offset)
        }
        for (_, criterion) in ranked {
            found = try origins(criterion, scope, within: found)
            if found?.isEmpty == true { return [] }
        }
        return try found ?? universe(scope)
    }

    /// The resources that fulfil one criterion; of `within`, where that is given.
    func origins(
        _ criterion: SearchCriterion, _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        try time.check()
        switch criterion {
        case .parameter(let parameter): return try origins(parameter, scope, within: within)
        case .chain(let reference, let target, let inner):
            return try chained(reference, target, inner, scope, within: within)
        case .has(let reference, let inner):
            return kept(try referred(reference, inner, scope), within)
        case .ids(let ids): return kept(try identified(ids, scope), within)
        case .lastUpdated(let times): return kept(try changed(times, scope), within)
        case .listed(let id): return kept(try listed(id, scope), within)
        case .compartment(let name, let id):
            return try inCompartment(name, id, scope, within: within)
        case .types(let types):
            return types.contains(scope.type) ? try within ?? universe(scope) : []
        case .any(let parts):
            var found: [Int64] = []
            for part in parts {
                found = OriginList.either(found, try origins(part, scope, within: within))
            }
            return found
        case .all(let parts): return try all(parts, scope, within: within)
        case .not(let inner):
            let all = try within ?? universe(scope)
            return OriginList.without(all, try origins(inner, scope, within: all))
        }
    }

    /// Every resource of a type that the grant covers.
    func universe(_ scope: SearchScope) throws -> [Int64] {
        try universe(scope, mask: scope.mask)
    }

    func universe(_ scope: SearchScope, mask: Int64) throws -> [Int64] {
        let found = try SearchRows.resources(
            scope, mask: mask, limit: SearchLimits.originsCountMax + 1, connection)
        guard found.count <= SearchLimits.originsCountMax else { throw Self.tooMany }
        return found
    }

    /// The protected resources, which have no rows to be found by.
    func closedOnes(_ scope: SearchScope, within: [Int64]?) throws -> [Int64] {
        guard scope.closedMask != 0 else { return [] }
        let name = "\(scope.type)/\(scope.low)/\(scope.high)"
        let all = try closed[name] ?? universe(scope, mask: scope.closedMask)
        closed[name] = all
        return kept(all, within)
    }

    func kept(_ found: [Int64], _ within: [Int64]?) -> [Int64] {
        within.map { OriginList.both(found, $0) } ?? found
    }

    // MARK: Looking inside

    /// The values of a resource; opened once in a search.
    func entries(of origin: Int64) throws -> [IndexEntry] {
        try time.check()
        if let known = opened[origin] { return known }
        guard let (type, json) = try content(of: origin) else { return [] }
        let entries = maker.rules.entries(json, type)
        opened[origin] = entries
        return entries
    }

    /// Whether a resource fulfils a parameter, found out by opening it.
    func holds(_ origin: Int64, _ criterion: ParameterCriterion) throws -> Bool {
        try time.check()
        if let known = opened[origin],
            !IndexExtractor.textCodes.contains(criterion.parameter.code)
        {
            return maker.rules.matches(known, criterion)
        }
        guard let (_, json) = try content(of: origin) else { return false }
        return maker.rules.matchesContent(json, criterion)
    }

    func content(of origin: Int64) throws -> (type: String, json: JSON)? {
        openedCount += 1
        guard openedCount <= SearchLimits.openedCountMax else {
            throw Problem(
                .tooCostly,
                "More than \(SearchLimits.openedCountMax) records would have to be opened for this "
                    + "search. Narrow it, by patient, date or code for example.")
        }
        guard let row = try SearchRows.version(origin, connection) else { return nil }
        do {
            return (row.type, try JSON.parse(row.opened(with: keys).json))
        } catch let problem as Problem where problem.code == .incomplete {
            // The key of a chart is gone for good: nothing in it can be found any more.
            return nil
        }
    }

    /// Counts a sealed value that is opened.
    func countSealed() throws {
        try time.check()
        sealedCount += 1
        guard sealedCount <= SearchLimits.sealedCountMax else { throw Self.tooMany }
    }

    static let tooMany = Problem(
        .tooCostly, "The search has to look at too many records. Narrow it, by patient for example."
    )

    // MARK: Order of work

    private static func flat(_ criteria: [SearchCriterion]) -> [SearchCriterion] {
        criteria.flatMap { criterion -> [SearchCriterion] in
            if case .all(let parts) = criterion { return flat(parts) }
            return [criterion]
        }
    }

    /// What leaves few or costs little comes first.
    private static func rank(_ criterion: SearchCriterion) -> Int {
        switch criterion {
        case .ids, .types: 0
        case .listed, .compartment: 1
        case .parameter(let one): rank(one)
        case .lastUpdated: 4
        case .chain: 6
        case .has: 7
        case .all, .any: 8
        case .not: 10
        }
    }

    private static func rank(_ criterion: ParameterCriterion) -> Int {
        switch criterion.modifier {
        case nil, .exact, .contains, .endsWith, .ofType: break
        case .not, .notIn, .missing(true): return 11
        case .text, .in, .above, .below, .identifier, .missing(false): return 9
        }
        switch criterion.parameter.type {
        case .reference: return 1
        case .token, .uri: return 2
        case .date: return 3
        case .string: return 5
        case .number, .quantity, .composite, .special: return 8
        }
    }
}
