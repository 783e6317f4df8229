/// Text made alike for search, so that a name is found however it is typed.
///
/// Letter case and marks do not count, letters with strokes and the special letters of tribal and
/// European orthographies become the plain letters people type for them, glottal stops and
/// apostrophes are passed over, and hyphens and other punctuation part words. Letters of other
/// scripts, such as Cherokee, stay.
package enum SearchText {
    /// The words of a text, folded, with one space between, as UTF-8.
    package static func fold(_ text: String) -> [UInt8] {
        Array(words(text).joined(separator: [0x20]))
    }

    /// The words of a text, each folded, as UTF-8; none is empty.
    package static func words(_ text: String) -> [[UInt8]] {
        text.utf8.allSatisfy { $0 < 0x80 } ? wordsOfASCII(text) : wordsOfUnicode(text)
    }

    private static func wordsOfASCII(_ text: String) -> [[UInt8]] {
        var words = WordList()
        let bytes = text.utf8
        var previous: UInt8 = 0x20
        for (index, byte) in zip(bytes.indices, bytes) {
            switch byte {
            case 0x61...0x7A, 0x30...0x39: words.append(byte)
            case 0x41...0x5A: words.append(byte | 0x20)
            case 0x27, 0x60: break
            case 0x3A:
                let next = bytes.index(after: index)
                let isInside = isLetter(previous) && next < bytes.endIndex && isLetter(bytes[next])
                if !isInside { words.endWord() }
            default: words.endWord()
            }
            previous = byte
        }
        return words.finished()
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func wordsOfUnicode(_ text: String) -> [[UInt8]] {
        var words = WordList()
        let scalars = Compatibility.scalars(of: text)
        for (index, scalar) in scalars.enumerated() {
            switch part(of: scalar) {
            case .plain(let letters): words.append(letters)
            case .nothing: break
            case .lengthSign:
                let next = index + 1 < scalars.count ? scalars[index + 1] : " "
                if !words.isInWord || !next.properties.isAlphabetic { words.endWord() }
            case .gap: words.endWord()
            }
        }
        return words.finished()
    }

    private enum Part {
        case plain(String)
        case nothing
        /// A colon or dot that marks a long sound between letters and is punctuation elsewhere.
        case lengthSign
        case gap
    }

    private static func part(of scalar: Unicode.Scalar) -> Part {
        if scalar == ":" || scalar == "\u{B7}" || scalar == "\u{A789}" { return .lengthSign }
        if silent.contains(scalar) { return .nothing }
        let lower = scalar.properties.lowercaseMapping
        if let only = lower.unicodeScalars.first, let letters = FoldingTable.letters[only] {
            return .plain(letters)
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .modifierLetter, .modifierSymbol:
            return .nothing
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber:
            return .plain(lower)
        default: return .gap
        }
    }

    /// Apostrophes, glottal stops and signs of stress that people leave out when they type.
    private static let silent = Set(
        ("'`\u{2018}\u{2019}\u{201B}\u{2032}\u{B4}\u{0241}\u{0242}\u{0294}\u{0295}\u{02A1}"
            + "\u{02A2}\u{A78B}\u{A78C}\u{A7BA}\u{A7BB}").unicodeScalars)
}

/// Collects the words of a text.
private struct WordList {
    private var words: [[UInt8]] = []
    private var word: [UInt8] = []

    var isInWord: Bool { !word.isEmpty }

    mutating func append(_ byte: UInt8) { word.append(byte) }

    mutating func append(_ letters: String) { word += letters.utf8 }

    mutating func endWord() {
        guard !word.isEmpty else { return }
        words.append(word)
        word = []
    }

    mutating func finished() -> [[UInt8]] {
        endWord()
        return words
    }
}

/// What is typed for letters that have no decomposition, in lower case.
private enum FoldingTable {
    static let letters: [Unicode.Scalar: String] = {
        var table: [Unicode.Scalar: String] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let plain = words.first else { continue }
            for scalar in words.dropFirst().joined().unicodeScalars {
                table[scalar] = String(plain)
            }
        }
        return table
    }()

    private static let lines = """
        a ⱥ ɑ ɐ
        ae æ
        b ƀ ɓ ƃ
        c ȼ ƈ ɕ
        d đ ɖ ɗ ƌ
        e ə ǝ ɛ ɘ ɇ ɜ
        f ƒ
        g ǥ ɠ ɡ ɣ
        h ħ ɦ ⱨ
        i ı ɨ ɪ
        j ɉ ȷ ʝ
        k ƙ ĸ ⱪ
        l ł ɬ ƚ ɫ ɭ ⱡ λ ꝉ
        n ŋ ɲ ƞ ɳ
        o ø ɔ ɵ
        oe œ
        p ƥ ᵽ
        q ɋ
        r ɍ ɾ ɽ
        s ſ ȿ
        sh ʃ
        ss ß
        t ŧ ⱦ ƭ ʈ
        th þ θ
        d ð
        tl ƛ
        u ʉ ʊ ʌ
        v ʋ
        w ⱳ
        x χ
        y ɏ ƴ
        z ƶ ʒ ʐ ⱬ
        """
}
