/// The rules for the XHTML of a narrative: only formatting, nothing that acts.
///
/// Spec: FHIR R4, narrative, https://hl7.org/fhir/R4/narrative.html#xhtml
enum Narrative {
    private static let elements: Set<String> = [
        "p", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "a", "span", "b", "em", "i", "strong",
        "small", "big", "tt", "dfn", "q", "var", "abbr", "acronym", "cite", "blockquote", "hr",
        "address", "bdo", "kbd", "sub", "sup", "dl", "dt", "dd", "ul", "ol", "li", "pre", "table",
        "caption", "colgroup", "col", "thead", "tr", "tfoot", "tbody", "th", "td", "code", "samp",
        "img", "map", "area", "u", "ins", "del",
    ]
    private static let attributes: Set<String> = [
        "title", "style", "class", "id", "lang", "xml:lang", "xml:space", "dir", "accesskey",
        "tabindex", "span", "width", "align", "valign", "char", "charoff", "abbr", "axis",
        "headers", "scope", "rowspan", "colspan", "href", "hreflang", "name", "rel", "rev", "src",
        "longdesc", "height", "usemap", "ismap", "alt", "shape", "coords", "nohref", "summary",
        "border", "cellpadding", "cellspacing", "frame", "rules", "start", "type", "value",
        "charset", "cite", "datetime", "xmlns", "xmlns:xhtml", "bgcolor", "nowrap", "target",
    ]

    /// Whether every value is a `div` of allowed elements and attributes that has content.
    static func isSound(
        _ values: [PathValue], _ evaluator: Evaluator, _ place: Place
    ) throws(FHIRPathError) -> Bool {
        for value in values {
            guard case .string(let text) = evaluator.plain(value) else { return false }
            try evaluator.charge(1 + text.utf8.count / 4, place)
            var reader = NarrativeReader(text)
            guard reader.isSound(elements, attributes) else { return false }
        }
        return true
    }
}

/// Walks over XHTML without building it.
private struct NarrativeReader {
    private let bytes: [UInt8]
    private var position = 0
    private var open: [String] = []
    private var hasContent = false

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func isSound(_ elements: Set<String>, _ attributes: Set<String>) -> Bool {
        skipSpace()
        var isFirst = true
        while position < bytes.count {
            if bytes[position] == 0x3C {
                guard tag(elements, attributes, isFirst: isFirst) else { return false }
                isFirst = false
                if open.isEmpty { break }
            } else {
                guard !open.isEmpty else { return false }
                if !Self.isSpace(bytes[position]) { hasContent = true }
                position += 1
            }
        }
        skipSpace()
        return open.isEmpty && !isFirst && position == bytes.count && hasContent
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private func starts(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { return false }
        for index in 0..<length where bytes[position + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    private mutating func tag(
        _ elements: Set<String>, _ attributes: Set<String>, isFirst: Bool
    ) -> Bool {
        if starts("<!--") {
            while position < bytes.count, !starts("-->") { position += 1 }
            position += 3
            return position <= bytes.count && !isFirst
        }
        position += 1
        let isEnd = position < bytes.count && bytes[position] == 0x2F
        if isEnd { position += 1 }
        let element = name()
        guard elements.contains(element), !isFirst || element == "div" else { return false }
        if isEnd {
            skipSpace()
            guard take(0x3E), open.last == element else { return false }
            open.removeLast()
            return true
        }
        guard self.attributes(attributes) else { return false }
        if element == "img" { hasContent = true }
        if take(0x2F) { return take(0x3E) }
        open.append(element)
        return take(0x3E) && open.count <= 100
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func name() -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isPart =
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x3A || byte == 0x2D
            guard isPart else { break }
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func attributes(_ allowed: Set<String>) -> Bool {
        while true {
            skipSpace()
            guard position < bytes.count else { return false }
            if bytes[position] == 0x3E || bytes[position] == 0x2F { return true }
            guard allowed.contains(name()) else { return false }
            skipSpace()
            guard take(0x3D) else { return false }
            skipSpace()
            guard position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x27 else {
                return false
            }
            let quote = bytes[position]
            position += 1
            let start = position
            while position < bytes.count, bytes[position] != quote, bytes[position] != 0x3C {
                position += 1
            }
            let value = bytes[start..<position]
            guard take(quote), !Self.acts(value) else { return false }
        }
    }

    /// Whether an address would run a script.
    private static func acts(_ value: ArraySlice<UInt8>) -> Bool {
        let letters = value.filter { !isSpace($0) }.prefix(11).map { $0 | 0x20 }
        return letters.starts(with: "javascript:".utf8.map { $0 | 0x20 })
    }
}
