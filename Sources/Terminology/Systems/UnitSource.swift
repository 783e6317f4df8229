import FHIRPath
package import Kernel

/// Units of UCUM: every text that its grammar allows is a code; usual units are listed.
package struct UnitSource: CodeSource {
    private let usual: TableSource?

    /// Makes the source with the usual units of a table.
    package init(_ table: CodeTable) { usual = table.system(key: "ucum").map { TableSource($0) } }

    package var url: String { UCUM.url }
    package var version: String? { usual?.version }
    package var title: String { usual?.title ?? "UCUM" }
    package var isComplete: Bool { true }
    package var count: Int? { nil }
    package var isCaseSensitive: Bool { true }

    package func concept(_ code: String) throws(Problem) -> TermConcept? {
        guard let unit = UCUM(code) else { return nil }
        var concept = TermConcept(
            code: code, display: try usual?.concept(code)?.display ?? unit.display)
        concept.facts = [TermFact("canonical", unit.canonical)]
        return concept
    }

    package func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        UCUM(ancestor) == nil || UCUM(code) == nil ? nil : ancestor == code
    }

    package func parents(of code: String) throws(Problem) -> [String] { [] }
    package func children(of code: String) throws(Problem) -> [String] { [] }

    package func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        if let top {
            if let concept = try concept(top) { _ = body(concept) }
            return
        }
        try usual?.visit(below: nil, fitting: text, body)
    }
}
