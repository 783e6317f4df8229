/// Words that say nothing, and words of unfinished work.
enum Words {
    /// Parts of a type's or file's name that name no thing.
    ///
    /// A conformance to a protocol of the libraries may ask for `Service` or `Handler`.
    private static let empty: Set<String> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Service", "Handler",
        "Processor", "Enhanced", "Unified", "Optimized", "Advanced", "Smart", "New", "Legacy",
        "V2", "Base", "Common", "Misc",
    ]
    /// Phrases that stand for a thing that is not there.
    private static let unfinished = [
        "todo", "fixme", "xxx", "hack", "for now", "in production", "in a real system",
        "in a production", "placeholder", "simplified", "not implemented", "not yet implemented",
        "hard-coded", "hardcoded",
    ]
    private static let typeWords: Set<String> = [
        "struct", "class", "enum", "protocol", "actor", "typealias",
    ]

    /// Types and files named by a word that says nothing.
    static func emptyNames(in file: SwiftFile) -> [Finding] {
        var findings: [Finding] = []
        let stem = String(file.file.name.dropLast(".swift".count))
        let words = file.text.tokens
        for word in parts(of: stem) where empty.contains(word) && !isAsked(word, by: words) {
            findings.append(
                Finding(
                    path: file.path, line: 0, what: "\(word) in the name of a file says nothing."))
        }
        let tokens = file.text.tokens
        for (index, token) in tokens.enumerated()
        where typeWords.contains(token.text) && !token.isLiteral && index + 1 < tokens.count {
            let name = tokens[index + 1].text
            guard name.first?.isUppercase == true else { continue }
            let head = tokens[index...].prefix { $0.text != "{" }
            if token.text == "typealias", head.contains(where: { $0.text == ">" }) { continue }
            let conformances = head.dropFirst(2)
            for word in parts(of: name)
            where empty.contains(word) && !isAsked(word, by: conformances) {
                findings.append(
                    Finding(
                        path: file.path, line: token.line,
                        what: "\(word) in \(name) says nothing: name the thing."))
            }
        }
        return findings
    }

    /// Phrases of unfinished work in one line of comment or text.
    static func unfinished(in line: String) -> [String] {
        let lowered = line.lowercased()
        return unfinished.filter { phrase in
            var rest = Substring(lowered)
            while let range = rest.firstRange(of: phrase) {
                let before = rest[..<range.lowerBound].last
                let after = rest[range.upperBound...].first
                let isWhole = before?.isLetter != true && after?.isLetter != true
                if isWhole { return true }
                rest = rest[range.upperBound...]
            }
            return false
        }
    }

    /// Unfinished work in the comments of a Swift file and in what it says to people.
    static func unfinished(in file: SwiftFile) -> [Finding] {
        file.text.lines.indices.flatMap { index -> [Finding] in
            let said = file.text.comments[index] + "\n" + file.text.literals[index]
            return unfinished(in: said).map {
                Finding(
                    path: file.path, line: index + 1, what: "“\($0)” is a word of unfinished work.")
            }
        }
    }

    /// Unfinished work in a script or web module.
    ///
    /// Every line counts but those that only use the word as the name of an HTML attribute.
    static func unfinished(in file: TreeFile) -> [Finding] {
        file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap {
            index, line -> [Finding] in
            unfinished(in: String(line)).filter { phrase in
                phrase != "placeholder" || isComment(line)
            }.map {
                Finding(
                    path: file.path, line: index + 1, what: "“\($0)” is a word of unfinished work.")
            }
        }
    }

    /// `SlowClientHandler2` as Slow, Client, Handler2; `V2` stays together.
    static func parts(of name: String) -> [String] {
        var parts: [String] = []
        for character in name {
            if character.isUppercase || !(character.isLetter || character.isNumber) || parts.isEmpty
            {
                parts.append("")
            }
            if character.isLetter || character.isNumber { parts[parts.count - 1].append(character) }
        }
        return parts.filter { !$0.isEmpty }
    }

    private static func isComment(_ line: Substring) -> Bool {
        let start = line.drop { $0 == " " }
        return ["//", "/*", "*", "#", "<!--"].contains { start.hasPrefix($0) }
    }

    /// Whether a conformance ends in the word, so that the name follows the protocol's.
    private static func isAsked(_ word: String, by tokens: some Collection<Token>) -> Bool {
        guard word == "Service" || word == "Handler" else { return false }
        return tokens.contains {
            $0.text == "Service" || $0.text.hasPrefix("Channel") && $0.text.hasSuffix("Handler")
        }
    }
}
