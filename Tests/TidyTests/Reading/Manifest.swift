/// What the manifest says about the targets, read from its text.
///
/// It understands the shape of this project's manifest: layer functions that take a name and a
/// list of needs, and the plain target functions of the package manager.
struct Manifest {
    /// One target of the manifest.
    struct Target: Equatable {
        let name: String
        /// The function that made it: `pure`, `edge`, `features`, `system`, `tests` or a plain one.
        let maker: String
        /// Names of targets and products that it may import.
        let needs: Set<String>
    }

    /// The targets by name.
    let targets: [String: Target]

    init(_ source: String) {
        let tokens = SwiftText(source).tokens
        let named = Self.namedProducts(tokens)
        let makers = Self.makers(tokens, named: named)
        var targets: [String: Target] = [:]
        for call in Self.targetCalls(tokens) {
            guard let name = call.first(where: \.isLiteral)?.text else { continue }
            let maker = call[0].text
            let own = Self.needs(of: Array(call.drop { !$0.isLiteral }.dropFirst()), named: named)
            targets[name] = Target(
                name: name, maker: maker, needs: own.union(makers[maker] ?? []))
        }
        self.targets = targets
    }

    /// `let x: Target.Dependency = .product(name: "P", …)` gives x the name P, and a list of
    /// dependencies gives all of theirs.
    private static func namedProducts(_ tokens: [Token]) -> [String: Set<String>] {
        var names: [String: Set<String>] = [:]
        for (index, token) in tokens.enumerated()
        where token.text == "let" && index + 2 < tokens.count {
            let head = tokens[index...].prefix { $0.text != "=" }
            guard head.contains(where: { $0.text == "Dependency" }),
                let open = tokens[head.endIndex...].firstIndex(where: {
                    $0.text == "(" || $0.text == "["
                })
            else { continue }
            names[tokens[index + 1].text] = needs(
                of: Array(tokens[open..<closing(tokens, open)]), named: names)
        }
        return names
    }

    /// What each layer function adds of itself.
    private static func makers(
        _ tokens: [Token], named: [String: Set<String>]
    ) -> [String: Set<String>] {
        var makers: [String: Set<String>] = [:]
        for (index, token) in tokens.enumerated() where token.text == "func" {
            guard index + 1 < tokens.count,
                let open = tokens[index...].firstIndex(where: { $0.text == "{" })
            else { continue }
            let body = Array(tokens[open..<closing(tokens, open)])
            makers[tokens[index + 1].text] = needs(of: body, named: named)
        }
        return makers
    }

    /// Each call of the list of targets, as the tokens from its name to its closing bracket.
    private static func targetCalls(_ tokens: [Token]) -> [[Token]] {
        guard let start = tokens.lastIndex(where: { $0.text == "targets" && !$0.isLiteral }),
            let open = tokens[start...].firstIndex(where: { $0.text == "[" && !$0.isLiteral })
        else { return [] }
        let end = closing(tokens, open)
        var calls: [[Token]] = []
        var index = open + 1
        while index < end {
            let isCall = index + 1 < end && tokens[index + 1].text == "("
            guard isCall, !tokens[index].isLiteral, tokens[index].text != "." else {
                index += 1
                continue
            }
            let close = closing(tokens, index + 1)
            calls.append(Array(tokens[index..<close]))
            index = close
        }
        return calls
    }

    private static func needs(of tokens: [Token], named: [String: Set<String>]) -> Set<String> {
        var needs: Set<String> = []
        for (index, token) in tokens.enumerated() {
            if token.isLiteral {
                let isLabelled = index >= 2 && tokens[index - 1].text == ":"
                let label = isLabelled ? tokens[index - 2].text : ""
                if label == "" || label == "name" { needs.insert(token.text) }
            } else if let products = named[token.text] {
                needs.formUnion(products)
            }
        }
        return needs
    }

    /// The index behind the bracket that closes the one at `open`.
    private static func closing(_ tokens: [Token], _ open: Int) -> Int {
        var depth = 0
        for index in open..<tokens.count where !tokens[index].isLiteral {
            switch tokens[index].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: break
            }
            if depth == 0 { return index + 1 }
        }
        return tokens.count
    }
}
