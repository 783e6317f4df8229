/// A Swift file split into what is code, what is comment and what is text between quotes.
///
/// The three views have the same lines as the file, and each byte stands in its own column; what
/// does not belong to a view is blank there. Quotes stay in the code view, so that an empty text
/// is still seen. Code inside `\(…)` is code.
struct SwiftText {
    /// The lines of the file as they are.
    let lines: [String]
    /// The lines without comments and without what stands between quotes.
    let code: [String]
    /// The lines of comments only, with their marks.
    let comments: [String]
    /// The lines of text between quotes only.
    let literals: [String]
    /// The words and marks of the code view.
    let tokens: [Token]

    /// Splits a file; never fails, whatever the text is.
    init(_ source: String) {
        var scanner = Scanner(source)
        scanner.run()
        lines = Self.lines(of: scanner.bytes)
        code = Self.lines(of: scanner.code)
        comments = Self.lines(of: scanner.comment)
        literals = Self.lines(of: scanner.literal)
        tokens = Token.all(in: scanner.code, literal: scanner.literal)
    }

    private static func lines(of bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// One word or mark of the code view.
struct Token: Equatable {
    /// A word with the sigil of an attribute or directive, a single mark, or the text of a literal.
    let text: String
    /// From 1.
    let line: Int
    /// Whether it stood between quotes.
    let isLiteral: Bool
    /// Whether nothing stands between it and the token before.
    let isAttached: Bool

    static func all(in code: [UInt8], literal: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var index = 0
        while index < code.count {
            let byte = code[index]
            if byte == 0x0A { line += 1 }
            guard byte != 0x20, byte != 0x0A, byte != 0x09, byte != 0x0D else {
                index += 1
                continue
            }
            let start = index
            let isAttached = start > 0 && code[start - 1] != 0x20 && code[start - 1] != 0x0A
            index += 1
            if byte == 0x22 {
                while index < code.count, code[index] == 0x20, literal[index] != 0x0A { index += 1 }
                let text = String(decoding: literal[start + 1..<index], as: UTF8.self)
                if index < code.count, code[index] == 0x22 { index += 1 }
                tokens.append(
                    Token(text: text, line: line, isLiteral: true, isAttached: isAttached))
                continue
            }
            if isWord(byte) || byte == 0x40 || byte == 0x23 {
                while index < code.count, isWord(code[index]) { index += 1 }
            }
            let text = String(decoding: code[start..<index], as: UTF8.self)
            tokens.append(
                Token(text: text, line: line, isLiteral: false, isAttached: isAttached))
        }
        return tokens
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...0xFF: true
        default: false
        }
    }
}

/// Walks a file once and sorts each byte into one of the three views.
private struct Scanner {
    enum Mode {
        case code(parensOpen: Int)
        case lineComment
        case blockComment(depth: Int)
        case text(hashes: Int, isMultiline: Bool)
        case rawName
    }

    let bytes: [UInt8]
    var code: [UInt8]
    var comment: [UInt8]
    var literal: [UInt8]
    var modes: [Mode] = [.code(parensOpen: 0)]
    var index = 0

    init(_ source: String) {
        bytes = Array(source.utf8)
        let blank = bytes.map { $0 == 0x0A ? 0x0A as UInt8 : 0x20 }
        code = blank
        comment = blank
        literal = blank
    }

    mutating func run() {
        while index < bytes.count {
            switch modes[modes.count - 1] {
            case .code(let parensOpen): stepCode(parensOpen)
            case .lineComment: stepLineComment()
            case .blockComment(let depth): stepBlockComment(depth)
            case .text(let hashes, let isMultiline): stepText(hashes, isMultiline)
            case .rawName: stepRawName()
            }
        }
    }

    private mutating func stepCode(_ parensOpen: Int) {
        let byte = bytes[index]
        if byte == 0x2F, peek(1) == 0x2F {
            modes.append(.lineComment)
        } else if byte == 0x2F, peek(1) == 0x2A {
            keep(\.comment, 2)
            modes.append(.blockComment(depth: 1))
        } else if byte == 0x22 || byte == 0x23 && opensRawText() {
            openText()
        } else if byte == 0x60 {
            keep(\.code, 1)
            modes.append(.rawName)
        } else {
            stepParens(byte, parensOpen)
            keep(\.code, 1)
        }
    }

    /// Counts the brackets of an interpolation, and leaves it when they are closed.
    private mutating func stepParens(_ byte: UInt8, _ parensOpen: Int) {
        guard modes.count > 1 else { return }
        if byte == 0x28 {
            modes[modes.count - 1] = .code(parensOpen: parensOpen + 1)
        } else if byte == 0x29 {
            if parensOpen == 1 {
                modes.removeLast()
            } else {
                modes[modes.count - 1] = .code(parensOpen: parensOpen - 1)
            }
        }
    }

    private mutating func stepLineComment() {
        if bytes[index] == 0x0A {
            modes.removeLast()
            index += 1
        } else {
            keep(\.comment, 1)
        }
    }

    private mutating func stepBlockComment(_ depth: Int) {
        if bytes[index] == 0x2A, peek(1) == 0x2F {
            keep(\.comment, 2)
            modes.removeLast()
            if depth > 1 { modes.append(.blockComment(depth: depth - 1)) }
        } else if bytes[index] == 0x2F, peek(1) == 0x2A {
            keep(\.comment, 2)
            modes[modes.count - 1] = .blockComment(depth: depth + 1)
        } else {
            keep(\.comment, 1)
        }
    }

    private mutating func stepText(_ hashes: Int, _ isMultiline: Bool) {
        let byte = bytes[index]
        let quotes = isMultiline ? 3 : 1
        if byte == 0x22, run(of: 0x22, atLeast: quotes), closes(quotes, hashes) {
            keep(\.code, quotes + hashes)
            modes.removeLast()
        } else if byte == 0x5C, run(of: 0x23, at: 1) >= hashes {
            let next = peek(1 + hashes)
            if next == 0x28 {
                index += 1 + hashes
                modes.append(.code(parensOpen: 0))
            } else {
                keep(\.literal, min(2 + hashes, bytes.count - index))
            }
        } else if byte == 0x0A, !isMultiline {
            modes.removeLast()
        } else {
            keep(\.literal, 1)
        }
    }

    private mutating func stepRawName() {
        let byte = bytes[index]
        if byte == 0x60 || byte == 0x0A {
            modes.removeLast()
            keep(\.code, 1)
        } else {
            code[index] = byte == 0x20 || !isPlain(byte) ? 0x5F : byte
            index += 1
        }
    }

    private mutating func openText() {
        let hashes = run(of: 0x23, at: 0)
        let isMultiline = run(of: 0x22, at: hashes) >= 3
        if run(of: 0x22, at: hashes) == 2 {
            keep(\.code, hashes + 2 + hashes)
            return
        }
        keep(\.code, hashes + (isMultiline ? 3 : 1))
        modes.append(.text(hashes: hashes, isMultiline: isMultiline))
    }

    private func opensRawText() -> Bool { peek(run(of: 0x23, at: 0)) == 0x22 }

    private func closes(_ quotes: Int, _ hashes: Int) -> Bool {
        run(of: 0x23, at: quotes) >= hashes
    }

    private func run(of byte: UInt8, atLeast count: Int) -> Bool { run(of: byte, at: 0) >= count }

    private func run(of byte: UInt8, at offset: Int) -> Int {
        var count = 0
        while peek(offset + count) == byte { count += 1 }
        return count
    }

    private func peek(_ offset: Int) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
        default: false
        }
    }

    private mutating func keep(_ view: WritableKeyPath<Scanner, [UInt8]>, _ count: Int) {
        for _ in 0..<count where index < bytes.count {
            self[keyPath: view][index] = bytes[index]
            index += 1
        }
    }
}
