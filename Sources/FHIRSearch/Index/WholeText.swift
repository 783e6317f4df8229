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
            append(markup: resource["text"]?.string("div") ?? "", to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        resource.forEachString { key, text in
            guard let key, !silent.contains(key) else { return }
            append(markup: key == "div" ? text : "", to: &out)
            if key != "div" { append(text.utf8, to: &out) }
        }
        return String(decoding: out, as: UTF8.self)
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
        var isTag = false
        for byte in markup.utf8 {
            switch byte {
            case UInt8(ascii: "<"):
                isTag = true
                text.append(0x20)
            case UInt8(ascii: ">"): isTag = false
            default: if !isTag { text.append(byte) }
            }
        }
        if !text.isEmpty { append(text, to: &out) }
    }
}
