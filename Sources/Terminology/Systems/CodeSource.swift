package import Kernel

/// One concept of a code system, as far as it is known here.
package struct TermConcept: Sendable {
    package let code: String
    /// What people call it; nil if nothing here says.
    package let display: String?
    /// Whether it only groups others and is not to be used itself.
    package var isAbstract = false
    /// Whether it is no longer to be used.
    package var isInactive = false
    /// What it means, where the system says.
    package var definition: String?
    /// Other names.
    package var names: [String] = []
    /// Properties by their codes.
    package var facts: [TermFact] = []

    /// Makes a concept.
    package init(code: String, display: String?) {
        self.code = code
        self.display = display
    }
}

/// A property of a concept.
package struct TermFact: Sendable, Hashable {
    package let name: String
    package let value: String

    /// Makes a property.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A code system, or the part of one that is here.
///
/// Everything it is asked may end in a ``Problem`` where it lies on a disk.
package protocol CodeSource: Sendable {
    /// The address.
    var url: String { get }
    var version: String? { get }
    var title: String { get }
    /// Whether every code of the system is known, so that a code that is not known is none.
    var isComplete: Bool { get }
    /// How many codes are here; nil where they are made by rules.
    var count: Int? { get }
    /// Whether letter case counts in its codes.
    var isCaseSensitive: Bool { get }

    /// The concept with a code; nil if it is not here.
    func concept(_ code: String) throws(Problem) -> TermConcept?
    /// Whether a concept is another one or below it; nil if that is not known.
    func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool?
    /// The codes directly above.
    func parents(of code: String) throws(Problem) -> [String]
    /// The codes directly below; at most ``TermLimits/childrenMax``.
    func children(of code: String) throws(Problem) -> [String]
    /// Calls `body` with the concepts in the order of the system until it answers false.
    ///
    /// - Parameters:
    ///   - top: visits this concept and what is below it; nil for all.
    ///   - text: visits only what fits what a person typed.
    func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem)
}

/// Bounds of what terminology does.
package enum TermLimits {
    /// Children of one concept that an answer names.
    package static let childrenMax = 1_000
    /// Concepts that one expansion looks at.
    package static let visitsMax = 300_000
    /// Codes that an expansion gives without being asked for pages.
    package static let unpagedMax = 10_000
    /// Codes of one page.
    package static let pageMax = 1_000
    /// Value sets that take in others, one inside the other.
    package static let depthMax = 12
    /// Value sets that one question may open.
    package static let setsMax = 200
}
