/// What a resource can be searched by.
///
/// Spec: FHIR R4 SearchParameter, https://hl7.org/fhir/R4/searchparameter.html
package struct SearchParameter: Sendable {
    /// How the values of a parameter are compared.
    package enum Kind: Int, Sendable {
        case number, date, string, token, reference, composite, quantity, uri, special
    }

    /// One part of a composite parameter.
    package struct Component: Sendable {
        /// The address of the parameter that says how the part is compared.
        package let definition: String
        /// Where the value is, from the element that the composite parameter finds.
        package let expression: String
    }

    private enum Field {
        static let url = 0
        static let code = 1
        static let type = 2
        static let expression = 3
        static let types = 4
        static let targets = 5
        static let comparators = 6
        static let modifiers = 7
        static let components = 8
        static let flags = 9
        static let derivedFrom = 10
    }

    let table: DefinitionTable
    let place: Int

    /// The address of the definition.
    package var url: String { table.text(place + Field.url) }

    /// The name in the query, such as `birthdate`.
    package var code: String { table.text(place + Field.code) }

    /// How values are compared.
    package var type: Kind { Kind(rawValue: table.word(place + Field.type)) ?? .special }

    /// Which values of a resource are searched, as FHIRPath.
    ///
    /// A definition for several types names the elements of each, with bars between; of a parameter
    /// that was asked for by its type this is only the part for that one. Empty for the parameters
    /// that the standard describes in words: `_content`, `_filter`, `_query`, `_text`.
    package var expression: String { table.text(place + Field.expression) }

    /// The types of resource that the definition is for.
    package var base: [String] { table.texts(place + Field.types) }

    /// The types that a reference may point to; all 145 or more where it may point to any.
    package var targets: [String] { table.texts(place + Field.targets) }

    /// The comparators that the definition names, such as `ge`; empty where it leaves them open.
    package var comparators: [String] { table.texts(place + Field.comparators) }

    /// The modifiers that the definition names; empty where it leaves them open, as R4 and US Core
    /// do throughout.
    package var modifiers: [String] { table.texts(place + Field.modifiers) }

    /// The parts of a composite parameter, in the order in which their values are written.
    package var components: [Component] {
        table.items(table.word(place + Field.components)).map {
            let part = table.word($0)
            return Component(definition: table.text(part), expression: table.text(part + 1))
        }
    }

    /// Whether one of several values with commas between is enough; true where it is left open.
    package var isMultipleOr: Bool { table.word(place + Field.flags) & 1 != 0 }

    /// Whether the parameter may be repeated; true where it is left open.
    package var isMultipleAnd: Bool { table.word(place + Field.flags) & 2 != 0 }

    /// The address of the parameter that this one is made from: of US Core's mostly the standard's.
    package var derivedFrom: String? { table.textIfAny(place + Field.derivedFrom) }
}
