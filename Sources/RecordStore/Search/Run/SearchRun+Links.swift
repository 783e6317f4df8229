import FHIRModel
import FHIRSearch
import Kernel

extension SearchRun {
    /// The resources whose reference leads to one that fulfils a criterion.
    func chained(
        _ reference: ParameterReference, _ target: String, _ inner: SearchCriterion,
        _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        guard reference.type == scope.type, grants.ofType(target) != nil else { return [] }
        let targets = try matches([inner], type: target)
        guard targets.count <= SearchLimits.linkedCountMax else { throw Self.tooManyLinks }
        var tags = Set<Int64>()
        for origin in targets {
            if let row = try SearchRows.resource(origin, connection) { tags.insert(row.selfTag) }
        }
        let code = reference.parameter.code
        let inside = try leadingInside(reference, target, inner, scope, within: within)
        if let within, within.count <= SearchLimits.fewCount {
            return OriginList.either(inside, try within.filter { try leads($0, code, to: tags) })
        }
        var found: [Int64] = inside
        if let number = maker.numbers.known(scope.type, code) {
            for tag in tags {
                found += try SearchRows.linked(number, to: tag, scope, connection)
                guard found.count <= SearchLimits.originsCountMax else { throw Self.tooMany }
            }
        }
        let closed = try closedOnes(scope, within: within).filter { try leads($0, code, to: tags) }
        return OriginList.either(kept(OriginList.of(found), within), closed)
    }

    /// The resources that are referred to from one that fulfils a criterion.
    func referred(
        _ reference: ParameterReference, _ inner: SearchCriterion, _ scope: SearchScope
    ) throws -> [Int64] {
        guard let source = self.scope(reference.type) else { return [] }
        let sources = try matches([inner], type: reference.type)
        guard sources.count <= SearchLimits.linkedCountMax else { throw Self.tooManyLinks }
        let code = reference.parameter.code
        var tags = Set<Int64>()
        if let number = maker.numbers.known(reference.type, code) {
            for origin in sources {
                tags.formUnion(try SearchRows.targets(number, of: origin, connection))
            }
        }
        for origin in try closedOnes(source, within: sources) {
            tags.formUnion(try self.tags(of: origin, code))
        }
        var found: [Int64] = []
        for tag in tags { found += try SearchRows.resource(tagged: tag, scope, connection) }
        return OriginList.of(found)
    }

    /// The resources with one of some ids.
    func identified(_ ids: [String], _ scope: SearchScope) throws -> [Int64] {
        var found: [Int64] = []
        for id in ids {
            guard let origin = try IndexRows.origin(type: scope.type, id: id, connection),
                let row = try SearchRows.resource(origin, connection), scope.covers(row.chart)
            else { continue }
            found.append(origin)
        }
        return OriginList.of(found)
    }

    /// The resources that were changed last at a time that fits.
    func changed(_ times: [DateValue], _ scope: SearchScope) throws -> [Int64] {
        var found: [Int64] = []
        for time in times {
            let (low, high) = time.changes
            let some = try SearchValueRows.changed(from: low, to: high, scope, connection) {
                time.accepts(low: $0, high: $0 + 1)
            }
            found = OriginList.either(found, some)
        }
        return found
    }

    /// The resources in a list.
    func listed(_ id: String, _ scope: SearchScope) throws -> [Int64] {
        guard let lists = self.scope("List"), let list = try identified([id], lists).first else {
            return []
        }
        let tags = try tags(of: list, "item")
        var found: [Int64] = []
        for tag in tags { found += try SearchRows.resource(tagged: tag, scope, connection) }
        return OriginList.of(found)
    }

    /// The resources in the compartment of one.
    func inCompartment(
        _ name: String, _ id: String, _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        let codes = Definitions.r4.compartment(name)?.parameters(for: scope.type) ?? []
        let tag = maker.tags.resource("\(name)/\(id)")
        var found = scope.type == name ? try identified([id], scope) : []
        for code in codes {
            guard let number = maker.numbers.known(scope.type, code) else { continue }
            found += try SearchRows.linked(number, to: tag, scope, connection)
        }
        let closed = try closedOnes(scope, within: within).filter { origin in
            try codes.contains { try leads(origin, $0, to: [tag]) }
        }
        return OriginList.either(kept(OriginList.of(found), within), closed)
    }

    // MARK: Inside of a resource

    /// Whether a reference of a resource leads to one of some targets.
    private func leads(_ origin: Int64, _ code: String, to tags: Set<Int64>) throws -> Bool {
        try !self.tags(of: origin, code).isDisjoint(with: tags)
    }

    /// Where the references of a resource lead.
    func tags(of origin: Int64, _ code: String) throws -> Set<Int64> {
        var tags = Set<Int64>()
        for case .reference(let reference) in try entries(of: origin).lazy.filter({
            $0.parameter == code
        }).map(\.value) {
            if let name = IndexMaker.name(of: reference) { tags.insert(maker.tags.resource(name)) }
        }
        return tags
    }

    private static let tooManyLinks = Problem(
        .tooCostly,
        "A chain or _has goes over more than \(SearchLimits.linkedCountMax) records. Narrow what "
            + "stands behind the dot.")
}

extension DateValue {
    /// The times of a change that can fit, UTC milliseconds.
    fileprivate var changes: (low: Int64, high: Int64) {
        switch prefix {
        case .eq, .ap: (low, high)
        case .sa, .gt: (high, .max)
        case .ge: (low, .max)
        case .lt, .eb: (.min, low)
        case .le: (.min, high)
        case .ne: (.min, .max)
        }
    }
}
