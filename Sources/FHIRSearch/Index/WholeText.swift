import FHIRModel

/// All that can be read in a resource, for `_text` and `_content`.
enum WholeText {
    /// Members whose values are no words.
    private static let silent: Set<String> = ["data", "hash", "reference", "url", "system", "id"]

    /// The texts of a resource, with line ends between.
    ///
    /// - Parameter isNarrativeOnly: whether only its narrative counts.
    static func of(_ resource: JSON, isNarrativeOnly: Bool) -> String {
        var out: [UInt8] = []
        if isNarrativeOnly {
            let div = resource["text"]?.string("div") ?? ""
            if !GeneratedNarrative.isGenerated(div: div) { append(markup: div, to: &out) }
            return String(decoding: out, as: UTF8.self)
        }
        resource.forEachString { key, text in
            guard let key, !silent.contains(key) else { return }
            guard key == "div" else { return append(text.utf8, to: &out) }
            // What was made out of the other elements says nothing that they do not say.
            if !GeneratedNarrative.isGenerated(div: text) { append(markup: text, to: &out) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The words of a text made alike for search, as far as an index keeps them, each once, with one
    /// space between.
    static func words(of text: String) -> String {
        let words = Set(SearchText.words(text).map { Array(TextQuery.kept($0[...])) }).sorted {
            $0.lexicographicallyPrecedes($1)
        }
        return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
    }

    private static func append(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        let room = IndexExtractor.wholeTextBytesMax - out.count
        guard room > 0 else { return }
        out += text.prefix(room)
        out.append(0x0A)
    }

    /// What stands between the tags of XHTML; a tag parts words.
    private static func append(markup: String, to out: inout [UInt8]) {
        var text: [UInt8] = []
        var rest = Substring(markup).utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "<"):
                rest = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst()
                text.append(0x20)
            case UInt8(ascii: "&"): text += character(&rest)
            default: text.append(byte)
            }
        }
        if !text.isEmpty { append(text, to: &out) }
    }

    /// The character that is written by its number behind an ampersand; a gap for one with a name,
    /// which is a sign and no letter in XML.
    private static func character(_ rest: inout Substring.UTF8View) -> [UInt8] {
        let name = rest.prefix(9).prefix { $0 != UInt8(ascii: ";") }
        guard name.count < 9, rest.count > name.count else { return [UInt8(ascii: "&")] }
        rest = rest.dropFirst(name.count + 1)
        var digits = Substring(name)
        guard digits.utf8.first == UInt8(ascii: "#") else { return [0x20] }
        digits = digits.dropFirst()
        let isHex = digits.utf8.first.map { $0 | 0x20 } == UInt8(ascii: "x")
        let number = UInt32(isHex ? digits.dropFirst() : digits, radix: isHex ? 16 : 10)
        guard let scalar = number.flatMap(Unicode.Scalar.init) else { return [0x20] }
        return Array(String(Character(scalar)).utf8)
    }
}
