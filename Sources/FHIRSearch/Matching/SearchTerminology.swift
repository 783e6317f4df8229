package import FHIRModel

/// What is known of value sets and of the order among codes.
package struct SearchTerminology: Sendable {
    /// Whether a code is in a value set; nil if that cannot be told.
    package var contains: @Sendable (_ valueSet: String, _ system: String?, _ code: String) -> Bool?
    /// Whether the first code of a system is the second one or above it; nil if that cannot be
    /// told.
    package var subsumes: @Sendable (_ system: String, _ ancestor: String, _ code: String) -> Bool?
    /// Whether a value set is known so well that of every code it can be told.
    package var knows: @Sendable (_ valueSet: String) -> Bool

    /// What the standard and US Core define.
    package init(_ definitions: Definitions = .r4) {
        contains = { valueSet, system, code in
            definitions.valueSet(valueSet)?.contains(system: system, code: code)
        }
        subsumes = { system, ancestor, code in
            definitions.codeSystem(system)?.subsumes(ancestor, code)
        }
        knows = { definitions.valueSet($0)?.isDecidable ?? false }
    }
}
