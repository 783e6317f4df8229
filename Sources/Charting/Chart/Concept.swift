import FHIRModel

/// Reads CodeableConcepts: their words and their codes.
enum Concept {
    /// The words of a concept: its text, else the first display, else the first code.
    static func text(_ concept: JSON?) -> String? {
        guard let concept else { return nil }
        if let text = concept.string("text"), !text.isEmpty { return clipped(text) }
        guard let codings = concept["coding"]?.elements else { return nil }
        for coding in codings {
            if let display = coding.string("display"), !display.isEmpty { return clipped(display) }
        }
        for coding in codings {
            if let code = coding.string("code") { return clipped(code) }
        }
        return nil
    }

    /// The words of every concept of a list, joined with commas.
    static func texts(_ concepts: JSON?) -> String? {
        guard let concepts else { return nil }
        let all = concepts.elements.prefix(20).compactMap { text($0) }
        return all.isEmpty ? nil : clipped(all.joined(separator: ", "))
    }

    /// Whether a concept has a code, whatever its system.
    static func has(_ code: String, in concept: JSON?) -> Bool {
        concept?["coding"]?.elements.contains { $0["code"]?.equals(code) == true } ?? false
    }

    /// The first code of a concept; nil if it has none.
    static func code(_ concept: JSON?) -> String? {
        for coding in codings(concept) {
            if let code = coding.string("code") { return code }
        }
        return nil
    }

    /// The code of a concept in one system.
    static func code(_ concept: JSON?, system: String) -> String? {
        codings(concept).first { $0["system"]?.equals(system) == true }?.string("code")
    }

    /// The codings of a concept; none if it has none.
    static func codings(_ concept: JSON?) -> [JSON] {
        concept?["coding"].map { Array($0.elements.prefix(50)) } ?? []
    }

    /// The codings of every concept of a list.
    static func allCodings(_ concepts: JSON?) -> [JSON] {
        concepts.map { $0.elements.prefix(50).flatMap { codings($0) } } ?? []
    }

    /// A text of at most `ChartSummary.textCharactersMax` characters.
    static func clipped(_ text: String) -> String {
        guard text.utf8.count > ChartSummary.textCharactersMax,
            text.count > ChartSummary.textCharactersMax
        else { return text }
        return String(text.prefix(ChartSummary.textCharactersMax - 1)) + "…"
    }
}

extension JSONWriter {
    /// Writes a text or, if there is none, `null`.
    mutating func member(_ name: String, optional value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }
}

extension JSON {
    /// The first elements of a member that is an array; none if it is not.
    func list(_ name: String, max: Int) -> [JSON] {
        self[name].map { Array($0.elements.prefix(max)) } ?? []
    }
}
