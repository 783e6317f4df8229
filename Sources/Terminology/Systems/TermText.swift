import FHIRModel

/// Whether a concept is what a person typed: every word begins a word of one of its names, or the
/// code begins like the text.
package struct TermText: Sendable {
    private let words: [[UInt8]]
    private let code: String

    /// Reads what was typed.
    package init(_ text: String) {
        let typed = String(decoding: text.utf8.prefix(CodeSearch.textBytesMax), as: UTF8.self)
        words = Array(SearchText.words(typed).prefix(CodeSearch.wordsMax))
        code = typed.lowercased()
    }

    /// Whether it fits.
    package func accepts(_ concept: TermConcept) -> Bool {
        if words.isEmpty { return true }
        if concept.code.lowercased().hasPrefix(code) { return true }
        let parts = ([concept.display ?? ""] + concept.names).flatMap { SearchText.words($0) }
        return words.allSatisfy { word in parts.contains { $0.starts(with: word) } }
    }
}
