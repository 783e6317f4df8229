/// The signs that part values, and the backslash that makes them plain.
///
/// Spec: FHIR R4 search, escaping, https://hl7.org/fhir/R4/search.html#escaping
enum SearchEscapes {
    private static let backslash = UInt8(ascii: "\\")

    /// The pieces between signs that have no backslash in front, escapes left as they are.
    static func pieces(_ text: Substring, by sign: UInt8) -> [Substring] {
        var pieces: [Substring] = []
        var start = text.startIndex
        var index = start
        let bytes = text.utf8
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] == backslash, next < bytes.endIndex {
                index = bytes.index(after: next)
                continue
            }
            if bytes[index] == sign {
                pieces.append(text[start..<index])
                start = next
            }
            index = next
        }
        pieces.append(text[start...])
        return pieces
    }

    /// The text without the backslashes in front of the four signs.
    static func plain(_ text: Substring) -> String {
        guard text.utf8.contains(backslash) else { return String(text) }
        var out: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            if !isEscaped, byte == backslash {
                isEscaped = true
                continue
            }
            let isSign = byte == 0x2C || byte == 0x24 || byte == 0x7C || byte == backslash
            if isEscaped, !isSign { out.append(backslash) }
            out.append(byte)
            isEscaped = false
        }
        if isEscaped { out.append(backslash) }
        return String(decoding: out, as: UTF8.self)
    }

    /// The text with a backslash in front of each of the four signs.
    static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte == 0x2C || byte == 0x24 || byte == 0x7C || byte == backslash {
                out.append(backslash)
            }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
