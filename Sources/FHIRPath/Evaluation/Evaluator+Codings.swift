import Kernel

/// Functions that write texts in other alphabets and back.
///
/// Spec: FHIRPath, additional string functions,
/// https://hl7.org/fhirpath/#additional-string-functions
extension Evaluator {
    /// - Parameter form: the name of the alphabet or language.
    func coded(
        _ call: Call, _ text: String, _ form: String
    ) throws(FHIRPathError) -> [PathValue] {
        let result: String?
        switch (call.function, form) {
        case (.encode, "hex"): result = TextCoding.hex(text)
        case (.encode, "base64"): result = TextCoding.base64(text, isForURL: false)
        case (.encode, "urlbase64"): result = TextCoding.base64(text, isForURL: true)
        case (.encode, "ascii"):
            result = String(text.unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
        case (.decode, "hex"): result = TextCoding.unhex(text)
        case (.decode, "base64"): result = TextCoding.unbase64(text, isForURL: false)
        case (.decode, "urlbase64"): result = TextCoding.unbase64(text, isForURL: true)
        case (.escape, "html"): result = Markup.escaped(text)
        case (.escape, "json"): result = TextCoding.escapedJSON(text)
        case (.unescape, "html"): result = TextCoding.unescapedHTML(text)
        case (.unescape, "json"): result = TextCoding.unescapedJSON(text)
        default:
            let isCode = call.function == .encode || call.function == .decode
            throw FHIRPathError(
                .execution, at: call.place,
                "\(call.function.rawValue) takes "
                    + (isCode ? "'hex', 'base64', 'urlbase64' or 'ascii'." : "'html' or 'json'."))
        }
        guard let result else { return [] }
        return try self.text(result, call.place)
    }
}

/// Texts as hexadecimal digits, base64, HTML and JSON; nil for what is no such form.
enum TextCoding {
    static func hex(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func unhex(_ text: String) -> String? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(ofHex: digits[index]), let low = value(ofHex: digits[index + 1])
            else { return nil }
            out.append(high << 4 | low)
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func value(ofHex byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func alphabet(_ isForURL: Bool) -> [UInt8] {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return Array((letters + (isForURL ? "-_" : "+/")).utf8)
    }

    /// The bytes of a text in letters, with padding.
    ///
    /// Spec: RFC 4648, https://www.rfc-editor.org/rfc/rfc4648
    static func base64(_ text: String, isForURL: Bool) -> String {
        let alphabet = alphabet(isForURL)
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place) & 63)
                out.append(place <= group.count ? alphabet[index] : 0x3D)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func unbase64(_ text: String, isForURL: Bool) -> String? {
        var values = [UInt8](repeating: 255, count: 256)
        for (index, letter) in alphabet(isForURL).enumerated() {
            values[Int(letter)] = UInt8(index)
        }
        var digits = text.utf8.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        for _ in 0..<2 where digits.last == 0x3D { digits.removeLast() }
        guard digits.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value < 64 else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    static func unescapedHTML(_ text: String) -> String {
        var out = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "&", let end = rest.prefix(12).firstIndex(of: ";"),
                let meant = entity(String(rest[..<end]))
            else {
                out.unicodeScalars.append(scalar)
                continue
            }
            out.unicodeScalars.append(meant)
            rest = rest[rest.index(after: end)...]
        }
        return out
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        case "nbsp": return "\u{A0}"
        default: break
        }
        guard name.hasPrefix("#") else { return nil }
        let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
        return UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
            .flatMap { Unicode.Scalar($0) }
    }

    static func escapedJSON(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{8}": out += "\\b"
            case "\u{C}": out += "\\f"
            case _ where scalar.value < 0x20: out += "\\u" + hex(String(scalar)).padded(4)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    static func unescapedJSON(_ text: String) -> String? {
        var out = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            guard let kind = rest.popFirst() else { return nil }
            switch kind {
            case "n": out += "\n"
            case "r": out += "\r"
            case "t": out += "\t"
            case "b": out += "\u{8}"
            case "f": out += "\u{C}"
            case "u":
                guard let unit = hexUnit(&rest) else { return nil }
                guard unit & 0xFC00 == 0xD800 else {
                    out.unicodeScalars.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
                    continue
                }
                guard rest.popFirst() == "\\", rest.popFirst() == "u",
                    let low = hexUnit(&rest), low & 0xFC00 == 0xDC00,
                    let whole = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
                else { return nil }
                out.unicodeScalars.append(whole)
            default: out.unicodeScalars.append(kind)
            }
        }
        return out
    }

    private static func hexUnit(_ rest: inout Substring.UnicodeScalarView) -> UInt32? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
            return nil
        }
        rest = rest.dropFirst(4)
        return UInt32(String(digits), radix: 16)
    }
}

extension String {
    /// The text with zeros before it up to a width.
    fileprivate func padded(_ width: Int) -> String {
        String(repeating: "0", count: max(0, width - utf8.count)) + self
    }
}
