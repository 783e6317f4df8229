/// What is known of a code and a value set.
package enum CodeMembership: Sendable, Hashable {
    case inside, outside
    /// Who defines the codes of the system is not at hand.
    case unknown

    /// The membership that a yes, a no or no answer stands for.
    package init(_ answer: Bool?) {
        switch answer {
        case true?: self = .inside
        case false?: self = .outside
        case nil: self = .unknown
        }
    }
}

/// Answers whether codes belong to value sets.
///
/// The definitions answer for the sets that they hold; a box that has more tables answers for more.
package protocol CodeSets: Sendable {
    /// Whether a code belongs to a value set.
    ///
    /// - Parameters:
    ///   - valueSet: the address, with or without a version after a bar.
    ///   - system: the address of the code system; nil for an element of type `code`, where the set
    ///     alone says which system is meant.
    func membership(of code: String, system: String?, in valueSet: String) -> CodeMembership

    /// The first codes of a value set, to name them in an error; empty where none is at hand.
    func codes(of valueSet: String, countMax: Int) -> [String]
}

extension Definitions: CodeSets {
    package func membership(
        of code: String, system: String?, in valueSet: String
    ) -> CodeMembership {
        guard let set = self.valueSet(valueSet) else { return .unknown }
        return CodeMembership(set.contains(system: system, code: code))
    }

    package func codes(of valueSet: String, countMax: Int) -> [String] {
        self.valueSet(valueSet)?.codes(countMax: countMax) ?? []
    }
}
