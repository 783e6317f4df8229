/// Declarations that others use and that say nothing about themselves.
enum Documented {
    /// Members whose meaning a protocol of the language or of a library fixes.
    private static let known: Set<String> = [
        "==", "<", "hash", "encode", "description", "debugDescription", "customMirror", "id",
        "allCases", "rawValue", "makeIterator", "makeAsyncIterator", "next", "startIndex",
        "endIndex", "index", "count", "errorDescription", "run", "configuration", "body",
        "validate",
    ]
    private static let kinds: Set<String> = [
        "struct", "class", "enum", "protocol", "actor", "typealias", "func", "var", "let", "init",
        "subscript", "case", "extension", "associatedtype", "operator", "macro",
    ]

    /// Undocumented `package` and `public` declarations.
    ///
    /// A stored property is told by its name, its type and the comment of its owner.
    ///
    /// - Parameter requirements: names that a protocol of the project documents already.
    static func missing(in file: SwiftFile, requirements: Set<String>) -> [Finding] {
        let tokens = file.text.tokens
        var findings: [Finding] = []
        for (index, token) in tokens.enumerated()
        where (token.text == "package" || token.text == "public") && !token.isLiteral {
            guard let declaration = declaration(after: index, tokens) else { continue }
            guard !known.contains(declaration.name), !requirements.contains(declaration.name),
                !isDocumented(token.line, file.text)
            else { continue }
            findings.append(
                Finding(
                    path: file.path, line: token.line,
                    what: "\(declaration.kind) \(declaration.name) has no doc comment."))
        }
        return findings
    }

    /// The names of what the protocols of a file require.
    static func requirements(of file: SwiftFile) -> Set<String> {
        let tokens = file.text.tokens
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() where token.text == "protocol" {
            guard let open = tokens[index...].firstIndex(where: { $0.text == "{" }) else {
                continue
            }
            let body = tokens[open..<Brackets.end(tokens, open)]
            for (place, word) in zip(body.indices, body)
            where word.text == "func" || word.text == "var" {
                if place + 1 < body.endIndex { names.insert(tokens[place + 1].text) }
            }
        }
        return names
    }

    /// What a modifier belongs to; nil for imports, `package(set)` and words that are no modifier.
    private static func declaration(
        after index: Int, _ tokens: [Token]
    ) -> (kind: String, name: String)? {
        let modifiers: Set<String> = [
            "static", "final", "indirect", "mutating", "nonmutating", "override", "lazy", "weak",
            "convenience", "required", "nonisolated", "borrowing", "consuming", "unowned", "prefix",
            "postfix", "infix", "private", "fileprivate", "internal", "set", "unsafe", "(", ")",
            "async", "dynamic",
        ]
        var place = index + 1
        while place < tokens.count, modifiers.contains(tokens[place].text) { place += 1 }
        guard place + 1 < tokens.count else { return nil }
        let isClassMember = tokens[place].text == "class" && kinds.contains(tokens[place + 1].text)
        if isClassMember { place += 1 }
        let kind = tokens[place].text
        guard kinds.contains(kind), kind != "extension", place + 1 < tokens.count else {
            return nil
        }
        let line = tokens[place].line
        let isComputed = tokens[place...].prefix { $0.line == line }.contains { $0.text == "{" }
        guard isComputed || kind != "let" && kind != "var" else { return nil }
        let isOperator = kind == "func" && tokens[place + 1].text.first?.isLetter != true
        guard !isOperator || tokens[place + 1].text.first == "_" else { return nil }
        let name = kind == "init" || kind == "subscript" ? initName(tokens, place) : ""
        return (kind, name.isEmpty ? tokens[place + 1].text : name)
    }

    /// Initialisers of literals and codings are fixed by the language and count as known.
    private static func initName(_ tokens: [Token], _ place: Int) -> String {
        let label = place + 2 < tokens.count ? tokens[place + 2].text : ""
        let isKnown = label.hasSuffix("Literal") || label == "from" || label == "rawValue"
        return isKnown ? "rawValue" : tokens[place].text
    }

    /// Whether the lines above, past attributes, are a doc comment.
    private static func isDocumented(_ line: Int, _ text: SwiftText) -> Bool {
        var index = line - 2
        while index >= 0 {
            let comment = text.comments[index].drop { $0 == " " }
            if comment.hasPrefix("///") || comment.hasPrefix("/**") || comment.hasSuffix("*/") {
                return true
            }
            let code = text.code[index].drop { $0 == " " }
            let isAttribute = code.hasPrefix("@") || code.hasPrefix("#if") || code.hasPrefix(")")
            let isInsideAttribute = !isAttribute && attributeStart(above: index, text) != nil
            guard isAttribute || isInsideAttribute else { return false }
            index = (attributeStart(above: index, text) ?? index) - 1
        }
        return false
    }

    /// The line of the attribute whose brackets are still open at a line, at most 20 lines above.
    private static func attributeStart(above line: Int, _ text: SwiftText) -> Int? {
        var depth = 0
        for index in stride(from: line, through: max(0, line - 20), by: -1) {
            for character in text.code[index].reversed() {
                if character == ")" { depth += 1 }
                if character == "(" { depth -= 1 }
            }
            let code = text.code[index].drop { $0 == " " }
            if depth <= 0 { return code.hasPrefix("@") ? index : nil }
        }
        return nil
    }
}
