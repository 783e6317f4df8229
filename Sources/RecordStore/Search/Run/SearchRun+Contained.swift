import FHIRModel
import FHIRSearch
import Kernel

/// What a search found inside of resources.
struct InsideFinds {
    /// The ids of the resources inside that were found, by the origin of what they stand in.
    var ids: [Int64: [String]] = [:]
    /// The resources that were found themselves; rising.
    var own: [Int64] = []

    /// All that is to be shown; rising.
    var origins: [Int64] { OriginList.either(own, ids.keys.sorted()) }
    /// How many were found, each by itself.
    var count: Int { own.count + ids.values.reduce(0) { $0 + $1.count } }
}

/// A resource that stands inside of another one.
private struct Inside {
    let id: String
    let entries: [IndexEntry]
    let json: JSON
    /// What it stands in.
    let origin: Int64
    let container: JSON
    /// The type and values of what it stands in.
    let outer: (type: String, entries: [IndexEntry])
}

/// Resources that stand inside of others.
///
/// The index says which resources hold one of a type; these are opened and looked at.
///
/// Spec: FHIR R4 search, contained resources, https://hl7.org/fhir/R4/search.html#contained
extension SearchRun {
    private typealias Test = (Inside) throws -> Bool

    /// The resources that fulfil all criteria and stand inside of others, or both kinds.
    func finds(
        _ criteria: [SearchCriterion], type: String, _ kind: ContainedSearch
    ) throws -> InsideFinds {
        var finds = InsideFinds()
        if kind != .only { finds.own = try matches(criteria, type: type) }
        let test = try test(.all(criteria), type)
        for origin in try holders(of: type) {
            let ids = try insides(origin, type).filter(test).map(\.id)
            if !ids.isEmpty { finds.ids[origin] = ids }
        }
        return finds
    }

    /// The resources of a scope whose reference leads to one inside of themselves that fulfils a
    /// criterion.
    ///
    /// Spec: "A chained condition will be evaluated inside contained resources",
    /// https://hl7.org/fhir/R4/search.html#contained
    func leadingInside(
        _ reference: ParameterReference, _ target: String, _ inner: SearchCriterion,
        _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        let some = kept(try holders(of: target, in: scope), within)
        guard !some.isEmpty else { return [] }
        let test = try test(inner, target)
        return try some.filter { origin in
            let names = try localNames(entries(of: origin), reference.parameter.code)
            return try !names.isEmpty
                && insides(origin, target).contains { try names.contains($0.id) && test($0) }
        }
    }

    /// The resources that hold one of a type inside, of all types that the caller may find.
    private func holders(of type: String) throws -> [Int64] {
        let scopes = Definitions.r4.resourceTypes.compactMap { scope($0) }
        // Most types have the same grant, and the rows do not know the type that holds.
        let groups = Dictionary(grouping: scopes) { [$0.low, $0.high, $0.openMask] }
        var found: [Int64] = []
        for group in groups.values {
            found += try marked(type, group[0], Set(group.map(\.number)))
        }
        for scope in scopes { found += try closedOnes(scope, within: nil) }
        return OriginList.of(found)
    }

    private func holders(of type: String, in scope: SearchScope) throws -> [Int64] {
        OriginList.either(
            try marked(type, scope, [scope.number]), try closedOnes(scope, within: nil))
    }

    /// The resources that the index says to hold one of a type, themselves of some types.
    private func marked(
        _ type: String, _ scope: SearchScope, _ numbers: Set<Int64>
    ) throws -> [Int64] {
        guard let number = maker.numbers.known(type, IndexMaker.containedCode) else { return [] }
        return try SearchRows.anyTag(number, scope, connection).filter { origin in
            try SearchRows.resource(origin, connection).map { numbers.contains($0.type) } ?? false
        }
    }

    private func insides(_ origin: Int64, _ type: String) throws -> [Inside] {
        guard let (outer, json) = try content(of: origin) else { return [] }
        let outerEntries = try entries(of: origin)
        return json["contained"]?.elements.compactMap { inner in
            guard inner.string("resourceType") == type else { return nil }
            return Inside(
                id: inner.string("id") ?? "", entries: maker.rules.entries(inner, type),
                json: inner, origin: origin, container: json, outer: (outer, outerEntries))
        } ?? []
    }

    /// The ids that references of a parameter have which lead inside.
    private func localNames(_ entries: [IndexEntry], _ code: String) -> Set<String> {
        var names: Set<String> = []
        for entry in entries where entry.parameter == code {
            guard case .reference(let one) = entry.value, let url = one.url,
                url.utf8.first == UInt8(ascii: "#")
            else { continue }
            names.insert(String(url.dropFirst()))
        }
        return names
    }

    /// What a criterion asks of a resource of a type that stands inside of another one.
    private func test(_ criterion: SearchCriterion, _ type: String) throws -> Test {
        switch criterion {
        case .parameter(let one):
            guard one.type == type else { return { _ in false } }
            return IndexExtractor.textCodes.contains(one.parameter.code)
                ? { [maker] in maker.rules.matchesContent($0.json, one) }
                : { [maker] in maker.rules.matches($0.entries, one) }
        case .chain(let reference, let target, let inner):
            return try chain(reference, target, inner)
        case .has(let reference, let inner): return try referral(reference, inner)
        case .ids(let ids): return { ids.contains($0.id) }
        // What stands inside has no time of its own, and no list leads to it.
        case .lastUpdated, .listed: return { _ in false }
        case .compartment(let name, let id): return compartment("\(name)/\(id)", name, type)
        case .types(let types):
            let isOne = types.contains(type)
            return { _ in isOne }
        case .any(let parts):
            let tests = try parts.map { try test($0, type) }
            return { inside in try tests.contains { try $0(inside) } }
        case .all(let parts):
            let tests = try parts.map { try test($0, type) }
            return { inside in try tests.allSatisfy { try $0(inside) } }
        case .not(let inner):
            let one = try test(inner, type)
            return { try !one($0) }
        }
    }

    /// A reference to a resource that stands by itself, or to another one inside of the same.
    private func chain(
        _ reference: ParameterReference, _ target: String, _ inner: SearchCriterion
    ) throws -> Test {
        var names: Set<String> = []
        for origin in try scope(target) == nil ? [] : matches([inner], type: target) {
            if let row = try SearchRows.version(origin, connection) {
                names.insert("\(row.type)/\(row.id)")
            }
        }
        let sibling = try test(inner, target)
        let code = reference.parameter.code
        return { [self] inside in
            let isOutside = inside.entries.contains { entry in
                guard entry.parameter == code, case .reference(let one) = entry.value else {
                    return false
                }
                return IndexMaker.name(of: one).map(names.contains) ?? false
            }
            if isOutside { return true }
            let local = localNames(inside.entries, code)
            return try !local.isEmpty
                && insides(inside.origin, target).contains {
                    try local.contains($0.id) && sibling($0)
                }
        }
    }

    /// Being referred to from what it stands in.
    private func referral(
        _ reference: ParameterReference, _ inner: SearchCriterion
    ) throws -> Test {
        let sources =
            try scope(reference.type) == nil ? [] : matches([inner], type: reference.type)
        return { [self] inside in
            OriginList.contains(sources, inside.origin)
                && localNames(inside.outer.entries, reference.parameter.code).contains(inside.id)
        }
    }

    private func compartment(_ owner: String, _ name: String, _ type: String) -> Test {
        let codes = Definitions.r4.compartment(name)?.parameters(for: type) ?? []
        return { inside in
            inside.entries.contains { entry in
                guard codes.contains(entry.parameter), case .reference(let one) = entry.value
                else { return false }
                return IndexMaker.name(of: one) == owner
            }
        }
    }
}
