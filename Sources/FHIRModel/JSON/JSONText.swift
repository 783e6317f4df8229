/// Strings of JSON: unescaping, and escaping no more than the standard asks.
enum JSONText {
    /// The longest form of one byte of a text: `\u0041`.
    static let escapeBytesMax = 6

    /// The UTF-8 of a string's content; half a surrogate pair becomes U+FFFD.
    static func unescaped(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            guard content[index] == 0x5C else {
                out.append(content[index])
                index += 1
                continue
            }
            let (unit, length) = escape(content, at: index)
            if unit < 0x80 {
                out.append(UInt8(unit))
            } else {
                append(Unicode.Scalar(unit) ?? "\u{FFFD}", to: &out)
            }
            index += length
        }
        return out
    }

    /// Writes a string's content with its quotes, escaping only what must be.
    static func appendMinimal(_ content: ArraySlice<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        var rest = content
        while let slash = rest.firstIndex(of: 0x5C) {
            out += rest[..<slash]
            let (unit, length) = escape(content, at: slash)
            if let scalar = Unicode.Scalar(unit) {
                if unit < 0x80 {
                    appendEscaped(UInt8(unit), to: &out)
                } else {
                    append(scalar, to: &out)
                }
            } else {
                appendUnit(unit, to: &out)
            }
            rest = content[(slash + length)...]
        }
        out += rest
        out.append(0x22)
    }

    /// Writes a text as a JSON string with its quotes.
    static func appendQuoted(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        for byte in text { appendEscaped(byte, to: &out) }
        out.append(0x22)
    }

    /// The value of a hexadecimal digit, or nil.
    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// A member name as one step of a JSON Pointer.
    ///
    /// Spec: RFC 6901, section 3, https://www.rfc-editor.org/rfc/rfc6901#section-3
    static func pointerToken(_ name: String) -> String {
        var out = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": out += "~0"
            case "/": out += "~1"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// The scalar an escape stands for and its length in bytes; a surrogate if it stands alone.
    private static func escape(_ content: ArraySlice<UInt8>, at slash: Int) -> (UInt32, Int) {
        switch content[slash + 1] {
        case 0x62: return (0x08, 2)
        case 0x66: return (0x0C, 2)
        case 0x6E: return (0x0A, 2)
        case 0x72: return (0x0D, 2)
        case 0x74: return (0x09, 2)
        case 0x75:
            let high = unit(content, at: slash)
            guard high & 0xFC00 == 0xD800, slash + 11 < content.endIndex,
                content[slash + 6] == 0x5C, content[slash + 7] == 0x75
            else { return (high, 6) }
            let low = unit(content, at: slash + 6)
            guard low & 0xFC00 == 0xDC00 else { return (high, 6) }
            return (0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), 12)
        default: return (UInt32(content[slash + 1]), 2)
        }
    }

    private static func unit(_ content: ArraySlice<UInt8>, at slash: Int) -> UInt32 {
        content[slash + 2..<slash + 6].reduce(0) { $0 << 4 | (hexValue($1) ?? 0) }
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private static func appendEscaped(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case 0x22, 0x5C: appendPair(byte, to: &out)
        case 0x08: appendPair(0x62, to: &out)
        case 0x09: appendPair(0x74, to: &out)
        case 0x0A: appendPair(0x6E, to: &out)
        case 0x0C: appendPair(0x66, to: &out)
        case 0x0D: appendPair(0x72, to: &out)
        case 0x00..<0x20: appendUnit(UInt32(byte), to: &out)
        default: out.append(byte)
        }
    }

    /// Two single bytes: a list of two would be made anew for each.
    private static func appendPair(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(0x5C)
        out.append(byte)
    }

    private static func appendUnit(_ unit: UInt32, to out: inout [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        out += [0x5C, 0x75]
        for shift in [12, 8, 4, 0] as [UInt32] {
            out.append(digits.utf8Start[Int(unit >> shift & 15)])
        }
    }
}

extension JSONDocument {
    /// The UTF-8 of the string content in a range of the source.
    func unescaped(_ range: Range<Int>) -> [UInt8] { JSONText.unescaped(bytes[range]) }
}
