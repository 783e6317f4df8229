/// The number and name of a schema step's file, such as `0002_audit.swift`.
struct SchemaFile: Equatable {
    let number: Int
    let name: String

    /// Nil for a file that is not named like a schema step.
    init?(_ file: TreeFile) {
        guard file.name.hasSuffix(".swift") else { return nil }
        let stem = file.name.dropLast(".swift".count)
        let parts = stem.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 4, let number = Int(parts[0]) else { return nil }
        self.number = number
        name = String(parts[1])
    }
}

/// Where SQL may stand, and how the schema grows.
enum Database {
    private static let statements: [(start: String, later: String)] = [
        ("SELECT ", ""), ("INSERT INTO ", ""), ("INSERT OR ", ""), ("DELETE FROM ", ""),
        ("UPDATE ", " SET"), ("CREATE TABLE", ""), ("CREATE INDEX", ""),
        ("CREATE UNIQUE INDEX", ""), ("CREATE VIRTUAL", ""), ("CREATE TRIGGER", ""),
        ("ALTER TABLE", ""), ("DROP TABLE", ""), ("PRAGMA ", ""),
    ]

    /// SQL outside of the store, rows files and schema steps.
    ///
    /// The SQLite target may speak about the connection, never about a table.
    static func strayStatements(in file: SwiftFile) -> [Finding] {
        let target = file.file.target ?? ""
        let isOwner = ["RecordStore", "Backups"].contains(target)
        let isRows = file.file.name.hasSuffix("Rows.swift") || SchemaFile(file.file) != nil
        guard file.file.isSource, !isOwner, !isRows else { return [] }
        return file.text.literals.indices.compactMap { index in
            let literal = file.text.literals[index].drop { $0 == " " }
            let hit = statements.first {
                literal.hasPrefix($0.start) && ($0.later.isEmpty || literal.contains($0.later))
            }
            guard let hit, !(target == "SQLite" && isAboutConnection(literal)) else { return nil }
            return Finding(
                path: file.path, line: index + 1,
                what: "\(hit.start.split(separator: " ")[0]) belongs in the store or a rows file.")
        }
    }

    private static func isAboutConnection(_ literal: Substring) -> Bool {
        literal.hasPrefix("PRAGMA ") || !literal.contains(" FROM ")
    }

    /// Files that may hand SQLite a text that is no literal.
    ///
    /// Settings of a connection and the check of the whole file take a number in their text; who
    /// counts the rows of a backup takes the quoted names of its tables.
    static let composers: Set<String> = [
        "Sources/SQLite/Connection.swift", "Sources/SQLite/Connection+Upkeep.swift",
        "Sources/RecordStore/RecordStore.swift", "Sources/RecordStore/Schema/SchemaStep.swift",
        "Sources/Backups/Making/TableCounts.swift",
    ]

    /// Calls that hand SQLite a text that was made while the program runs.
    ///
    /// `statement`, `run`, `int` and `text` take a `StaticString`, which cannot be made; `prepare`
    /// and `execute` take anything.
    static func composed(in file: SwiftFile) -> [Finding] {
        guard file.file.isSource, !composers.contains(file.path) else { return [] }
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            guard ["prepare", "execute"].contains(tokens[index].text), !tokens[index].isLiteral,
                index > 0, tokens[index - 1].text == ".", index + 2 < tokens.count,
                tokens[index + 1].text == "("
            else { return nil }
            let arguments = tokens[(index + 2)..<(Brackets.end(tokens, index + 1) - 1)]
            let isLiteral = arguments.allSatisfy { $0.isLiteral } && !arguments.isEmpty
            return isLiteral
                ? nil
                : Finding(
                    path: file.path, line: tokens[index].line,
                    what: "hands SQLite a text that is no literal; bind values instead.")
        }
    }

    /// Functions of a rows file outside the store that others can call without a grant.
    static func withoutGrant(in file: SwiftFile) -> [Finding] {
        let owners: Set<String> = ["RecordStore", "Backups"]
        guard file.file.isSource, file.file.name.hasSuffix("Rows.swift"),
            !owners.contains(file.file.target ?? "")
        else { return [] }
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "func", !isPrivate(index, tokens),
                let open = tokens[index...].firstIndex(where: { $0.text == "(" })
            else { return nil }
            let first = tokens[(open + 1)..<Brackets.end(tokens, open)].prefix { $0.text != "," }
            guard !first.contains(where: { $0.text == "Grant" }) else { return nil }
            return Finding(
                path: file.path, line: tokens[index].line,
                what: "\(tokens[index + 1].text) must take a Grant first.")
        }
    }

    private static func isPrivate(_ index: Int, _ tokens: [Token]) -> Bool {
        let head = tokens[max(0, index - 3)..<index]
        return head.contains { $0.text == "private" || $0.text == "fileprivate" }
    }

    /// Schema steps whose numbers are not 1, 2, 3 …, or whose file and content differ.
    static func badSteps(_ files: [SwiftFile]) -> [Finding] {
        let steps = files.compactMap { file in SchemaFile(file.file).map { (file, $0) } }
            .sorted { $0.1.number < $1.1.number }
        var findings: [Finding] = []
        for (index, (file, step)) in steps.enumerated() {
            if step.number != index + 1 {
                findings.append(
                    Finding(
                        path: file.path, line: 0,
                        what: "step \(step.number) stands where step \(index + 1) is due."))
            }
            let squeezed = file.file.text.filter { !$0.isWhitespace }
            if !squeezed.contains("SchemaStep(\(step.number),\"\(step.name)\"") {
                findings.append(
                    Finding(
                        path: file.path, line: 0,
                        what: "must hold SchemaStep(\(step.number), \"\(step.name)\", …)."))
            }
            findings += looseTables(file)
        }
        return findings
    }

    /// Tables of a step that do not say STRICT.
    private static func looseTables(_ file: SwiftFile) -> [Finding] {
        var findings: [Finding] = []
        var openLine: Int?
        for (index, line) in file.text.literals.enumerated() {
            if line.contains("CREATE TABLE") { openLine = index + 1 }
            guard let start = openLine,
                line.drop(while: { $0 == " " }).hasPrefix(")") || line.contains(");")
            else { continue }
            if !line.contains("STRICT") {
                findings.append(
                    Finding(path: file.path, line: start, what: "the table is not STRICT."))
            }
            openLine = nil
        }
        return findings
    }

    /// Calls of a checkpoint in product code; only the writer makes one, at one place.
    static func checkpoints(in file: SwiftFile) -> [Finding] {
        guard file.file.isSource, file.file.target != "SQLite" else { return [] }
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "checkpoint", index > 0, tokens[index - 1].text == ".",
                index + 1 < tokens.count, tokens[index + 1].text == "("
            else { return nil }
            return Finding(path: file.path, line: tokens[index].line, what: "calls a checkpoint.")
        }
    }
}
