package import Kernel

/// Why an expression cannot be read or evaluated, and where.
///
/// Carries names of the language only, never a value of the resource or a literal of the text.
package struct FHIRPathError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At which stage an expression fails.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The text does not follow the grammar.
        case syntax
        /// The text names something that does not exist, or asks a type for what it cannot do.
        case semantic
        /// The expression does not fit the data it meets.
        case execution
        /// A bound on time, depth or size is reached.
        case limit
    }

    /// The stage.
    package let kind: Kind
    /// Byte of the expression's UTF-8 where the fault is, from 0.
    package let offset: Int
    /// A sentence that says what is wrong and what to do.
    package let message: String

    /// Makes an error.
    package init(_ kind: Kind, at offset: Int, _ message: String) {
        self.kind = kind
        self.offset = offset
        self.message = message
    }

    init(_ kind: Kind, at place: Place, _ message: String) {
        self.init(kind, at: Int(place.offset), message)
    }

    package var description: String { "\(message) (at byte \(offset) of the expression)" }

    /// The error as the caller of an interface sees it.
    package func problem(location: String? = nil) -> Problem {
        Problem(kind == .limit ? .tooCostly : .invalid, description, location: location)
    }
}

/// A byte of the expression's text, to name it in an error.
struct Place: Sendable, Hashable {
    let offset: Int32

    init(_ offset: Int) { self.offset = Int32(clamping: offset) }
}
