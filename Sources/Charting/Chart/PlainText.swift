/// Makes text that is safe to show from text and HTML of any origin.
package enum PlainText {
    /// The text with plain line ends and without control characters.
    package static func cleaned(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            defer { wasReturn = scalar == "\r" }
            switch scalar.value {
            case 0x0A where wasReturn: continue
            case 0x0D: out.append("\n")
            case 0x09, 0x0A: out.append(scalar)
            case 0x00...0x1F, 0x7F...0x9F, 0xFEFF: continue
            // Marks that turn the direction of text could hide what a note says.
            case 0x202A...0x202E, 0x2066...0x2069: continue
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    /// The words of an HTML document: no tags, no scripts and styles, blocks on lines of their own.
    package static func ofHTML(_ html: String) -> String {
        var reader = HTMLReader(html)
        return tidied(cleaned(reader.text()))
    }

    /// One space between words, at most one empty line between paragraphs.
    private static func tidied(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if words.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(words)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}

/// Walks over the bytes of an HTML document and keeps what a reader would see.
private struct HTMLReader {
    private let bytes: [UInt8]
    private var place = 0
    private var out: [UInt8] = []
    /// Whether a search found no further end of a tag, so that there is no need to search again.
    private var hasNoMoreEnds = false

    init(_ html: String) { bytes = Array(html.utf8) }

    mutating func text() -> String {
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "<"): tag()
            case UInt8(ascii: "&"): entity()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                out.append(UInt8(ascii: " "))
                place += 1
            default: keepByte()
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func keepByte() {
        out.append(bytes[place])
        place += 1
    }

    private mutating func tag() {
        if starts(with: "<!--") {
            skip(past: "-->")
            return
        }
        guard !hasNoMoreEnds, let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else {
            hasNoMoreEnds = true
            keepByte()
            return
        }
        let isClosing = place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "/")
        let nameStart = min(place + (isClosing ? 2 : 1), end)
        let nameBytes = bytes[nameStart..<end].prefix { isNameByte($0) }
        let name = String(decoding: nameBytes, as: UTF8.self).lowercased()
        guard !name.isEmpty || isClosing || isDeclaration(nameStart) else {
            // A lone `<` is text, as in "potassium < 3".
            keepByte()
            return
        }
        place = end + 1
        if Self.unseen.contains(name), !isClosing { skip(past: "</\(name)") }
        if Self.blocks.contains(name) {
            out.append(UInt8(ascii: "\n"))
        } else if name == "td" || name == "th" {
            out.append(UInt8(ascii: " "))
        }
    }

    private func isDeclaration(_ start: Int) -> Bool {
        guard start < bytes.count else { return false }
        return bytes[start] == UInt8(ascii: "!") || bytes[start] == UInt8(ascii: "?")
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
    }

    private func starts(with text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

    /// Moves behind the next place that has these bytes, letter case ignored; to the end if none.
    private mutating func skip(past text: String) {
        let wanted = Array(text.utf8)
        while place + wanted.count <= bytes.count {
            let isHere = wanted.indices.allSatisfy { index in
                let byte = bytes[place + index]
                return ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == wanted[index]
            }
            if isHere {
                place += wanted.count
                if wanted.last != UInt8(ascii: ">") { skip(past: ">") }
                return
            }
            place += 1
        }
        place = bytes.count
    }

    private mutating func entity() {
        let window = bytes[(place + 1)...].prefix(10)
        guard let end = window.firstIndex(of: UInt8(ascii: ";")),
            let scalar = Self.scalar(String(decoding: bytes[(place + 1)..<end], as: UTF8.self))
        else {
            keepByte()
            return
        }
        out.append(contentsOf: String(Character(scalar)).utf8)
        place = end + 1
    }

    private static func scalar(_ name: String) -> Unicode.Scalar? {
        if let known = entities[name] { return known }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let value =
            digits.first == "x" || digits.first == "X"
            ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init)
    }

    private static let unseen: Set = ["script", "style", "title", "template", "noscript", "svg"]
    private static let blocks: Set = [
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2",
        "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr",
        "ul",
    ]
    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "deg": "°",
        "micro": "µ", "ndash": "–", "mdash": "—", "le": "≤", "ge": "≥", "plusmn": "±",
        "rsquo": "’", "lsquo": "‘", "ldquo": "“", "rdquo": "”", "bull": "•", "middot": "·",
    ]
}

/// Reads base64 as FHIR attachments carry it.
package enum Base64Text {
    /// The first bytes of a base64 text; nil if it has a character that base64 does not have.
    ///
    /// The text may be the inside of a JSON string as written: spaces, line ends and the JSON
    /// escapes of a slash and of line ends are understood.
    ///
    /// Spec: RFC 4648 section 4, https://www.rfc-editor.org/rfc/rfc4648#section-4
    package static func decode(_ text: some Sequence<UInt8>, bytesMax: Int) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        var isEscaped = false
        for byte in text {
            guard out.count < bytesMax else { break }
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
                continue
            }
            if isEscaped {
                isEscaped = false
                if [0x6E, 0x72, 0x74].contains(byte) { continue }
                guard byte == UInt8(ascii: "/") else { return nil }
            }
            let value: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte) + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "="): return out
            default: return nil
            }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            out.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        }
        return out
    }
}
