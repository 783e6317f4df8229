extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }

    /// A character of a method or a field name.
    ///
    /// Spec: RFC 9110, 5.6.2 tokens, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    var isTokenByte: Bool {
        if isLetter || isDigit { return true }
        return switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// A character that a field value may hold.
    var isFieldByte: Bool { self == .tab || (self >= 0x20 && self != 0x7F) }

    /// A character that a request target may hold.
    ///
    /// Wider than the grammar of URIs by the few characters that browsers and FHIR clients send
    /// unencoded, such as the bar of a token search.
    var isTargetByte: Bool {
        guard self > 0x20, self < 0x7F else { return false }
        return switch self {
        case 0x22, 0x23, 0x3C, 0x3E, 0x5C: false
        default: true
        }
    }

    /// A character of a host name, an IPv4 or bracketed IPv6 address, or a port.
    var isHostByte: Bool {
        if isLetter || isDigit { return true }
        return switch self {
        case 0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F: true
        default: false
        }
    }

    /// The worth of a hexadecimal digit, or nil.
    var hexWorth: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x37
        case 0x61...0x66: Int(self) - 0x57
        default: nil
        }
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && text.withUTF8Buffer { elementsEqual($0) }
    }

    /// Whether the bytes are the text, whose letters must be lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { wanted in
            for index in 0..<count {
                let byte = self[index]
                let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                if folded != wanted[index] { return false }
            }
            return true
        }
    }

    /// Without blanks and tabs at both ends.
    var trimmed: UnsafeRawBufferPointer {
        var lower = startIndex
        var upper = endIndex
        while lower < upper, self[lower] == .space || self[lower] == .tab { lower += 1 }
        while upper > lower, self[upper - 1] == .space || self[upper - 1] == .tab { upper -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[lower..<upper])
    }

    /// Whether a list with commas holds the word, in any letter case.
    func hasListWord(_ word: StaticString) -> Bool {
        split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true).contains { part in
            UnsafeRawBufferPointer(rebasing: part).trimmed.equalsIgnoringCase(word)
        }
    }
}
