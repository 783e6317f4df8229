extension [UInt8] {
    /// Appends a text as a JSON string with its quotes.
    mutating func appendJSONString(_ text: UnsafeBufferPointer<UInt8>) {
        append(0x22)
        var plain = 0
        for index in 0..<text.count {
            let byte = text[index]
            if byte >= 0x20 && byte != 0x22 && byte != 0x5C { continue }
            append(contentsOf: UnsafeBufferPointer(rebasing: text[plain..<index]))
            appendJSONEscape(byte)
            plain = index + 1
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: text[plain..<text.count]))
        append(0x22)
    }

    private mutating func appendJSONEscape(_ byte: UInt8) {
        append(0x5C)
        switch byte {
        case 0x09: append(0x74)
        case 0x0A: append(0x6E)
        case 0x0D: append(0x72)
        case 0x22, 0x5C: append(byte)
        // XML holds no other control characters.
        default:
            append(contentsOf: "u00\(byte < 0x10 ? "0" : "1")\(String(byte & 15, radix: 16))".utf8)
        }
    }

    /// Whether the bytes are a number as JSON writes it, without fraction if `isWhole`.
    static func isJSONNumber(_ text: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
        var rest = text
        if rest.first == 0x2D { rest.removeFirst() }
        let whole = rest.prefix { $0 &- 0x30 < 10 }
        guard let first = whole.first, first != 0x30 || whole.count == 1 else { return false }
        rest = rest.dropFirst(whole.count)
        if isWhole { return rest.isEmpty }
        if rest.first == 0x2E {
            let fraction = rest.dropFirst().prefix { $0 &- 0x30 < 10 }
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let mark = rest.first else { return true }
        guard mark | 0x20 == 0x65 else { return false }
        rest = rest.dropFirst()
        if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy { $0 &- 0x30 < 10 }
    }
}
