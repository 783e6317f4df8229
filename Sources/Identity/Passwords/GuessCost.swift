/// Estimates how soon a password is guessed by somebody who tries what people use: it is cut into
/// well-known words, names of the person and the clinic, years, rows of keys, repeats and the rest,
/// in the way that costs the guesser least.
struct GuessCost {
    /// What one piece costs a guesser, in bits.
    private enum Bits {
        static let listedWord = 11
        static let personalWord = 2
        static let run = 4
        static let year = 4
        static let digit = 3
        static let mark = 3
        static let letter = 5
    }

    private static let wordCharactersMax = 24
    private static let runCharactersMin = 3

    private let personal: Set<String>

    /// - Parameter personal: texts whose words everybody knows: the names of the person, the clinic.
    init(personal texts: [String]) {
        var words: Set<String> = ["tribal", "ehr", "tribalehr"]
        for text in texts {
            let parts = text.split { !$0.isLetter && !$0.isNumber }
            for part in parts + [Substring(text)] {
                let word = Self.text(Self.plain(Self.folded(String(part))))
                if word.unicodeScalars.count >= 3 { words.insert(word) }
            }
        }
        personal = words
    }

    /// The text in small letters, without marks between letters.
    static func folded(_ text: String) -> [Unicode.Scalar] {
        Array(text.lowercased().unicodeScalars)
    }

    /// The cheapest description of a password, in bits.
    func bits(of password: String) -> Int {
        let scalars = Self.unit(Self.folded(password))
        return min(cheapest(scalars), cheapest(Self.plain(scalars)))
    }

    /// The shortest piece that gives the text when it is repeated.
    private static func unit(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        for length in 1..<max(2, text.count / 2 + 1) {
            let isRepeat = text.indices.allSatisfy { text[$0] == text[$0 % length] }
            if isRepeat { return Array(text[..<length]) }
        }
        return text
    }

    /// The text with the digits and marks that stand for letters put back.
    private static func plain(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.map { disguises[$0] ?? $0 }
    }

    private static let disguises: [Unicode.Scalar: Unicode.Scalar] = [
        "@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t",
    ]

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars { view.append(scalar) }
        return String(view)
    }

    /// The cheapest way to cut the text into pieces, found from its start to its end.
    private func cheapest(_ text: [Unicode.Scalar]) -> Int {
        var best = [Int](repeating: .max, count: text.count + 1)
        best[0] = 0
        for start in text.indices {
            let soFar = best[start]
            func offer(_ end: Int, _ bits: Int) { best[end] = min(best[end], soFar + bits) }
            offer(start + 1, Self.single(text[start]))
            for length in 3...Self.wordCharactersMax where start + length <= text.count {
                let word = Self.text(text[start..<(start + length)])
                if personal.contains(word) { offer(start + length, Bits.personalWord) }
                if FirstGuesses.all.contains(word) { offer(start + length, Bits.listedWord) }
                if Self.repeats(text, at: start, length) { offer(start + length, Bits.run) }
            }
            if Self.isYear(text, at: start) { offer(start + 4, Bits.year) }
            let run = Self.run(text, from: start)
            if run >= Self.runCharactersMin { offer(start + run, Bits.run) }
        }
        return best[text.count]
    }

    private static func single(_ scalar: Unicode.Scalar) -> Int {
        if scalar.properties.numericType == .decimal { return Bits.digit }
        return scalar.properties.isAlphabetic ? Bits.letter : Bits.mark
    }

    /// Whether as many characters as given are those that stand just before them.
    private static func repeats(_ text: [Unicode.Scalar], at start: Int, _ length: Int) -> Bool {
        start >= length
            && text[(start - length)..<start].elementsEqual(text[start..<(start + length)])
    }

    /// Whether a year stands by itself at a place; in a long number it means nothing.
    private static func isYear(_ text: [Unicode.Scalar], at start: Int) -> Bool {
        let isAlone = [start - 1, start + 4].allSatisfy {
            !text.indices.contains($0) || text[$0].properties.numericType != .decimal
        }
        guard isAlone, let year = Int(Self.text(text[start...].prefix(4))) else { return false }
        return (1900...2099).contains(year)
    }

    /// How many characters from a place on repeat one character, count up or down, or follow a row
    /// of keys.
    private static func run(_ text: [Unicode.Scalar], from start: Int) -> Int {
        var longest = 1
        for step in [0, 1, -1] as [Int64] {
            var end = start + 1
            while end < text.count, Int64(text[end].value) - Int64(text[end - 1].value) == step {
                end += 1
            }
            longest = max(longest, end - start)
        }
        for row in keyRows {
            for index in row.indices where row[index] == text[start] {
                var length = 1
                while start + length < text.count, index + length < row.count,
                    text[start + length] == row[index + length]
                {
                    length += 1
                }
                longest = max(longest, length)
            }
        }
        return longest
    }

    /// Rows of keys in both directions.
    private static let keyRows: [[Unicode.Scalar]] = {
        let rows = [
            "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertz", "azerty",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()",
        ].map { Array($0.unicodeScalars) }
        return rows + rows.map { $0.reversed() }
    }()
}
