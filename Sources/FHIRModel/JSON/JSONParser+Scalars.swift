extension JSONParser {
    /// Reads a number; `at` is its first byte.
    mutating func readNumber() throws(JSONError) {
        let start = at
        if bytes[at] == 0x2D { at += 1 }
        if at < end, bytes[at] == 0x30 {
            at += 1
            if at < end, isDigit(bytes[at]) { throw error(.invalidNumber, at: at) }
        } else {
            try readDigits()
        }
        if at < end, bytes[at] == 0x2E {
            at += 1
            try readDigits()
        }
        if at < end, bytes[at] | 0x20 == 0x65 {
            at += 1
            if at < end, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
            try readDigits()
        }
        try append(JSONNode(kind: .number, start: start, end: at, next: nodes.count + 1))
    }

    private mutating func readDigits() throws(JSONError) {
        guard at < end else { throw error(.unexpectedEnd, at: at) }
        guard isDigit(bytes[at]) else { throw error(.invalidNumber, at: at) }
        while at < end, isDigit(bytes[at]) { at += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Reads a string; `at` is its first quote.
    mutating func readString() throws(JSONError) {
        at += 1
        let start = at
        var escaped = false
        while true {
            skipPlain()
            guard at < end else { throw error(.unexpectedEnd, at: at) }
            switch bytes[at] {
            case 0x22:
                try append(
                    JSONNode(
                        kind: .string, start: start, end: at, next: nodes.count + 1,
                        escaped: escaped))
                at += 1
                return
            case 0x5C:
                escaped = true
                try readEscape()
            case 0x00..<0x20: throw error(.controlCharacter, at: at)
            default: try readMultibyte()
            }
        }
    }

    /// Moves over bytes 0x20 to 0x7F other than quote and backslash, eight at a step.
    private mutating func skipPlain() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let raw = UnsafeRawBufferPointer(bytes)
        while at + 8 <= end {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            // The lowest flag is exact; flags above it may come from a borrow and are not looked at.
            let flags =
                ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote)
                | ((slash &- ones) & ~slash) | word
            if flags & highs != 0 {
                at += (flags & highs).trailingZeroBitCount >> 3
                return
            }
            at += 8
        }
        while at < end, bytes[at] >= 0x20, bytes[at] < 0x80, bytes[at] != 0x22, bytes[at] != 0x5C {
            at += 1
        }
    }

    private mutating func readEscape() throws(JSONError) {
        guard at + 1 < end else { throw error(.unexpectedEnd, at: end) }
        switch bytes[at + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: at += 2
        case 0x75:
            let start = at
            let unit = try readUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            if unit < 0xDC00, at + 1 < end, bytes[at] == 0x5C, bytes[at + 1] == 0x75 {
                let back = at
                if try readUnit() & 0xFC00 == 0xDC00 { return }
                at = back
            }
            if limits.loneSurrogates == .refuse { throw error(.loneSurrogate, at: start) }
        default: throw error(.invalidEscape, at: at)
        }
    }

    /// Reads `\uXXXX`.
    private mutating func readUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for index in at + 2..<at + 6 {
            guard index < end else { throw error(.unexpectedEnd, at: end) }
            guard let digit = JSONText.hexValue(bytes[index]) else {
                throw error(.invalidEscape, at: at)
            }
            unit = unit << 4 | digit
        }
        at += 6
        return unit
    }

    /// Reads one scalar of two to four bytes, by table 3-7 of the Unicode Standard.
    private mutating func readMultibyte() throws(JSONError) {
        let lead = bytes[at]
        let (length, second): (Int, ClosedRange<UInt8>)
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw error(.invalidUTF8, at: at)
        }
        guard at + length <= end, second.contains(bytes[at + 1]) else {
            throw error(.invalidUTF8, at: at)
        }
        for index in at + 2..<max(at + 2, at + length) where bytes[index] & 0xC0 != 0x80 {
            throw error(.invalidUTF8, at: at)
        }
        at += length
    }
}
