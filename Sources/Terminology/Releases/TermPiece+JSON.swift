package import FHIRModel

/// How pieces travel from the command to the box: a JSON array of objects with short names.
extension TermPiece {
    /// Writes the piece.
    package func write(to list: inout JSONWriter) {
        list.object { one in
            one.member("c", code)
            if let display { one.member("d", display) }
            if let flags { one.member("f", flags) }
            for (name, texts) in [("n", names), ("p", parents)] where !texts.isEmpty {
                one.array(name) { out in
                    for text in texts { out.string(text) }
                }
            }
            guard !facts.isEmpty else { return }
            one.array("x") { out in
                for fact in facts {
                    out.string(fact.name)
                    out.string(fact.value)
                }
            }
        }
    }

    /// Reads a piece; nil for something else.
    package init?(_ json: JSON) {
        guard let code = json.string("c"), !code.isEmpty else { return nil }
        self.init(code: code)
        display = json.string("d")
        flags = json["f"]?.int
        names = json["n"]?.elements.compactMap(\.string) ?? []
        parents = json["p"]?.elements.compactMap(\.string) ?? []
        let texts = json["x"]?.elements.compactMap(\.string) ?? []
        for index in stride(from: 0, to: texts.count - 1, by: 2) {
            facts.append((texts[index], texts[index + 1]))
        }
    }
}
