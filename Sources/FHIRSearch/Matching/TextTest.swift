import FHIRModel

/// Whether texts are what a search for a text asks for; made once and asked for many texts.
///
/// Spec: FHIR R4 search, string, https://hl7.org/fhir/R4/search.html#string
package struct TextTest: Sendable {
    private enum Kind {
        case start, exact, anywhere, wordStart, sound
    }

    private let kind: Kind
    private let wanted: [UInt8]
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
            case .text: .wordStart
            default: isPhonetic ? .sound : .start
            }
        wanted = kind == .exact ? Array(typed.utf8) : SearchText.fold(typed)
        sounds = kind == .sound ? Self.sounds(of: typed) : []
    }

    /// Whether a text is what is asked for.
    package func accepts(_ text: String) -> Bool {
        switch kind {
        case .exact: text.utf8.elementsEqual(wanted)
        case .sound:
            !sounds.isEmpty && Set(Self.sounds(of: text)).isSuperset(of: sounds)
        default: accepts(folded: SearchText.fold(text))
        }
    }

    /// Whether a text that was folded by ``FHIRModel/SearchText`` is what is asked for; false for
    /// `exact` and for sounds, which a folded text cannot answer.
    package func accepts(folded text: [UInt8]) -> Bool {
        guard !wanted.isEmpty else { return false }
        switch kind {
        case .start: return text.starts(with: wanted)
        case .anywhere: return Self.range(of: wanted, in: text, atWord: false)
        case .wordStart: return Self.range(of: wanted, in: text, atWord: true)
        case .exact, .sound: return false
        }
    }

    /// Whether words stand in a folded text, the last of them perhaps as the beginning of one.
    static func isWordStart(_ words: [UInt8], in text: [UInt8]) -> Bool {
        range(of: words, in: text, atWord: true)
    }

    private static func range(of wanted: [UInt8], in text: [UInt8], atWord: Bool) -> Bool {
        guard text.count >= wanted.count else { return false }
        return (0...text.count - wanted.count).contains { place in
            if atWord, place > 0, text[place - 1] != 0x20 { return false }
            return text[place...].starts(with: wanted)
        }
    }

    private static func sounds(of text: String) -> [String] {
        SearchText.words(text).compactMap {
            Phonetic.key(String(decoding: $0, as: UTF8.self))
        }
    }
}

/// Codes made alike for comparison.
package enum TokenText {
    /// A code as it is compared: without letter case.
    ///
    /// Spec: FHIR R4 search, token, https://hl7.org/fhir/R4/search.html#token
    package static func folded(_ code: String) -> String { code.lowercased() }
}
