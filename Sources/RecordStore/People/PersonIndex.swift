import FHIRModel
import Kernel
import Synchronization

/// Every patient's demographics in memory, by which people are found: by the start of any word of
/// the name, by MRN, by date of birth, whatever the marks and the case of the letters.
///
/// Nothing of it is on the disk in the clear. Filled when the store opens, kept current by every
/// commit. A search of 100,000 patients takes well under 5 ms.
package final class PersonIndex: Sendable {
    /// One word of one person, sorted by its first eight bytes.
    private struct Token {
        let key: UInt64
        let person: UInt32
        let start: UInt16
    }

    private struct State {
        var people: [Person?] = []
        var numberByID: [String: UInt32] = [:]
        var idByIdentifier: [String: [String]] = [:]
        var tokens: [Token] = []
        var isSorted = true
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

    /// Puts a patient in or replaces what was known of it.
    func put(_ person: Person) {
        state.withLock { state in
            let number = state.numberByID[person.id] ?? UInt32(state.people.count)
            Self.remove(person.id, from: &state)
            if Int(number) < state.people.count {
                state.people[Int(number)] = person
            } else {
                state.people.append(person)
            }
            state.numberByID[person.id] = number
            for identifier in person.identifiers {
                state.idByIdentifier[identifier, default: []].append(person.id)
            }
            let tokens = person.wordStarts.map {
                Token(key: Self.key(person.word(at: $0)), person: number, start: $0)
            }
            guard state.isSorted else {
                state.tokens.append(contentsOf: tokens)
                return
            }
            for token in tokens {
                state.tokens.insert(token, at: Self.lowerBound(state.tokens, token.key))
            }
        }
    }

    /// Takes a patient out.
    func remove(_ id: String) { state.withLock { Self.remove(id, from: &$0) } }

    /// Puts many patients in at once; sorting happens once, at the end.
    func fill(_ people: some Sequence<Person>) {
        state.withLock { $0.isSorted = false }
        for person in people { put(person) }
        state.withLock { state in
            state.tokens.sort { $0.key < $1.key }
            state.isSorted = true
        }
    }

    /// The person with an id.
    package func person(_ id: String) -> Person? {
        state.withLock { state in state.numberByID[id].flatMap { state.people[Int($0)] } }
    }

    /// The patients that carry an identifier.
    package func ids(system: String, value: String) -> [String] {
        state.withLock { $0.idByIdentifier["\(system)|\(value)"] ?? [] }
    }

    /// The people that a query asks for, best match first, at most `limit` of them.
    ///
    /// - Parameter only: the one patient that may be found, where the caller may see only one.
    func find(_ query: PersonQuery, limit: Int, only: String?) -> Hits {
        guard !query.isEmpty else { return Hits(total: 0, people: []) }
        return state.withLock { state in
            var found: [(number: UInt32, exact: Int)] = []
            Self.candidates(query, state) { number in
                guard let person = state.people[Int(number)], only == nil || only == person.id,
                    let exact = Self.matches(query, person)
                else { return }
                found.append((number, exact))
            }
            let total = found.count
            let best = Self.best(found, limit: limit) { state.people[Int($0)] }
            return Hits(total: total, people: best.compactMap { state.people[Int($0)] })
        }
    }

    private static func remove(_ id: String, from state: inout State) {
        guard let number = state.numberByID.removeValue(forKey: id),
            let person = state.people[Int(number)]
        else { return }
        state.people[Int(number)] = nil
        for identifier in person.identifiers {
            state.idByIdentifier[identifier]?.removeAll { $0 == id }
            if state.idByIdentifier[identifier]?.isEmpty == true {
                state.idByIdentifier[identifier] = nil
            }
        }
        state.tokens.removeAll { $0.person == number }
    }

    /// Calls `visit` once for every person that the rarest word of the query, or a scan, brings up.
    private static func candidates(_ query: PersonQuery, _ state: State, visit: (UInt32) -> Void) {
        let ranges = query.words.filter { !isYear($0) }.map { range(of: $0, state.tokens) }
        guard let smallest = ranges.min(by: { $0.count < $1.count }) else {
            for number in state.people.indices { visit(UInt32(number)) }
            return
        }
        var seen: Set<UInt32> = []
        seen.reserveCapacity(min(smallest.count, 65_536))
        for token in state.tokens[smallest] where seen.insert(token.person).inserted {
            visit(token.person)
        }
    }

    private static func range(of word: [UInt8], _ tokens: [Token]) -> Range<Int> {
        let low = key(word[...])
        let bits = UInt64(min(word.count, 8)) * 8
        let high = bits == 64 ? low : low | (UInt64.max >> bits)
        let start = lowerBound(tokens, low)
        let end = high == .max ? tokens.count : lowerBound(tokens, high + 1)
        return start..<max(start, end)
    }

    private static func lowerBound(_ tokens: [Token], _ key: UInt64) -> Int {
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func key(_ word: ArraySlice<UInt8>) -> UInt64 {
        var key: UInt64 = 0
        for (index, byte) in word.prefix(8).enumerated() {
            key |= UInt64(byte) << UInt64(56 - 8 * index)
        }
        return key
    }

    private static func isYear(_ word: [UInt8]) -> Bool {
        word.count == 4 && word.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// How many words are matched in full, or nil if the person is not what is asked for.
    private static func matches(_ query: PersonQuery, _ person: Person) -> Int? {
        for birth in query.births {
            let year = Int(person.birthDay) / 10_000
            let month = Int(person.birthDay) / 100 % 100
            let day = Int(person.birthDay) % 100
            guard year == birth.year, birth.month == 0 || month == birth.month,
                birth.day == 0 || day == birth.day
            else { return nil }
        }
        var exact = 0
        for word in query.words {
            var isFound = false
            for start in person.wordStarts {
                let candidate = person.word(at: start)
                guard candidate.starts(with: word) else { continue }
                if candidate.count == word.count {
                    isFound = true
                    exact += 1
                    break
                }
                if !query.isExact { isFound = true }
            }
            if !isFound, isYear(word), Int32(String(decoding: word, as: UTF8.self))
                == person.birthDay / 10_000
            {
                isFound = true
            }
            guard isFound else { return nil }
        }
        return exact
    }

    /// The first `limit` in order of full matches, then of names, then of ids.
    private static func best(
        _ found: [(number: UInt32, exact: Int)], limit: Int, person: (UInt32) -> Person?
    ) -> [UInt32] {
        var ranked = found.map { one -> (order: UInt64, number: UInt32) in
            let letters = key((person(one.number)?.sortKey ?? [])[...]) >> 4
            return (UInt64(15 - min(one.exact, 15)) << 60 | letters, one.number)
        }
        if ranked.count > limit * 4 {
            // Only those that can come first are sorted: everything up to the limit-th order.
            var orders = ranked.map(\.order)
            let cut = nthSmallest(&orders, limit)
            ranked.removeAll { $0.order > cut }
        }
        ranked.sort { a, b in
            if a.order != b.order { return a.order < b.order }
            guard let left = person(a.number), let right = person(b.number) else { return false }
            if left.sortKey != right.sortKey {
                return left.sortKey.lexicographicallyPrecedes(right.sortKey)
            }
            return left.id < right.id
        }
        return ranked.prefix(limit).map(\.number)
    }

    /// The value at place `index` if `values` were sorted; quickselect with the middle as pivot.
    private static func nthSmallest(_ values: inout [UInt64], _ index: Int) -> UInt64 {
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = values[(low + high) / 2]
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if index <= right { high = right } else if index >= left { low = left } else { break }
        }
        return values[index]
    }
}
