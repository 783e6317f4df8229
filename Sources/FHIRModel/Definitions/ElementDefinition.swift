/// An element of a type.
///
/// Spec: FHIR R4 ElementDefinition, https://hl7.org/fhir/R4/elementdefinition.html
package struct ElementDefinition: Sendable {
    private enum Field {
        static let name = 0
        static let flags = 1
        static let min = 2
        static let max = 3
        static let types = 4
        static let binding = 5
        static let constraints = 6
        static let contentReference = 7
    }

    let table: DefinitionTable
    let place: Int
    /// The word that names the text of the path of what the element stands in.
    let ownerPlace: Int

    /// The name without `[x]`.
    package var name: String { table.text(place + Field.name) }

    /// The path as the specification writes it, such as `Observation.value[x]`.
    package var path: String { path(inside: table.text(ownerPlace)) }

    /// Whether the element takes one of several types and has its name in JSON from it.
    package var isChoice: Bool { flags.contains(.choice) }

    /// Whether the element belongs to the summary of the resource.
    package var isSummary: Bool { flags.contains(.summary) }

    /// Whether the element can change the meaning of what contains it.
    package var isModifier: Bool { flags.contains(.modifier) }

    /// Whether systems that use the profile must handle the element; only profiles say so.
    package var isMustSupport: Bool { flags.contains(.mustSupport) }

    /// Whether XML writes the element as an attribute: ids of elements, addresses of extensions,
    /// values of primitives.
    package var isAttribute: Bool { flags.contains(.attribute) }

    /// How often the element must occur.
    package var min: Int { table.word(place + Field.min) }

    /// How often the element may occur; nil for any number of times.
    package var max: Int? { ElementFlags.limit(table.word(place + Field.max)) }

    /// Whether JSON writes the element as an array.
    package var isList: Bool { max != 1 }

    /// The types it may take, in the order of the specification.
    ///
    /// An element with elements of its own has the type `BackboneElement` or `Element` here, and one
    /// that is defined by reference to another the path of that one; what to look their elements up
    /// by is the type that ``TypeDefinition/element(json:)`` gives.
    package var types: [ElementType] { ElementType.list(table, place + Field.types) }

    /// The path of the element whose content this one has, such as `Questionnaire.item`.
    package var contentReference: String? { table.textIfAny(place + Field.contentReference) }

    /// Which codes it takes.
    package var binding: Binding? { Binding(table, place + Field.binding) }

    /// The rules for the element.
    package var constraints: [Invariant] { Invariant.list(table, place + Field.constraints) }

    /// The path of the element if what it stands in has a path or id; its name for an empty one.
    func path(inside parent: String) -> String {
        "\(parent)\(parent.isEmpty ? "" : ".")\(name)\(isChoice ? "[x]" : "")"
    }

    private var flags: ElementFlags { ElementFlags(rawValue: table.word(place + Field.flags)) }
}

/// The yes-or-no properties of an element, as the table holds them.
struct ElementFlags: OptionSet {
    static let choice = ElementFlags(rawValue: 1)
    static let summary = ElementFlags(rawValue: 2)
    static let modifier = ElementFlags(rawValue: 4)
    static let attribute = ElementFlags(rawValue: 8)
    static let mustSupport = ElementFlags(rawValue: 16)

    let rawValue: Int

    /// An upper limit of occurrences; nil for the word that stands for none.
    static func limit(_ word: Int) -> Int? { word == 0xFF_FFFF ? nil : word }
}

/// One of the types that an element may take.
package struct ElementType: Sendable {
    let table: DefinitionTable
    let place: Int

    /// The name of the type.
    package var code: String { table.text(place) }

    /// The addresses of the types or profiles that a reference or canonical may point to; empty for
    /// any.
    package var targetProfiles: [String] { table.texts(place + 1) }

    /// The addresses of the profiles of which the value must fit one; empty for none.
    package var profiles: [String] { table.texts(place + 2) }

    static func list(_ table: DefinitionTable, _ place: Int) -> [ElementType] {
        table.items(table.word(place)).map { ElementType(table: table, place: table.word($0)) }
    }
}

/// Which codes an element takes, and how strictly.
///
/// Spec: FHIR R4 binding strengths, https://hl7.org/fhir/R4/terminologies.html#strength
package struct Binding: Sendable {
    /// How strictly the codes of the set must be used.
    package enum Strength: Int, Sendable {
        /// Only codes of the set.
        case required
        /// Codes of the set where one fits.
        case extensible
        /// Codes of the set are recommended.
        case preferred
        /// The set only shows what is meant.
        case example
    }

    let table: DefinitionTable
    let place: Int

    /// How strictly the codes must be used.
    package var strength: Strength { Strength(rawValue: table.word(place)) ?? .example }

    /// The address of the value set, with a version after a bar where the standard gives one.
    package var valueSet: String? { table.textIfAny(place + 1) }

    /// The address of the set that codes outside of an extensible one must still be in.
    package var maxValueSet: String? { table.textIfAny(place + 2) }

    init?(_ table: DefinitionTable, _ place: Int) {
        let found = table.word(place)
        guard found != 0 else { return nil }
        self.table = table
        self.place = found
    }
}

/// A rule that content must keep, as a FHIRPath expression.
///
/// Spec: FHIR R4 constraints, https://hl7.org/fhir/R4/conformance-rules.html#constraints
package struct Invariant: Sendable {
    /// What a breach of the rule means.
    package enum Severity: Int, Sendable {
        /// The content is not valid.
        case error
        /// The content is valid but bad practice.
        case warning
    }

    let table: DefinitionTable
    let place: Int

    /// The short name, such as `obs-7`.
    package var key: String { table.text(place) }

    /// What a breach means.
    package var severity: Severity { Severity(rawValue: table.word(place + 1)) ?? .error }

    /// The rule in words.
    package var human: String { table.text(place + 2) }

    /// The rule as FHIRPath, evaluated on the element that has it; true where the rule is kept.
    package var expression: String { table.text(place + 3) }

    /// The address of the definition that states the rule.
    package var source: String? { table.textIfAny(place + 4) }

    static func list(_ table: DefinitionTable, _ place: Int) -> [Invariant] {
        table.items(table.word(place)).map { Invariant(table: table, place: table.word($0)) }
    }
}
