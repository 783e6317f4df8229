import FHIRModel
import Kernel
import Synchronization

/// Every patient's demographics in memory, by which people are found: by the start of any word of
/// the name, by MRN, by date of birth, whatever the marks and the case of the letters.
///
/// Nothing of it is on the disk in the clear. Filled when the store opens, kept current by every
/// commit. A search of 100,000 patients takes well under 5 ms.
package final class PersonIndex: Sendable {
    private struct State {
        var people: [Person?] = []
        /// By number like `people`, and apart from it, so that a look at many touches few bytes.
        var birthDays: [Int32] = []
        var sortLetters: [UInt64] = []
        var sounds: [NameSounds] = []
        var numberByID: [String: UInt32] = [:]
        /// Who carries an identifier, by its value without the system.
        var numbersByValue: [String: [UInt32]] = [:]
        var words = WordIndex()
    }

    private let state = Mutex(State())

    /// What a search found.
    package struct Hits: Sendable {
        package let total: Int
        package let people: [Person]
    }

    init() {}

    /// How many patients there are.
    package var count: Int { state.withLock { $0.numberByID.count } }

    /// Has everybody looked at by the few numbers that tell most, and then those that are left.
    ///
    /// Both run while nobody else gets at the index.
    func forEach(
        where isWanted: (_ birthDay: Int32, NameSounds) -> Bool, _ body: (Person) -> Void
    ) {
        state.withLock { state in
            for number in state.people.indices
            where isWanted(state.birthDays[number], state.sounds[number]) {
                if let person = state.people[number] { body(person) }
            }
        }
    }

    /// Puts a patient in or replaces what was known of it.
    func put(_ person: Person) {
        state.withLock { state in
            let number = Self.add(person, to: &state)
            state.words.insert(person.tokens(number))
        }
    }

    /// Takes a patient out.
    func remove(_ id: String) { state.withLock { Self.remove(id, from: &$0) } }

    /// Puts many patients in at once; sorting happens once, at the end.
    func fill(_ people: some Sequence<Person>) {
        state.withLock { state in
            var tokens: [WordIndex.Token] = []
            for person in people {
                let number = Self.add(person, to: &state)
                tokens.append(contentsOf: person.tokens(number))
            }
            state.words.insert(tokens)
        }
    }

    /// The person with an id.
    package func person(_ id: String) -> Person? {
        state.withLock { state in state.numberByID[id].flatMap { state.people[Int($0)] } }
    }

    /// The patients that carry an identifier.
    package func ids(system: String, value: String) -> [String] {
        state.withLock { state in
            let wanted = PersonIdentifier(system: system, value: value)
            return (state.numbersByValue[value] ?? []).compactMap { number in
                let person = state.people[Int(number)]
                return person?.identifiers.contains(wanted) == true ? person?.id : nil
            }
        }
    }

    /// The patients that carry an identifier of any system with this value; nil if they are more
    /// than `countMax`.
    func ids(value: String, countMax: Int) -> [String]? {
        state.withLock { state in
            let numbers = state.numbersByValue[value] ?? []
            guard numbers.count <= countMax else { return nil }
            return numbers.compactMap { state.people[Int($0)]?.id }
        }
    }

    /// The patients whose day of birth, as far as it is known, can lie in a stretch; nil if they
    /// are more than `countMax`.
    ///
    /// - Parameter days: first and last day as `yyyymmdd`.
    func ids(bornWithin days: ClosedRange<Int32>, countMax: Int) -> [String]? {
        state.withLock { state in
            let years = days.lowerBound / 10_000...days.upperBound / 10_000
            var ids: [String] = []
            for number in state.birthDays.indices {
                let day = state.birthDays[number]
                let isPartial = day % 100 == 0 && day != 0
                guard days.contains(day) || (isPartial && years.contains(day / 10_000)),
                    let person = state.people[number]
                else { continue }
                guard ids.count < countMax else { return nil }
                ids.append(person.id)
            }
            return ids
        }
    }

    /// The people that a query asks for, best match first, at most `limit` of them: those with
    /// most words matched in full, then by name, then by id.
    ///
    /// - Parameter isFindable: which ids the caller may find, where that is not every one.
    func find(
        _ query: PersonQuery, limit: Int, where isFindable: ((String) -> Bool)? = nil
    ) -> Hits {
        guard !query.isEmpty else { return Hits(total: 0, people: []) }
        return state.withLock { state in
            let (found, inFull) = Self.matches(query, state)
            var best = RankList(countMax: limit)
            var total = 0
            found.forEach { number in
                if let isFindable {
                    guard let id = state.people[Int(number)]?.id, isFindable(id) else { return }
                }
                total += 1
                var exact: UInt64 = 0
                for one in inFull where one.contains(number) { exact += 1 }
                let letters = state.sortLetters[Int(number)]
                best.offer(Rank(order: (15 - min(exact, 15)) << 60 | letters, number: number)) {
                    state.people[Int($0)]
                }
            }
            let numbers = best.finished { state.people[Int($0)] }
            return Hits(total: total, people: numbers.compactMap { state.people[Int($0)] })
        }
    }

    private static func add(_ person: Person, to state: inout State) -> UInt32 {
        remove(person.id, from: &state)
        let number = UInt32(state.people.count)
        state.people.append(person)
        state.birthDays.append(person.birthDay)
        state.sounds.append(
            NameSounds(family: person.likeness.familySound, given: person.likeness.givenSound))
        state.sortLetters.append(WordIndex.key(person.sortKey[...]) >> 4)
        state.numberByID[person.id] = number
        for value in Set(person.identifiers.map(\.value)) {
            state.numbersByValue[value, default: []].append(number)
        }
        return number
    }

    private static func remove(_ id: String, from state: inout State) {
        guard let number = state.numberByID.removeValue(forKey: id),
            let person = state.people[Int(number)]
        else { return }
        state.people[Int(number)] = nil
        state.birthDays[Int(number)] = 0
        for value in person.identifiers.map(\.value) {
            state.numbersByValue[value]?.removeAll { $0 == number }
            if state.numbersByValue[value]?.isEmpty == true { state.numbersByValue[value] = nil }
        }
        state.words.remove(person.tokens(number))
    }

    /// Who meets every part of a query, and for each word who carries it in full.
    private static func matches(
        _ query: PersonQuery, _ state: State
    ) -> (found: PersonSet, inFull: [PersonSet]) {
        var found: PersonSet?
        var inFull: [PersonSet] = []
        func narrow(_ other: PersonSet) {
            if found?.formIntersection(other) == nil { found = other }
        }
        for birth in query.births { narrow(born(state) { birth.includes($0) }) }
        for word in query.words {
            var (starts, equals) = carriers(of: word, state)
            if query.isExact { starts = equals }
            if let year = year(word) { starts.formUnion(born(state) { $0 / 10_000 == year }) }
            inFull.append(equals)
            narrow(starts)
        }
        return (found ?? PersonSet(countMax: 0), inFull)
    }

    private static func born(_ state: State, when isWanted: (Int32) -> Bool) -> PersonSet {
        var set = PersonSet(countMax: state.people.count)
        for number in state.birthDays.indices where isWanted(state.birthDays[number]) {
            set.insert(UInt32(number))
        }
        return set
    }

    /// Who carries a word that starts with `word`, and who that word itself.
    private static func carriers(
        of word: [UInt8], _ state: State
    ) -> (starts: PersonSet, equals: PersonSet) {
        var starts = PersonSet(countMax: state.people.count)
        var equals = starts
        state.words.forEach(startingWith: word) { token in
            if word.count > WordIndex.keyBytes {
                guard let words = state.people[Int(token.person)]?.words,
                    words[Int(token.start)...].starts(with: word)
                else { return }
            }
            starts.insert(token.person)
            if Int(token.length) == word.count { equals.insert(token.person) }
        }
        return (starts, equals)
    }

    private static func year(_ word: [UInt8]) -> Int32? {
        guard word.count == 4, word.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int32(String(decoding: word, as: UTF8.self))
    }
}

extension PersonQuery.Birth {
    /// Whether a day of birth, `yyyymmdd` with zero for unknown parts, is what was typed.
    fileprivate func includes(_ day: Int32) -> Bool {
        if month == 0 { return Int(day) / 10_000 == year }
        if self.day == 0 { return Int(day) / 100 == year * 100 + month }
        return Int(day) == year * 10_000 + month * 100 + self.day
    }
}

extension Person {
    fileprivate func tokens(_ number: UInt32) -> [WordIndex.Token] {
        wordStarts.map { start in
            let word = word(at: start)
            return WordIndex.Token(
                key: WordIndex.key(word), person: number, start: start,
                length: UInt16(word.count))
        }
    }
}
