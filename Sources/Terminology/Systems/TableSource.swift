import FHIRModel
package import Kernel

/// A system of the table that is built into the program.
package struct TableSource: CodeSource {
    /// The system itself.
    package let system: TableSystem

    /// Makes the source of a system.
    package init(_ system: TableSystem) { self.system = system }

    package var url: String { system.url }
    package var version: String? { system.version }
    package var title: String { system.title }
    package var isComplete: Bool { system.isComplete }
    package var count: Int? { system.count }
    package var isCaseSensitive: Bool { system.isCaseSensitive }

    func concept(at number: Int) -> TermConcept {
        var concept = TermConcept(code: system.code(number), display: system.display(number))
        concept.isAbstract = system.isAbstract(number)
        concept.isInactive = system.isInactive(number)
        concept.names = system.names(number)
        concept.facts = system.facts(number).map { TermFact($0.name, $0.value) }
        return concept
    }

    /// The number of a code as it is written, or in capitals where case does not count.
    private func number(_ code: String) -> Int? {
        if let exact = system.number(of: code) { return exact }
        guard !system.isCaseSensitive else { return nil }
        return system.number(of: code.uppercased()) ?? system.number(of: code.lowercased())
    }

    package func concept(_ code: String) throws(Problem) -> TermConcept? {
        number(code).map(concept(at:))
    }

    package func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        guard let top = number(ancestor), let other = number(code) else { return nil }
        if top == other { return true }
        guard system.isHierarchyOfKinds else { return nil }
        return top < other && other < system.end(top)
    }

    package func parents(of code: String) throws(Problem) -> [String] {
        number(code).flatMap(system.parent).map { [system.code($0)] } ?? []
    }

    package func children(of code: String) throws(Problem) -> [String] {
        guard let top = number(code) else { return [] }
        var found: [String] = []
        var next = top + 1
        let end = system.end(top)
        while next < end, found.count < TermLimits.childrenMax {
            found.append(system.code(next))
            next = system.end(next)
        }
        return found
    }

    package func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        var range = 0..<system.count
        if let top {
            guard let number = number(top) else { return }
            range = number..<system.end(number)
        }
        let fitting = text.map { CodeSearch(system).numbers(fitting: $0) }
        for number in range where fitting?.contains(number) ?? true {
            guard body(concept(at: number)) else { return }
        }
    }
}
