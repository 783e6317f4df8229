import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

/// A resource and what the standard says it is found by.
private struct Parsed {
    let type: String
    let id: String
    let patientID: String?
    let compartment: Compartment
    let entries: [IndexEntry]
}

/// The truth about a search, told by looking at every resource.
private struct Oracle {
    let all: [Parsed]
    let match = SearchMatch()

    func find(_ criterion: SearchCriterion, _ type: String, _ caller: Caller) -> Set<String> {
        guard let grant = try? caller.grant(.search, type) else { return [] }
        let visible = all.filter { one in
            one.type == type && grant.covers(one.compartment, ofPatient: one.patientID ?? "")
        }
        return Set(visible.filter { holds(criterion, $0, caller) }.map(\.id))
    }

    private func holds(_ criterion: SearchCriterion, _ one: Parsed, _ caller: Caller) -> Bool {
        switch criterion {
        case .parameter(let parameter):
            return parameter.type == one.type && match.matches(one.entries, parameter)
        case .chain(let reference, let target, let inner):
            guard reference.type == one.type else { return false }
            let targets = find(inner, target, caller)
            return references(one, reference.parameter.code).contains { reference in
                reference.type == target && targets.contains(reference.id ?? "")
            }
        case .has(let reference, let inner):
            let sources = find(inner, reference.type, caller)
            return all.contains { other in
                other.type == reference.type && sources.contains(other.id)
                    && references(other, reference.parameter.code).contains {
                        $0.type == one.type && $0.id == one.id
                    }
            }
        case .ids(let ids): return ids.contains(one.id)
        case .types(let types): return types.contains(one.type)
        case .any(let parts): return parts.contains { holds($0, one, caller) }
        case .all(let parts): return parts.allSatisfy { holds($0, one, caller) }
        case .not(let inner): return !holds(inner, one, caller)
        case .compartment(let name, let id):
            let codes = Definitions.r4.compartment(name)?.parameters(for: one.type) ?? []
            return (one.type == name && one.id == id)
                || codes.contains { code in
                    references(one, code).contains { $0.type == name && $0.id == id }
                }
        case .lastUpdated, .listed: return false
        }
    }

    private func references(_ one: Parsed, _ code: String) -> [IndexedReference] {
        one.entries.compactMap { entry in
            guard entry.parameter == code, case .reference(let reference) = entry.value else {
                return nil
            }
            return reference
        }
    }
}

/// Makes criteria out of what resources are found by.
private struct Asker {
    var random: SeededRandom
    let all: [Parsed]

    mutating func criterion(_ depth: Int = 0) -> (String, SearchCriterion) {
        let one = random.pick(all)
        if depth < 2, random.isChance(percent: 35) { return combined(one.type, depth) }
        return (one.type, simple(one))
    }

    private mutating func simple(_ one: Parsed) -> SearchCriterion {
        if one.entries.isEmpty || random.isChance(percent: 4) { return .ids([one.id, "none"]) }
        if random.isChance(percent: 5) {
            return .compartment("Patient", id: one.patientID ?? "p1")
        }
        let entry = random.pick(one.entries)
        guard let parameter = Definitions.r4.searchParameter(entry.parameter, for: one.type) else {
            return .ids([one.id])
        }
        var (modifier, value) = asked(entry.value)
        if random.isChance(percent: 6) {
            (modifier, value) = (.missing(random.isChance(percent: 50)), nil)
        }
        return .parameter(
            ParameterCriterion(
                type: one.type, parameter: parameter, modifier: modifier,
                values: value.map { [$0] } ?? []))
    }

    private mutating func combined(_ type: String, _ depth: Int) -> (String, SearchCriterion) {
        switch random.below(5) {
        case 0: return (type, .any([of(type), of(type)]))
        case 1: return (type, .all([of(type), of(type)]))
        case 2: return (type, .not(of(type)))
        case 3:
            let source = random.pick(["Observation", "Condition", "Provenance", "Appointment"])
            let codes = [
                "Observation": "performer", "Condition": "subject", "Provenance": "target",
            ]
            let code = codes[source] ?? "actor"
            let target = random.pick(["Patient", "Practitioner", "Condition", "Observation"])
            guard let parameter = Definitions.r4.searchParameter(code, for: source) else { break }
            let reference = ParameterReference(type: source, parameter: parameter)
            return random.isChance(percent: 50)
                ? (source, .chain(reference, target: target, of(target)))
                : (target, .has(reference, of(source)))
        default: break
        }
        let patient: SearchCriterion = .of(type, "patient", nil, .patient("p\(random.below(8))"))
        return (type, .all([patient, of(type)]))
    }

    private mutating func of(_ type: String) -> SearchCriterion {
        let some = all.filter { $0.type == type }
        return some.isEmpty ? .ids(["none"]) : simple(random.pick(some))
    }

    private mutating func asked(_ value: IndexValue) -> (SearchModifier?, SearchValue?) {
        let prefix = random.pick(Array(SearchPrefix.allCases))
        switch value {
        case .token(let system, let code, let text): return token(system, code, text)
        case .typedIdentifier(let system, let code, let value):
            return (.ofType, .typedIdentifier(typeSystem: system, typeCode: code, value: value))
        case .reference(let reference):
            if let type = reference.type, let id = reference.id {
                return (nil, .reference(.local(types: [type], id: id, version: nil)))
            }
            if let value = reference.identifierValue {
                return (.identifier, .code(value))
            }
            return (nil, reference.url.map { .reference(.url($0, version: nil)) })
        case .string(let text):
            let part = String(text.prefix(1 + random.below(6)))
            return (random.pick([nil, .exact, .contains]), .string(part))
        case .uri(let uri): return (random.pick([nil, .below, .above]), .uri(uri))
        case .date(let low, let high):
            let shift = Int64(random.below(3) - 1) * 40 * 86_400_000
            let (low, high) = (max(low, 0) + shift, min(high, 4_000_000_000_000) + shift)
            return (nil, .date(DateValue(prefix: prefix, low: low, high: high)))
        case .number(let range): return (nil, .number(NumberValue(prefix: prefix, range: range)))
        case .quantity(let quantity): return (nil, .quantity(self.quantity(quantity, prefix)))
        case .position(let latitude, let longitude):
            let distance = Double(random.below(200_000))
            return (
                nil,
                .near(
                    NearValue(
                        latitude: latitude + Double(random.below(3)) - 1, longitude: longitude,
                        distanceMeters: distance))
            )
        case .composite(let parts):
            return (nil, .composite(parts.compactMap { asked($0).1 }))
        }
    }

    private mutating func quantity(
        _ quantity: IndexedQuantity, _ prefix: SearchPrefix
    ) -> QuantityValue {
        let number = NumberValue(prefix: prefix, range: quantity.range)
        switch random.below(3) {
        case 0: return QuantityValue(number: number)
        case 1: return QuantityValue(number: number, code: quantity.unit)
        default:
            return QuantityValue(
                number: number, system: quantity.system, code: quantity.code,
                canonical: quantity.canonical)
        }
    }

    private mutating func token(
        _ system: String?, _ code: String?, _ text: String?
    ) -> (SearchModifier?, SearchValue?) {
        if let text, code == nil || random.isChance(percent: 15) {
            return (.text, .string(String(text.prefix(5))))
        }
        let wanted: TokenValue.System =
            switch random.below(3) {
            case 0: .any
            case 1: system.map { .exactly($0) } ?? .none
            default: .exactly("http://loinc.org")
            }
        let typed = random.isChance(percent: 30) ? code?.uppercased() : code
        let isOpen = random.isChance(percent: 8)
        return (
            random.pick([nil, nil, nil, .not, .below]),
            .token(TokenValue(system: wanted, code: isOpen ? nil : typed))
        )
    }
}

@Suite struct `Searches made at random` {
    private func parsed(_ corpus: [JSON], _ store: RecordStore) async throws -> [Parsed] {
        let extractor = IndexExtractor()
        var all: [Parsed] = []
        for json in corpus {
            let (type, id) = (json.string("resourceType") ?? "", json.string("id") ?? "")
            let stored = try await store.read(type, id)
            let labels =
                json.at("meta", "security")?.elements.compactMap { $0.string("code") } ?? []
            let label = labels.lazy.compactMap { Compartment(securityLabel: $0) }.first
            all.append(
                Parsed(
                    type: type, id: id, patientID: stored.patientID,
                    compartment: type == "Patient"
                        ? .general : label ?? (stored.patientID == nil ? .system : .general),
                    entries: extractor.entries(of: try JSON.parse(stored.json), type: type)))
        }
        return all
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `the index finds what looking at every record finds`(seed: UInt64) async throws {
        let test = try TestStore()
        let corpus = try SearchCorpus(seed: seed)
        for json in corpus.resources { try await test.store.put(json) }
        let oracle = Oracle(all: try await parsed(corpus.resources, test.store))
        var asker = Asker(random: SeededRandom(seed: seed), all: oracle.all)
        let callers = [
            Callers.machine, Callers.physician, Callers.nurse, Callers.lab, Callers.patient("p1"),
            Callers.physician.opening(["p0", "p2", "p3"]),
            Callers.nurse.opening(
                ["p2"],
                emergencies: [
                    EmergencyAccess(id: "e", patientID: "p4", compartments: [.general, .part2]),
                    EmergencyAccess(id: "f", patientID: "p2", compartments: [.part2]),
                ]),
        ]
        var hits = 0
        for number in 0..<600 {
            let (type, criterion) = asker.criterion()
            let caller = callers[number % callers.count]
            guard (try? caller.grant(.search, type)) != nil else { continue }
            let expected = oracle.find(criterion, type, caller)
            let found = try await test.store.found(type, criterion, count: 1_000, by: caller)
            hits += found.isEmpty ? 0 : 1
            #expect(
                Set(found) == expected && found.count == expected.count,
                "seed \(seed), search \(number) of \(type) by \(caller.name): \(criterion)")
        }
        #expect(hits > 150)
    }

    @Test func `people are found by any part of their names`() async throws {
        let test = try TestStore()
        var people = People(seed: 31)
        var corpus: [JSON] = []
        for person in people.next(700) { corpus.append(try person.json()) }
        corpus.append(
            try JSON.parse(
                Array(
                    (#"{"resourceType":"Patient","id":"dr","name":[{"prefix":["Dr."],"suffix":["#
                        + #""Jr"],"family":"De la Cruz","given":["Ana","Li"],"text":"Doc"}]}"#).utf8
                )))
        for json in corpus { try await test.store.put(json) }
        let oracle = Oracle(all: try await parsed(corpus, test.store))
        var random = SeededRandom(seed: 31)
        for number in 0..<300 {
            let one = random.pick(oracle.all)
            let code = random.pick(["name", "family", "given"])
            let texts = one.entries.compactMap { entry -> String? in
                guard entry.parameter == code, case .string(let text) = entry.value else {
                    return nil
                }
                return text
            }
            guard !texts.isEmpty else { continue }
            let typed = String(random.pick(texts).prefix(1 + random.below(12)))
            let criterion = SearchCriterion.of("Patient", code, nil, .string(typed))
            let found = try await test.store.found("Patient", criterion, count: 1_000)
            #expect(
                Set(found) == oracle.find(criterion, "Patient", Callers.machine),
                "search \(number): \(code)=\(typed)")
        }
        for typed in ["dr", "jr", "De la C", "doc", "cruz"] {
            let criterion = SearchCriterion.of("Patient", "name", nil, .string(typed))
            let found = try await test.store.found("Patient", criterion, count: 1_000)
            #expect(Set(found) == oracle.find(criterion, "Patient", Callers.machine), "\(typed)")
        }
    }
}
