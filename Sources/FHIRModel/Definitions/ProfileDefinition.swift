/// A profile, an extension, or the definition of a type, with all its elements.
///
/// Spec: FHIR R4 StructureDefinition, https://hl7.org/fhir/R4/structuredefinition.html
package struct ProfileDefinition: Sendable {
    /// How the place of an extension is named.
    package enum ContextKind: Int, Sendable {
        /// By FHIRPath.
        case fhirpath
        /// By the path of an element or the name of a type.
        case element
        /// By the address of another extension.
        case `extension`
    }

    /// Where an extension may stand.
    package struct Context: Sendable {
        package let kind: ContextKind
        /// The path, address or FHIRPath expression.
        package let expression: String
    }

    private enum Field {
        static let url = 0
        static let name = 1
        static let title = 2
        static let version = 3
        static let type = 4
        static let parent = 5
        static let kind = 6
        static let rows = 7
        static let contexts = 8
        static let contextInvariants = 9
    }

    private static let rowWidth = 5
    /// More than any type has: ends a walk in a circle through a damaged table.
    private static let elementsMax = 4_000

    let table: DefinitionTable
    let place: Int

    /// The address.
    package var url: String { table.text(place + Field.url) }

    /// The name for programs.
    package var name: String { table.text(place + Field.name) }

    /// The name for people; nil if it has none.
    package var title: String? { table.textIfAny(place + Field.title) }

    /// The version of the definition.
    package var version: String? { table.textIfAny(place + Field.version) }

    /// The type that the profile is for, such as `Observation` or `Extension`.
    package var type: String { table.text(place + Field.type) }

    /// The address of the profile or type that this one is made from; nil for Element and Resource.
    package var base: String? { table.textIfAny(place + Field.parent) }

    /// The sort of the type.
    package var kind: TypeDefinition.Kind { .init(rawValue: bits & 0xFF) ?? .complex }

    /// Whether only profiles made from it are used.
    package var isAbstract: Bool { bits & 0x100 != 0 }

    /// Whether it is a profile on a type; otherwise it is the definition of one.
    package var isConstraint: Bool { bits & 0x200 != 0 }

    /// Where an extension may stand; empty for others.
    package var contexts: [Context] {
        table.items(table.word(place + Field.contexts)).map {
            let context = table.word($0)
            return Context(
                kind: ContextKind(rawValue: table.word(context)) ?? .element,
                expression: table.text(context + 1))
        }
    }

    /// FHIRPath expressions that must be true where an extension stands.
    package var contextInvariants: [String] { table.texts(place + Field.contextInvariants) }

    /// All elements in the order of the definition; the first stands for the whole.
    package var elements: [ProfileElement] {
        guard isConstraint else { return elementsOfType() }
        return table.items(table.word(place + Field.rows), width: Self.rowWidth).map { row in
            ProfileElement(
                definition: ElementDefinition(
                    table: table, place: table.word(row + 3), ownerPlace: row + 1),
                parentIDPlace: row, slicePlace: row + 2, extraPlace: table.word(row + 4))
        }
    }

    /// The element with an id, such as `Observation.category:us-core.coding`.
    package func element(id: String) -> ProfileElement? { elements.first { $0.id == id } }

    /// The elements of a type with those inside of them, as a definition of a type lists them.
    private func elementsOfType() -> [ProfileElement] {
        let definitions = Definitions(table: table)
        guard let type = definitions.type(self.type) else { return [] }
        var found = [ProfileElement(type.head)]
        append(type, definitions, depthMax: 16, to: &found)
        return found
    }

    private func append(
        _ type: TypeDefinition, _ definitions: Definitions, depthMax: Int,
        to found: inout [ProfileElement]
    ) {
        for element in type.elements where depthMax > 0 && found.count < Self.elementsMax {
            found.append(ProfileElement(element))
            guard element.contentReference == nil, let inner = definitions.type(element.path),
                inner.kind == .backbone
            else { continue }
            append(inner, definitions, depthMax: depthMax - 1, to: &found)
        }
    }

    private var bits: Int { table.word(place + Field.kind) }
}
