/// One code system of the table.
package struct TableSystem: Sendable {
    private enum Field: Int {
        case key, url, title, version, licence, content, traits, count, codes, order, tails, heads
        case parents, ends, flags, ranks, lengths, namesCount, names, factsCount, facts
        case wordsCount, words, likesCount, likes, source
    }

    /// More concepts than any system here has: bounds reads of a damaged table.
    static let conceptsMax = 1_000_000
    private static let headsMax = 12

    let table: CodeTable
    private let place: Int
    /// How many concepts are here.
    package let count: Int
    private let codesAt: Int
    private let orderAt: Int
    private let flagsAt: Int
    private let ranksAt: Int
    private let lengthsAt: Int

    init(table: CodeTable, place: Int) {
        self.table = table
        self.place = place
        func field(_ field: Field) -> Int { table.word(place + field.rawValue * 4) }
        let claimed = field(.count)
        codesAt = field(.codes)
        orderAt = field(.order)
        flagsAt = field(.flags)
        ranksAt = field(.ranks)
        lengthsAt = field(.lengths)
        let isSound = claimed <= Self.conceptsMax && codesAt + claimed * 4 <= table.bytes.count
        count = isSound ? claimed : 0
    }

    private func field(_ field: Field) -> Int { table.word(place + field.rawValue * 4) }

    /// The word that names the system in our own addresses, such as `icd-10-cm`.
    package var key: String { table.string(field(.key)) }
    /// The address.
    package var url: String { table.string(field(.url)) }
    /// The name for people.
    package var title: String { table.string(field(.title)) }
    /// The version, if the source has one.
    package var version: String? {
        let text = table.string(field(.version))
        return text.isEmpty ? nil : text
    }
    /// Who owns it, and under which licence it is here.
    package var licence: String { table.string(field(.licence)) }
    /// Where the codes were taken from.
    package var source: String { table.string(field(.source)) }
    /// Whether every concept is here.
    package var isComplete: Bool { field(.content) == 0 }
    /// Whether letter case counts in its codes.
    package var isCaseSensitive: Bool { field(.traits) & 1 != 0 }
    /// Whether a lower concept is a higher one.
    package var isHierarchyOfKinds: Bool { field(.traits) & 2 != 0 }

    // MARK: Concepts by their number

    /// The number of the concept with a code; letter case counts.
    func number(of code: String) -> Int? {
        var code = code
        return code.withUTF8 { wanted in
            CodeTable.search(count) {
                CodeTable.order(codeBytes(ordered($0)), UnsafeRawBufferPointer(wanted))
            }.map(ordered)
        }
    }

    /// The numbers of the concepts whose codes begin with some bytes, in the order of their codes.
    func numbers(codePrefix prefix: [UInt8], countMax: Int) -> [Int] {
        prefix.withUnsafeBytes { wanted in
            let start = CodeTable.firstNotBefore(count) {
                CodeTable.order(codeBytes(ordered($0)), wanted)
            }
            var found: [Int] = []
            for index in start..<count where found.count < countMax {
                let number = ordered(index)
                let code = codeBytes(number)
                guard code.count >= wanted.count,
                    code.prefix(wanted.count).elementsEqual(wanted)
                else { break }
                found.append(number)
            }
            return found
        }
    }

    private func ordered(_ index: Int) -> Int { table.word(orderAt + index * 4) }

    func codeBytes(_ number: Int) -> UnsafeRawBufferPointer {
        table.text(table.word(codesAt + number * 4))
    }

    func code(_ number: Int) -> String { String(decoding: codeBytes(number), as: UTF8.self) }

    /// What the concept is called: its own text behind that of the concept it begins with.
    func display(_ number: Int) -> String {
        var parts: [String] = []
        var current = number
        for _ in 0..<Self.headsMax {
            guard current < count else { break }
            parts.append(table.string(table.word(field(.tails) + current * 4)))
            let head = table.word(field(.heads) + current * 4)
            guard head > 0 else { break }
            current = head - 1
        }
        return parts.reversed().joined()
    }

    func parent(_ number: Int) -> Int? {
        let parent = number < count ? table.word(field(.parents) + number * 4) : 0
        return parent > 0 && parent <= count ? parent - 1 : nil
    }

    /// The first concept behind all that is below one.
    func end(_ number: Int) -> Int {
        guard number < count else { return number }
        return min(count, max(number + 1, table.word(field(.ends) + number * 4)))
    }

    func isAbstract(_ number: Int) -> Bool { table.byte(flagsAt + number) & 1 != 0 }
    func isInactive(_ number: Int) -> Bool { table.byte(flagsAt + number) & 2 != 0 }
    func flags(_ number: Int) -> UInt8 { table.byte(flagsAt + number) }
    func rank(_ number: Int) -> Int { Int(table.byte(ranksAt + number)) }
    func wordCount(_ number: Int) -> Int { Int(table.byte(lengthsAt + number)) }

    /// The other names of a concept.
    func names(_ number: Int) -> [String] {
        rows(number, field(.names), field(.namesCount), width: 2).map {
            table.string(table.word($0 + 4))
        }
    }

    /// The properties of a concept.
    func facts(_ number: Int) -> [(name: String, value: String)] {
        rows(number, field(.facts), field(.factsCount), width: 3).map {
            (table.string(table.word($0 + 4)), table.string(table.word($0 + 8)))
        }
    }

    /// The places of the rows of `width` words that begin with a number.
    private func rows(_ number: Int, _ start: Int, _ count: Int, width: Int) -> [Int] {
        var index = CodeTable.firstNotBefore(count) {
            table.word(start + $0 * width * 4) - number
        }
        var places: [Int] = []
        while index < count, table.word(start + index * width * 4) == number {
            places.append(start + index * width * 4)
            index += 1
        }
        return places
    }

    // MARK: Words

    /// The rows of the words that begin with some bytes.
    func words(prefix: [UInt8]) -> Range<Int> {
        let (start, count) = (field(.words), field(.wordsCount))
        return prefix.withUnsafeBytes { wanted in
            let first = CodeTable.firstNotBefore(count) {
                CodeTable.order(table.text(table.word(start + $0 * 12)), wanted)
            }
            var high = count
            var low = first
            while low < high {
                let middle = (low + high) / 2
                let word = table.text(table.word(start + middle * 12))
                let begins =
                    word.count >= wanted.count && word.prefix(wanted.count).elementsEqual(wanted)
                if begins { low = middle + 1 } else { high = middle }
            }
            return first..<low
        }
    }

    /// Whether the word of a row is exactly these bytes.
    func isWord(_ row: Int, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes {
            CodeTable.order(table.text(table.word(field(.words) + row * 12)), $0) == 0
        }
    }

    /// The bytes of the postings of the word of a row.
    func postings(_ row: Int) -> UnsafeRawBufferPointer {
        let at = field(.words) + row * 12
        let (start, count) = (table.word(at + 4), table.word(at + 8))
        guard start + count <= table.bytes.count else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(rebasing: table.bytes[start..<(start + count)])
    }

    /// The phrases that a word of everyday speech stands for.
    ///
    /// - Parameter isBegun: whether the word may still be on its way to one of the list.
    func likes(_ word: [UInt8], isBegun: Bool) -> [String] {
        let (start, count) = (field(.likes), field(.likesCount))
        return word.withUnsafeBytes { wanted in
            var found: [String] = []
            for index in 0..<min(count, 4_096) {
                let like = table.text(table.word(start + index * 8))
                let fits =
                    isBegun
                    ? like.count >= wanted.count && like.prefix(wanted.count).elementsEqual(wanted)
                    : CodeTable.order(like, wanted) == 0
                if fits { found.append(table.string(table.word(start + index * 8 + 4))) }
            }
            return found
        }
    }
}
