package import FHIRModel
package import Kernel

/// A code system of the standard or of US Core.
package struct DefinitionSource: CodeSource {
    private let system: CodeSystemDefinition

    /// Makes the source of a definition.
    package init(_ system: CodeSystemDefinition) { self.system = system }

    package var url: String { system.url }
    package var version: String? { system.version }
    package var title: String { system.title }
    package var isComplete: Bool { system.content == .complete }
    package var count: Int? { system.count }
    package var isCaseSensitive: Bool { system.isCaseSensitive }

    private static func concept(_ found: CodeSystemDefinition.Concept) -> TermConcept {
        var concept = TermConcept(code: found.code, display: found.display)
        concept.isAbstract = found.isAbstract
        concept.isInactive = found.isInactive
        return concept
    }

    package func concept(_ code: String) throws(Problem) -> TermConcept? {
        if let exact = system.concept(code) { return Self.concept(exact) }
        guard !system.isCaseSensitive else { return nil }
        let wanted = code.lowercased()
        return system.concepts.first { $0.code.lowercased() == wanted }.map(Self.concept)
    }

    package func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        system.subsumes(ancestor, code)
    }

    package func parents(of code: String) throws(Problem) -> [String] {
        system.concept(code)?.parents ?? []
    }

    package func children(of code: String) throws(Problem) -> [String] {
        Array(
            system.descendants(of: code).filter { $0.parents.contains(code) }.map(\.code).prefix(
                TermLimits.childrenMax))
    }

    package func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        var concepts = system.concepts
        if let top {
            concepts = (system.concept(top).map { [$0] } ?? []) + system.descendants(of: top)
        }
        let wanted = text.map { TermText($0) }
        for found in concepts {
            let concept = Self.concept(found)
            guard wanted?.accepts(concept) ?? true else { continue }
            guard body(concept) else { return }
        }
    }
}
