import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

/// What the index should answer, found by looking at every person anew.
private struct NaiveIndex {
    struct Entry {
        let person: InventedPerson
        let words: Set<[UInt8]>
        let sortKey: [UInt8]
    }

    private(set) var people: [String: Entry] = [:]

    mutating func put(_ person: InventedPerson) {
        var words = Set(SearchText.words(person.family))
        for given in person.given { words.formUnion(SearchText.words(given)) }
        words.insert(SearchText.fold(person.mrn).filter { $0 != 0x20 })
        people[person.id] = Entry(
            person: person, words: words,
            sortKey: SearchText.fold(([person.family] + person.given).joined(separator: " ")))
    }

    mutating func remove(_ id: String) { people[id] = nil }

    func find(_ query: PersonQuery) -> [String] {
        guard !query.isEmpty else { return [] }
        var found: [(exact: Int, sortKey: [UInt8], id: String)] = []
        for entry in people.values {
            guard query.births.allSatisfy({ isBorn(entry.person, $0) }) else { continue }
            var exact = 0
            let isMatch = query.words.allSatisfy { word in
                if entry.words.contains(word) {
                    exact += 1
                    return true
                }
                if !query.isExact, entry.words.contains(where: { $0.starts(with: word) }) {
                    return true
                }
                return word.count == 4 && entry.person.birthDate.utf8.prefix(4).elementsEqual(word)
            }
            if isMatch { found.append((exact, entry.sortKey, entry.person.id)) }
        }
        found.sort { a, b in
            if a.exact != b.exact { return a.exact > b.exact }
            if a.sortKey != b.sortKey { return a.sortKey.lexicographicallyPrecedes(b.sortKey) }
            return a.id < b.id
        }
        return found.map(\.id)
    }

    private func isBorn(_ person: InventedPerson, _ birth: PersonQuery.Birth) -> Bool {
        let parts = person.birthDate.split(separator: "-").map { Int($0) ?? 0 }
        let wanted = [birth.year, birth.month, birth.day]
        return wanted.indices.allSatisfy { place in
            (place > 0 && wanted[place] == 0)
                || (place < parts.count && parts[place] == wanted[place])
        }
    }
}

@Suite struct `Index of people` {
    private static let peopleCount = 3_000
    #if FAULT_CONTROLS
    /// A debug build compares slowly.
    private static let queriesCount = 200
    #else
    private static let queriesCount = 2_000
    #endif

    private static func query(_ random: inout SeededRandom, _ all: [InventedPerson]) throws
        -> PersonQuery
    {
        let person = random.pick(all)
        func cut(_ text: String, _ random: inout SeededRandom) -> String {
            random.isChance(percent: 30)
                ? text : String(text.prefix(1 + random.below(max(1, text.count))))
        }
        var parts: [String] = []
        if random.isChance(percent: 70) { parts.append(cut(person.family, &random)) }
        if random.isChance(percent: 60) { parts.append(cut(random.pick(person.given), &random)) }
        if random.isChance(percent: 10) { parts.append(cut(person.mrn, &random)) }
        if random.isChance(percent: 15) { parts.append(person.birthDate) }
        if random.isChance(percent: 10) { parts.append(String(person.birthDate.prefix(4))) }
        if random.isChance(percent: 5) { parts.append(cut(random.pick(all).family, &random)) }
        if random.isChance(percent: 30) { parts = parts.map { $0.uppercased() } }
        parts.shuffle(using: &random)
        if random.isChance(percent: 10) {
            return PersonQuery(
                nameWords: parts.joined(separator: " "), isExact: random.isChance(percent: 50))
        }
        return try PersonQuery(parts.joined(separator: " "))
    }

    private func compare(
        _ test: TestStore, _ naive: NaiveIndex, _ all: [InventedPerson], queries: Int, seed: UInt64
    ) async throws {
        var random = SeededRandom(seed: seed)
        let grant = try Callers.machine.grant(.search, "Patient")
        var found = 0
        for _ in 0..<queries {
            let query = try Self.query(&random, all)
            let expected = naive.find(query)
            let limit = random.pick([1, 5, 20, 100])
            let hits = try await test.store.findPeople(grant, query, text: "", limit: limit)
            try #require(hits.total == expected.count)
            try #require(hits.people.map(\.id) == Array(expected.prefix(limit)))
            found += hits.total
        }
        #expect(found > queries)
    }

    private func importing(_ people: [InventedPerson], _ test: TestStore) async throws {
        for start in stride(from: 0, to: people.count, by: 500) {
            let changes = try people[start..<min(start + 500, people.count)].map { person in
                Change(
                    try Callers.machine.grant(.create, "Patient", id: person.id), .importing,
                    type: "Patient", id: person.id, json: try person.json())
            }
            _ = try await test.store.change(changes)
        }
    }

    @Test func `it answers as a look at every person does, whatever was changed`() async throws {
        let test = try TestStore()
        var people = People(seed: 42)
        var all = people.next(Self.peopleCount)
        var naive = NaiveIndex()
        for person in all { naive.put(person) }
        try await importing(all, test)
        #expect(test.store.people.count == Self.peopleCount)
        try await compare(test, naive, all, queries: Self.queriesCount, seed: 1)

        var random = SeededRandom(seed: 5)
        for number in 0..<400 {
            let place = random.below(all.count)
            if number % 3 == 0 {
                _ = try await test.store.delete("Patient", all[place].id)
                naive.remove(all[place].id)
            } else {
                var next = people.next()
                next.id = all[place].id
                all[place] = next
                naive.put(next)
                try await test.store.put(next.json())
            }
        }
        #expect(test.store.people.count == naive.people.count)
        try await compare(test, naive, all, queries: Self.queriesCount / 4, seed: 2)
        try test.reopen()
        #expect(test.store.people.count == naive.people.count)
        try await compare(test, naive, all, queries: Self.queriesCount / 4, seed: 3)
    }

    @Test func `an MRN and other identifiers are found by their whole value`() async throws {
        let test = try TestStore()
        var people = People(seed: 1)
        let person = people.next()
        try await test.store.put(person.json())
        #expect(
            test.store.people.ids(system: InventedPerson.mrnSystem, value: person.mrn) == [
                person.id
            ])
        #expect(test.store.people.ids(system: "", value: person.mrn).isEmpty)
        #expect(test.store.people.person(person.id)?.mrn == person.mrn)
        try await test.store.delete("Patient", person.id)
        #expect(
            test.store.people.ids(system: InventedPerson.mrnSystem, value: person.mrn).isEmpty)
        #expect(test.store.people.person(person.id) == nil)
    }

    @Test func `a look without words finds nobody`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        let grant = try Callers.nurse.grant(.search, "Patient")
        #expect(
            try await test.store.findPeople(grant, PersonQuery(""), text: "", limit: 9).total == 0)
    }

    @Test func `identifiers of others than persons are found by a keyed hash`() async throws {
        let test = try TestStore()
        let system = "http://hl7.org/fhir/sid/us-npi"
        try await test.store.put(SampleResources.practitioner("d1", npi: "1"))
        try await test.store.put(SampleResources.practitioner("d2", npi: "2"))
        try await test.store.put(SampleResources.patient("a"))
        let grant = try Callers.machine.grant(.search, "Practitioner")
        func found(_ value: String) async throws -> [String] {
            let key = IdentifierKey(type: "Practitioner", system: system, value: value)
            return try await test.store.identify(grant, [key])[key] ?? []
        }
        #expect(try await found("1") == ["d1"])
        #expect(try await found("3") == [])
        try await test.store.put(SampleResources.practitioner("d1", npi: "3"))
        #expect(try await found("1") == [])
        #expect(try await found("3") == ["d1"])
        try await test.store.put(SampleResources.practitioner("d3", npi: "3"))
        try await test.store.put(SampleResources.practitioner("d4", npi: "3"))
        #expect(try await found("3").count == 2)
        try await test.store.delete("Practitioner", "d2")
        #expect(try await found("2") == [])
        try test.reopen()
        #expect(try await found("3").count == 2)
    }
}
