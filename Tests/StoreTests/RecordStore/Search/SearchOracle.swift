import AccessControl
import FHIRModel
import FHIRSearch
import RecordStore
import TestKit

/// A resource as it is stored, and what the standard says it is found by.
struct OracleRecord {
    let type: String
    let id: String
    let json: JSON
    let patientID: String?
    let compartment: Compartment
    let changedMs: Int64
    let entries: [IndexEntry]

    var name: String { "\(type)/\(id)" }

    /// Where the references of a parameter lead; of all parameters without one.
    func references(_ code: String?) -> [IndexedReference] {
        entries.compactMap { entry in
            guard code == nil || entry.parameter == code, case .reference(let one) = entry.value
            else { return nil }
            return one
        }
    }
}

/// The truth about a search, told by looking at every resource in the order of storing.
struct SearchOracle {
    let records: [OracleRecord]
    private let placesByType: [String: [Int]]
    private let placesByName: [String: Int]
    private let extractor = IndexExtractor()
    private let match = SearchMatch()

    init(_ corpus: [JSON], in store: RecordStore) async throws {
        let extractor = IndexExtractor()
        var records: [OracleRecord] = []
        for json in corpus {
            let (type, id) = (json.string("resourceType") ?? "", json.string("id") ?? "")
            let stored = try await store.read(type, id)
            let labels =
                json.at("meta", "security")?.elements.compactMap { $0.string("code") } ?? []
            let label = labels.lazy.compactMap { Compartment(securityLabel: $0) }.first
            let own = try JSON.parse(stored.json, limits: .any)
            records.append(
                OracleRecord(
                    type: type, id: id, json: own, patientID: stored.patientID,
                    compartment: type == "Patient"
                        ? .general : label ?? (stored.patientID == nil ? .system : .general),
                    changedMs: stored.changedMs,
                    entries: extractor.entries(of: own, type: type)))
        }
        self.records = records
        placesByType = Dictionary(grouping: records.indices) { records[$0].type }
        placesByName = Dictionary(uniqueKeysWithValues: zip(records.map(\.name), records.indices))
    }

    /// Everything of a type that a caller may find.
    func visible(_ type: String, _ caller: Caller) -> [Int] {
        guard let grant = try? caller.grant(.search, type) else { return [] }
        return (placesByType[type] ?? []).filter { place in
            let one = records[place]
            return grant.covers(one.compartment, ofPatient: one.patientID ?? "")
        }
    }

    private func isVisible(_ place: Int, _ caller: Caller) -> Bool {
        let one = records[place]
        guard let grant = try? caller.grant(.search, one.type) else { return false }
        return grant.covers(one.compartment, ofPatient: one.patientID ?? "")
    }

    /// The places of the resources of a type that fulfil a criterion.
    func find(_ criterion: SearchCriterion, _ type: String, _ caller: Caller) -> [Int] {
        find(criterion, among: visible(type, caller), caller)
    }

    private func find(
        _ criterion: SearchCriterion, among places: [Int], _ caller: Caller
    ) -> [Int] {
        switch criterion {
        case .parameter(let parameter):
            return places.filter { holds(parameter, records[$0]) }
        case .chain(let reference, let target, let inner):
            guard (try? caller.grant(.search, target)) != nil else { return [] }
            let targets = Set(find(inner, target, caller).map { records[$0].name })
            return places.filter { place in
                let one = records[place]
                return one.type == reference.type
                    && one.references(reference.parameter.code).contains {
                        $0.type == target && targets.contains("\(target)/\($0.id ?? "")")
                            || isInside($0, of: one, target, inner)
                    }
            }
        case .has(let reference, let inner):
            var names = Set<String>()
            for source in find(inner, reference.type, caller) {
                for one in records[source].references(reference.parameter.code) {
                    names.insert("\(one.type ?? "")/\(one.id ?? "")")
                }
            }
            return places.filter { names.contains(records[$0].name) }
        case .ids(let ids): return places.filter { ids.contains(records[$0].id) }
        case .lastUpdated(let times):
            return places.filter { place in
                let ms = records[place].changedMs
                return times.contains { $0.accepts(low: ms, high: ms + 1) }
            }
        case .listed(let id):
            let list = visible("List", caller).first { records[$0].id == id }
            let names = Set(
                list.map { records[$0].references("item") }?.map {
                    "\($0.type ?? "")/\($0.id ?? "")"
                } ?? [])
            return places.filter { names.contains(records[$0].name) }
        case .compartment(let name, let id):
            return places.filter { place in
                let one = records[place]
                let codes = Definitions.r4.compartment(name)?.parameters(for: one.type) ?? []
                return (one.type == name && one.id == id)
                    || codes.contains { code in
                        one.references(code).contains { $0.type == name && $0.id == id }
                    }
            }
        case .types(let types): return places.filter { types.contains(records[$0].type) }
        case .any(let parts):
            let found = Set(parts.flatMap { find($0, among: places, caller) })
            return places.filter(found.contains)
        case .all(let parts):
            return parts.reduce(places) { find($1, among: $0, caller) }
        case .not(let inner):
            let found = Set(find(inner, among: places, caller))
            return places.filter { !found.contains($0) }
        }
    }

    /// Whether a reference leads to a resource inside of the same that fulfils plain criteria.
    private func isInside(
        _ reference: IndexedReference, of one: OracleRecord, _ type: String,
        _ criterion: SearchCriterion
    ) -> Bool {
        guard let url = reference.url, url.hasPrefix("#") else { return false }
        return one.json["contained"]?.elements.contains { inner in
            inner.string("resourceType") == type && "#\(inner.string("id") ?? "")" == url
                && fulfils(inner, type, criterion)
        } ?? false
    }

    private func fulfils(_ inner: JSON, _ type: String, _ criterion: SearchCriterion) -> Bool {
        switch criterion {
        case .parameter(let one):
            one.type == type
                && (IndexExtractor.textCodes.contains(one.parameter.code)
                    ? match.matches(inner, one, by: extractor)
                    : match.matches(extractor.entries(of: inner, type: type), one))
        case .ids(let ids): ids.contains(inner.string("id") ?? "")
        case .types(let types): types.contains(type)
        case .any(let parts): parts.contains { fulfils(inner, type, $0) }
        case .all(let parts): parts.allSatisfy { fulfils(inner, type, $0) }
        case .not(let one): !fulfils(inner, type, one)
        case .chain, .has, .lastUpdated, .listed, .compartment: false
        }
    }

    private func holds(_ parameter: ParameterCriterion, _ one: OracleRecord) -> Bool {
        guard parameter.type == one.type else { return false }
        return IndexExtractor.textCodes.contains(parameter.parameter.code)
            ? match.matches(one.json, parameter, by: extractor)
            : match.matches(one.entries, parameter)
    }

    /// Places in the order that a search asks for; equal ones in the order of storing.
    func sorted(_ places: [Int], by sort: [SearchSort]) -> [Int] {
        let keys = Dictionary(
            uniqueKeysWithValues: places.map { place in
                (place, sort.map { key($0, records[place]) })
            })
        return places.sorted { a, b in
            for (index, one) in sort.enumerated() {
                switch (keys[a]?[index], keys[b]?[index]) {
                case (let first?, let second?) where first != second:
                    return one.isDescending ? second < first : first < second
                case (.some, nil): return true
                case (nil, .some): return false
                default: continue
                }
            }
            return a < b
        }
    }

    private func key(_ sort: SearchSort, _ one: OracleRecord) -> SearchSortKey? {
        switch sort.parameter {
        case "_id": .text(Array(one.id.utf8))
        case "_lastUpdated": .moment(one.changedMs)
        default:
            SearchSortKey(
                one.entries.filter { $0.parameter == sort.parameter }.map(\.value),
                isDescending: sort.isDescending)
        }
    }

    /// The names of what comes along with some matches.
    func included(_ matches: [Int], _ includes: [SearchInclude], _ caller: Caller) -> Set<String> {
        var all: Set<Int> = []
        var edge = matches
        var round = 0
        while !edge.isEmpty, round < 8 {
            var next: Set<Int> = []
            for include in includes where round == 0 || include.isIterate {
                next.formUnion(
                    include.isReverse
                        ? referring(to: edge, include, caller)
                        : referred(from: edge, include, caller))
            }
            next.subtract(all)
            next.subtract(matches)
            all.formUnion(next)
            edge = Array(next)
            round += 1
        }
        return Set(all.map { records[$0].name })
    }

    private func referred(
        from edge: [Int], _ include: SearchInclude, _ caller: Caller
    ) -> Set<Int> {
        var found: Set<Int> = []
        for place in edge
        where include.sourceType == nil || include.sourceType == records[place].type {
            for one in records[place].references(include.parameter) {
                guard let type = one.type, let id = one.id,
                    include.targetType == nil || include.targetType == type,
                    let target = placesByName["\(type)/\(id)"], isVisible(target, caller)
                else { continue }
                found.insert(target)
            }
        }
        return found
    }

    private func referring(
        to edge: [Int], _ include: SearchInclude, _ caller: Caller
    ) -> Set<Int> {
        let names = Set(
            edge.map { records[$0] }.filter {
                include.targetType == nil || include.targetType == $0.type
            }.map(\.name))
        let types = include.sourceType.map { [$0] } ?? Array(placesByType.keys)
        return Set(
            types.flatMap { visible($0, caller) }.filter { place in
                records[place].references(include.parameter).contains {
                    names.contains("\($0.type ?? "")/\($0.id ?? "")")
                }
            })
    }
}
