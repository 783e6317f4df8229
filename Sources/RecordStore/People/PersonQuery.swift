import FHIRModel
package import Kernel

/// What somebody typed to find a patient: words in any order, dates of birth, digits.
package struct PersonQuery: Sendable, Equatable {
    /// A date of birth with the parts that were typed; zero for those that were not.
    package struct Birth: Sendable, Equatable {
        package let year: Int
        package let month: Int
        package let day: Int
    }

    /// Longest text that is looked at, in bytes.
    package static let textBytesMax = 200
    private static let wordsCountMax = 8

    /// Folded words; each is the start of a word of the name or of the MRN.
    package var words: [[UInt8]] = []
    /// Dates of birth that were typed.
    package var births: [Birth] = []
    /// Whether a word must be equal rather than the start of one.
    package var isExact = false

    /// Whether nothing was asked.
    package var isEmpty: Bool { words.isEmpty && births.isEmpty }

    /// Reads what somebody typed.
    ///
    /// Understood dates: `1980-02-25`, `1980-02`, `02/25/1980`, `2/25/80`, `25-Feb-1980`. Four
    /// digits alone are the start of an MRN or a year of birth.
    /// - Throws: ``Problem`` `.tooLong` over ``textBytesMax``.
    package init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw Problem(
                .tooLong, "Search with at most \(Self.textBytesMax) letters.", location: "q")
        }
        for part in text.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
            if let birth = Self.birth(part) {
                births.append(birth)
            } else {
                words.append(contentsOf: Self.withoutPrefix(SearchText.words(String(part))))
            }
        }
        words = Array(words.prefix(Self.wordsCountMax))
        births = Array(births.prefix(2))
    }

    /// Asks for words of the name alone, as FHIR's `name` parameter does.
    package init(nameWords text: String, isExact: Bool) {
        words = Array(SearchText.words(String(text.prefix(Self.textBytesMax))).prefix(8))
        self.isExact = isExact
    }

    /// The words of a number without the letters in front, such as `0000015` of `TRB-0000015`, so that
    /// whoever types two letters of a name does not find everybody with such a number.
    static func withoutPrefix(_ words: [[UInt8]]) -> [[UInt8]] {
        guard words.count == 2, words[0].count <= 4,
            words[0].allSatisfy({ 0x61...0x7A ~= $0 }),
            words[1].contains(where: { 0x30...0x39 ~= $0 })
        else { return words }
        return [words[1]]
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func birth(_ part: Substring) -> Birth? {
        let pieces = part.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "/" }
        guard pieces.count == 2 || pieces.count == 3 else { return nil }
        if pieces.count == 2 {
            guard let year = number(pieces[0], 4), let month = number(pieces[1], 2) else {
                return nil
            }
            return checked(year, month, 0)
        }
        if let year = number(pieces[0], 4), let month = number(pieces[1], 2),
            let day = number(pieces[2], 2)
        {
            return checked(year, month, day)
        }
        guard let year = year(pieces[2]) else { return nil }
        if let index = months.firstIndex(of: pieces[1].prefix(3).lowercased()),
            let day = number(pieces[0], 2)
        {
            return checked(year, index + 1, day)
        }
        guard let month = number(pieces[0], 2), let day = number(pieces[1], 2) else { return nil }
        return checked(year, month, day)
    }

    private static func number(_ text: Substring, _ digitsMax: Int) -> Int? {
        guard !text.isEmpty, text.utf8.count <= digitsMax,
            digitsMax < 4 || text.utf8.count == 4,
            text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        return Int(text)
    }

    private static func year(_ text: Substring) -> Int? {
        if let full = number(text, 4) { return full }
        guard text.utf8.count == 2, let short = number(text, 2) else { return nil }
        return short <= 26 ? 2_000 + short : 1_900 + short
    }

    private static func checked(_ year: Int, _ month: Int, _ day: Int) -> Birth? {
        guard (1...12).contains(month), (0...31).contains(day), year >= 1_800 else { return nil }
        return Birth(year: year, month: month, day: day)
    }
}
