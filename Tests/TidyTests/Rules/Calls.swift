/// Calls that product code may not make, because they hide an error, the clock or chance.
enum Calls {
    /// A word of the code view that is not allowed, with the reason.
    private static let words: [(word: String, why: String)] = [
        ("fatalError", "throw, or use precondition for a promise between our own functions"),
        ("Regex", "input from outside can make it run for years"),
        ("NSRegularExpression", "input from outside can make it run for years"),
        ("arc4random", "ids and secrets come from Kernel and Sealing"),
        ("SystemRandomNumberGenerator", "ids and secrets come from Kernel and Sealing"),
        ("srand", "ids and secrets come from Kernel and Sealing"),
    ]
    /// A word that is not allowed when a bracket follows it.
    private static let calls: [(word: String, why: String)] = [
        ("print", "write a log line, or to the console that was handed in"),
        ("debugPrint", "write a log line"),
        ("dump", "write a log line"),
        ("Date", "take the time from Clock"),
        ("UUID", "take ids from IDs"),
        ("rand", "ids and secrets come from Kernel and Sealing"),
        ("drand48", "ids and secrets come from Kernel and Sealing"),
        ("abort", "stop in order, with a reason"),
    ]
    /// Calls by which a pure target would see a file, a socket, a clock or the environment.
    private static let waiting: Set<String> = [
        "open", "fopen", "socket", "connect", "getenv", "setenv", "clock_gettime", "time",
        "gettimeofday", "sleep", "usleep", "nanosleep", "pthread_create", "fork", "system", "popen",
    ]

    /// Banned calls of a product file.
    static func banned(in file: SwiftFile) -> [Finding] {
        let tokens = file.text.tokens
        var findings: [Finding] = []
        for (index, token) in tokens.enumerated() where !token.isLiteral {
            let following = index + 1 < tokens.count ? tokens[index + 1] : nil
            let next = following?.text ?? ""
            let isBang = next == "!" && following?.isAttached == true
            let previous = index > 0 ? tokens[index - 1].text : ""
            func add(_ what: String) {
                findings.append(Finding(path: file.path, line: token.line, what: what))
            }
            if let hit = words.first(where: { $0.word == token.text }) {
                add("\(hit.word) is banned: \(hit.why).")
            } else if next == "(", previous != "func",
                let hit = calls.first(where: { $0.word == token.text })
            {
                add("\(hit.word)() is banned: \(hit.why).")
            } else if token.text == "random", next == "(", previous != "func",
                isOfLanguage(tokens, index)
            {
                add("random() is banned: ids and secrets come from Kernel and Sealing.")
            } else if token.text == "try", isBang {
                add("try! is banned: handle the error.")
            } else if token.text == "as", isBang {
                add("as! is banned: handle the other type.")
            }
        }
        return findings
    }

    /// Whether a call of `random` is the language's or the C library's, not one of ours.
    private static func isOfLanguage(_ tokens: [Token], _ index: Int) -> Bool {
        let label = index + 2 < tokens.count ? tokens[index + 2].text : ""
        let owner = index > 1 && tokens[index - 1].text == "." ? tokens[index - 2].text : ""
        return label == "in" || label == "using" || owner.isEmpty || owner == "Bool"
    }

    /// Exceptions from the compiler's checks that give no reason on their line.
    static func unreasoned(in file: SwiftFile) -> [Finding] {
        file.text.tokens.enumerated().compactMap { index, token in
            let next = file.text.tokens.dropFirst(index + 1).first?.text
            let isException =
                token.text == "@unchecked" || token.text == "nonisolated" && next == "("
                || token.text == "@preconcurrency"
            let comment = file.text.comments[token.line - 1]
            guard isException, !token.isLiteral, !comment.contains("because") else { return nil }
            return Finding(
                path: file.path, line: token.line,
                what: "\(token.text) needs its reason on the line: // because …")
        }
    }

    /// `try?` without a comment on its line or above the statement.
    static func silentTries(in file: SwiftFile) -> [Finding] {
        file.text.tokens.enumerated().compactMap { index, token in
            let next = file.text.tokens.dropFirst(index + 1).first
            guard token.text == "try", !token.isLiteral, next?.text == "?" else { return nil }
            let lines = max(0, token.line - 4)..<token.line
            let isSaid = lines.contains { file.text.comments[$0].contains("//") }
            return isSaid
                ? nil
                : Finding(
                    path: file.path, line: token.line,
                    what: "try? needs a comment that says what the fallback is.")
        }
    }

    /// Calls of a pure target that wait or look outside.
    static func impure(in file: SwiftFile) -> [Finding] {
        let tokens = file.text.tokens
        let own = Set(zip(tokens, tokens.dropFirst()).filter { $0.0.text == "func" }.map(\.1.text))
        return tokens.indices.compactMap { index in
            let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
            let isFree = index == 0 || tokens[index - 1].text != "."
            guard isFree, next == "(", waiting.contains(tokens[index].text),
                !own.contains(tokens[index].text)
            else { return nil }
            return Finding(
                path: file.path, line: tokens[index].line,
                what: "\(tokens[index].text)() does not belong in a pure target.")
        }
    }

    /// Tests that wait by the clock, or look behind `package`.
    ///
    /// A handler that is slow on purpose, in a file without tests, waits for nobody.
    static func testHabits(in file: SwiftFile) -> [Finding] {
        let isTest = file.text.tokens.contains { $0.text == "@Test" }
        let sleeps: Set<String> = ["sleep", "usleep", "nanosleep"]
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
            let token = tokens[index]
            if token.text == "@testable", !token.isLiteral {
                return Finding(
                    path: file.path, line: token.line, what: "Tests see package declarations only.")
            }
            guard isTest, sleeps.contains(token.text), next == "(", !token.isLiteral,
                !file.text.comments[token.line - 1].contains("because")
            else { return nil }
            return Finding(
                path: file.path, line: token.line,
                what: "A test waits for an event, never for time to pass.")
        }
    }
}
