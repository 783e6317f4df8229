import FHIRModel

/// Whether texts are what a search for a text asks for; made once and asked for many texts.
///
/// Spec: FHIR R4 search, string, https://hl7.org/fhir/R4/search.html#string
package struct TextTest: Sendable {
    private enum Kind {
        case start, end, exact, anywhere, wordStart, sound
    }

    private let kind: Kind
    private let pattern: BytePattern
    private let sounds: [String]

    /// Makes a test of what was typed.
    ///
    /// Without modifier a text must begin with it, letter case, marks and punctuation aside; with
    /// `text` one of the words of the text must. A search without letters and digits finds nothing,
    /// except with `exact`.
    ///
    /// - Parameter isPhonetic: whether each word must sound like one of the text instead.
    package init(_ typed: String, _ modifier: SearchModifier? = nil, isPhonetic: Bool = false) {
        kind =
            switch modifier {
            case .exact: .exact
            case .contains: .anywhere
            case .endsWith: .end
            case .text: .wordStart
            default: isPhonetic ? .sound : .start
            }
        pattern = BytePattern(kind == .exact ? Array(typed.utf8) : SearchText.fold(typed))
        sounds = kind == .sound ? Self.sounds(of: typed) : []
    }

    /// Whether a text is what is asked for.
    package func accepts(_ text: String) -> Bool {
        switch kind {
        case .exact: text.utf8.elementsEqual(pattern.bytes)
        case .sound:
            !sounds.isEmpty && Set(Self.sounds(of: text)).isSuperset(of: sounds)
        default: accepts(folded: SearchText.fold(text))
        }
    }

    /// Whether a text that was folded by ``FHIRModel/SearchText`` is what is asked for; false for
    /// `exact` and for sounds, which a folded text cannot answer.
    package func accepts(folded text: [UInt8]) -> Bool {
        guard !pattern.bytes.isEmpty else { return false }
        switch kind {
        case .start: return text.starts(with: pattern.bytes)
        case .end: return text.suffix(pattern.bytes.count).elementsEqual(pattern.bytes)
        case .anywhere: return pattern.isFound(in: text, atWord: false)
        case .wordStart: return pattern.isFound(in: text, atWord: true)
        case .exact, .sound: return false
        }
    }

    private static func sounds(of text: String) -> [String] {
        SearchText.words(text).compactMap {
            Phonetic.key(String(decoding: $0, as: UTF8.self))
        }
    }
}

/// Bytes that are looked for in others, in time that grows with the length of both alone.
///
/// Spec: Knuth, Morris and Pratt, https://doi.org/10.1137/0206024
struct BytePattern: Sendable {
    let bytes: [UInt8]
    /// How many of the bytes up to a place are also the first ones.
    private let overlaps: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var overlaps = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for place in bytes.indices.dropFirst() {
            while length > 0, bytes[place] != bytes[length] { length = overlaps[length - 1] }
            if bytes[place] == bytes[length] { length += 1 }
            overlaps[place] = length
        }
        self.overlaps = overlaps
    }

    /// Whether the bytes stand in a text, at the start of one of its words if that is asked.
    func isFound(in text: [UInt8], atWord: Bool) -> Bool {
        guard let first = bytes.first, text.count >= bytes.count else { return false }
        var length = 0
        for (place, byte) in text.enumerated() {
            while length > 0, byte != bytes[length] { length = overlaps[length - 1] }
            if length > 0 || byte == first { length += byte == bytes[length] ? 1 : 0 }
            guard length == bytes.count else { continue }
            let start = place + 1 - length
            if !atWord || start == 0 || text[start - 1] == 0x20 { return true }
            length = overlaps[length - 1]
        }
        return false
    }
}

/// Codes made alike for comparison.
package enum TokenText {
    /// A code as it is compared: without letter case.
    ///
    /// Spec: FHIR R4 search, token, https://hl7.org/fhir/R4/search.html#token
    package static func folded(_ code: String) -> String { code.lowercased() }

    /// Whether two codes are the same without letter case.
    package static func isSame(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        var (first, second) = (a.utf8.makeIterator(), b.utf8.makeIterator())
        while true {
            let (one, other) = (first.next(), second.next())
            guard let one, let other else { return one == nil && other == nil }
            if one >= 0x80 || other >= 0x80 { return folded(a) == folded(b) }
            if one == other { continue }
            guard one | 0x20 == other | 0x20, (one | 0x20) &- 0x61 < 26 else { return false }
        }
    }
}
