import FHIRModel

/// Finds concepts of a system by what a person types: parts of words in any order, words of everyday
/// speech, or a code.
///
/// What is found is ordered: the code that was typed, what can be used before what only groups, what
/// is usual in primary care, names that fit closely, short names.
package struct CodeSearch: Sendable {
    /// One concept that fits.
    package struct Hit: Sendable {
        /// The concept.
        package let concept: TermConcept
        /// The other name that fits where the display itself does not; nil otherwise.
        package let matchedName: String?
    }

    /// What was found.
    package struct Result: Sendable {
        /// How many fit.
        package let total: Int
        /// The best of them, from the offset on.
        package let hits: [Hit]
    }

    /// Bytes of a text that are looked at.
    package static let textBytesMax = 200
    /// Words of a text that are looked at.
    package static let wordsMax = 12
    /// How many of the best are looked at closely.
    private static let closeCountMax = 400
    private static let codesMax = 2_000

    private let system: TableSystem

    /// Searches in a system.
    package init(_ system: TableSystem) { self.system = system }

    /// What fits a text.
    ///
    /// - Parameters:
    ///   - text: what was typed; an empty one finds what is usual.
    ///   - onlyUsable: leaves out what only groups others and what is no longer used.
    ///   - offset: how many of the best are passed over; at most some hundreds are in good order.
    package func find(
        _ text: String, countMax: Int, offset: Int = 0, onlyUsable: Bool = false
    ) -> Result {
        let typed = String(decoding: text.utf8.prefix(Self.textBytesMax), as: UTF8.self)
        let words = Array(SearchText.words(typed).prefix(Self.wordsMax))
        let codes = codeNumbers(typed)
        var found = words.isEmpty ? NumberSet(count: system.count) : matching(words)
        for number in codes.all { found.insert(number) }
        if words.isEmpty { for number in 0..<system.count { found.insert(number) } }
        let ranked = ranked(found, codes.first, onlyUsable: onlyUsable)
        let close = ranked.numbers.map { number in
            Scored(number, closeScore(number, words, codes.first), system.wordCount(number))
        }.sorted()
        let hits = close.dropFirst(offset).prefix(countMax).map { scored in
            Hit(
                concept: TableSource(system).concept(at: scored.number),
                matchedName: matchedName(scored.number, words))
        }
        return Result(total: ranked.total, hits: Array(hits))
    }

    /// Every concept in which all words occur, in the order of the system.
    func numbers(fitting text: String) -> NumberSet {
        let words = Array(SearchText.words(text).prefix(Self.wordsMax))
        var found = matching(words)
        for number in codeNumbers(text).all { found.insert(number) }
        return found
    }

    // MARK: Words

    private func matching(_ words: [[UInt8]]) -> NumberSet {
        var found: NumberSet?
        for (index, word) in words.enumerated() {
            let one = matching(word, isLast: index == words.count - 1)
            if found == nil { found = one } else { found?.formIntersection(one) }
        }
        return found ?? NumberSet(count: system.count)
    }

    /// What a word finds: concepts with a word that begins like it, or with all words of a phrase
    /// that it stands for.
    private func matching(_ word: [UInt8], isLast: Bool) -> NumberSet {
        var found = plain(word)
        for phrase in system.likes(word, isBegun: isLast && word.count >= 4) {
            var all: NumberSet?
            for part in SearchText.words(phrase) {
                let one = plain(part)
                if all == nil { all = one } else { all?.formIntersection(one) }
            }
            if let all { found.formUnion(all) }
        }
        return found
    }

    private func plain(_ word: [UInt8]) -> NumberSet {
        var found = NumberSet(count: system.count)
        for row in system.words(prefix: word) { found.insert(postings: system.postings(row)) }
        return found
    }

    // MARK: Codes

    /// The concepts that a text names by the beginning of their code; the first is the code itself.
    ///
    /// Letter case does not count, and ICD-10-CM's dot may be left out.
    private func codeNumbers(_ text: String) -> (first: Int?, all: [Int]) {
        let plain = text.filter { !$0.isWhitespace }
        guard !plain.isEmpty, plain.utf8.count <= 32, plain.utf8.count == text.utf8.count else {
            return (nil, [])
        }
        var spellings = [plain, plain.uppercased(), plain.lowercased()]
        if system.key == "icd-10-cm", !plain.contains("."), plain.utf8.count > 3 {
            let upper = plain.uppercased()
            spellings.append("\(upper.prefix(3)).\(upper.dropFirst(3))")
        }
        var all: [Int] = []
        var exact: Int?
        for spelling in Set(spellings).sorted() {
            exact = exact ?? system.number(of: spelling)
            let isLong = spelling.utf8.count >= 2 && spelling.utf8.contains { $0 &- 0x30 < 10 }
            guard isLong else { continue }
            all += system.numbers(codePrefix: Array(spelling.utf8), countMax: Self.codesMax)
        }
        if let exact { all.append(exact) }
        return (exact, all)
    }

    // MARK: Order

    private struct Scored: Comparable {
        let number: Int
        let score: Int
        let length: Int

        init(_ number: Int, _ score: Int, _ length: Int) {
            self.number = number
            self.score = score
            self.length = length
        }

        static func < (a: Scored, b: Scored) -> Bool {
            if a.score != b.score { return a.score > b.score }
            return a.length == b.length ? a.number < b.number : a.length < b.length
        }
    }

    private static let roughMax = 1_024

    /// The most promising of a set, and how many there are.
    private func ranked(
        _ found: NumberSet, _ exact: Int?, onlyUsable: Bool
    ) -> (total: Int, numbers: [Int]) {
        var counts = [Int](repeating: 0, count: Self.roughMax + 1)
        var numbers: [(Int, Int)] = []
        found.forEach { number in
            guard !onlyUsable || system.flags(number) == 0 else { return }
            let rough = min(Self.roughMax, roughScore(number, exact))
            counts[rough] += 1
            numbers.append((number, rough))
        }
        var least = Self.roughMax
        var sum = counts[least]
        while least > 0, sum < Self.closeCountMax {
            least -= 1
            sum += counts[least]
        }
        var best = numbers.filter { $0.1 > least }.map(\.0)
        best += numbers.lazy.filter { $0.1 == least }.map(\.0).prefix(
            max(0, Self.closeCountMax - best.count))
        return (numbers.count, best)
    }

    private func roughScore(_ number: Int, _ exact: Int?) -> Int {
        if number == exact { return Self.roughMax }
        let flags = system.flags(number)
        let usable = flags & 2 != 0 ? 0 : flags & 1 != 0 ? 60 : 160
        return usable + system.rank(number) * 2 + max(0, 40 - system.wordCount(number))
    }

    private func closeScore(_ number: Int, _ words: [[UInt8]], _ exact: Int?) -> Int {
        if number == exact { return 100_000 }
        let flags = system.flags(number)
        var score = (flags & 2 != 0 ? 0 : flags & 1 != 0 ? 100 : 250) + system.rank(number)
        let names = [system.display(number)] + system.names(number)
        var best = 0
        for (index, name) in names.enumerated() {
            best = max(best, fit(name, words) - (index == 0 ? 0 : 10))
        }
        score += best
        return words.isEmpty ? score : score - min(40, system.wordCount(number))
    }

    /// How closely a name fits: all words, in their order, from the beginning, nothing more.
    private func fit(_ name: String, _ words: [[UInt8]]) -> Int {
        let parts = SearchText.words(name)
        guard !parts.isEmpty, !words.isEmpty else { return 0 }
        var score = 0
        var found = 0
        for word in words {
            guard let place = parts.firstIndex(where: { $0.starts(with: word) }) else { continue }
            found += 1
            score += parts[place].count == word.count ? 12 : 6
            if place == 0 { score += 10 }
        }
        guard found == words.count else { return score / 2 }
        score += 60
        if parts.count == words.count { score += 200 }
        if zip(parts, words).allSatisfy({ $0.starts(with: $1) }) { score += 40 }
        return score
    }

    /// The other name that holds all words where the display does not.
    private func matchedName(_ number: Int, _ words: [[UInt8]]) -> String? {
        func holds(_ name: String) -> Bool {
            let parts = SearchText.words(name)
            return words.allSatisfy { word in parts.contains { $0.starts(with: word) } }
        }
        guard !words.isEmpty, !holds(system.display(number)) else { return nil }
        return system.names(number).first(where: holds)
    }
}
