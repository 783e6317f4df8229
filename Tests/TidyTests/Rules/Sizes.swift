/// One function or initialiser of a file, by its extent in lines.
struct FunctionExtent: Equatable {
    let name: String
    /// The line of its first word, from 1.
    let line: Int
    /// Lines from the first word to the closing bracket.
    let lineCount: Int
    let parameterCount: Int

    /// The functions of a file that have a body, nested ones included.
    static func all(in tokens: [Token]) -> [FunctionExtent] {
        tokens.indices.compactMap { extent(at: $0, tokens) }
    }

    private static func extent(at index: Int, _ tokens: [Token]) -> FunctionExtent? {
        let token = tokens[index]
        let isInit = token.text == "init"
        let previous = index > 0 ? tokens[index - 1].text : ""
        guard token.text == "func" || isInit, !token.isLiteral, previous != "." else { return nil }
        let name = isInit || index + 1 >= tokens.count ? "init" : tokens[index + 1].text
        guard let open = tokens[index...].prefix(400).firstIndex(where: { $0.text == "(" }) else {
            return nil
        }
        let afterList = Brackets.end(tokens, open)
        guard let body = bodyStart(tokens, afterList) else { return nil }
        let end = Brackets.end(tokens, body)
        let last = tokens[min(end, tokens.count) - 1].line
        return FunctionExtent(
            name: name, line: token.line, lineCount: last - token.line + 1,
            parameterCount: parameterCount(tokens[(open + 1)..<(afterList - 1)]))
    }

    /// The opening bracket of the body, or nil for a requirement of a protocol.
    private static func bodyStart(_ tokens: [Token], _ start: Int) -> Int? {
        let ends: Set<String> = [
            "}", "func", "var", "let", "init", "case", "package", "static", "=",
        ]
        for index in start..<min(tokens.count, start + 200) where !tokens[index].isLiteral {
            if tokens[index].text == "{" { return index }
            if ends.contains(tokens[index].text) { return nil }
        }
        return nil
    }

    private static func parameterCount(_ list: ArraySlice<Token>) -> Int {
        var depth = 0
        var count = 0
        var isOpen = false
        for token in list where !token.isLiteral {
            switch token.text {
            case "(", "[", "{", "<": depth += 1
            case ")", "]", "}", ">": depth -= 1
            default: break
            }
            if token.text == ",", depth <= 0 {
                isOpen = false
            } else if !isOpen {
                isOpen = true
                count += 1
            }
        }
        return count
    }
}

/// Matching of brackets in a list of tokens.
enum Brackets {
    /// The index behind the bracket that closes the one at `open`, or the end of the list.
    static func end(_ tokens: [Token], _ open: Int) -> Int {
        var depth = 0
        for index in open..<tokens.count where !tokens[index].isLiteral {
            switch tokens[index].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: continue
            }
            if depth == 0 { return index + 1 }
        }
        return tokens.count
    }
}

/// How long things may be before they hold a second subject.
enum Sizes {
    static let functionLinesMax = 70
    static let fileLinesMax = 450
    static let parametersMax = 6
    static let columnsMax = 120
    static let moduleLinesMax = 400

    /// Functions that are too long or take too much.
    ///
    /// An initialiser names the fields of a value, so its parameters are not counted.
    static func functions(in file: SwiftFile) -> [Finding] {
        FunctionExtent.all(in: file.text.tokens).flatMap { function -> [Finding] in
            var findings: [Finding] = []
            func add(_ what: String) {
                findings.append(Finding(path: file.path, line: function.line, what: what))
            }
            if function.lineCount > functionLinesMax {
                add(
                    "\(function.name) has \(function.lineCount) lines, at most \(functionLinesMax)."
                )
            }
            if function.parameterCount > parametersMax, function.name != "init" {
                add("\(function.name) takes \(function.parameterCount), at most \(parametersMax).")
            }
            return findings
        }
    }

    /// A file with too many lines, and its lines with too many columns.
    ///
    /// A line that is mostly one literal, such as the path of an icon, cannot be broken.
    static func lines(in file: TreeFile, linesMax: Int) -> [Finding] {
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        let count = lines.last == "" ? lines.count - 1 : lines.count
        var findings: [Finding] = []
        if count > linesMax {
            findings.append(
                Finding(path: file.path, line: 0, what: "\(count) lines, at most \(linesMax)."))
        }
        for (index, line) in lines.enumerated() where line.count > columnsMax && !isOneLiteral(line)
        {
            findings.append(
                Finding(
                    path: file.path, line: index + 1,
                    what: "\(line.count) columns, at most \(columnsMax)."))
        }
        return findings
    }

    private static func isOneLiteral(_ line: Substring) -> Bool {
        let longest = line.split { $0 == "\"" || $0 == "'" || $0 == "`" }.map(\.count).max() ?? 0
        return longest > columnsMax - 40 && line.contains { $0 == "\"" || $0 == "'" }
    }
}
