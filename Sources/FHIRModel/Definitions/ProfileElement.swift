/// An element of a profile.
///
/// Spec: FHIR R4 ElementDefinition, https://hl7.org/fhir/R4/elementdefinition.html
package struct ProfileElement: Sendable {
    private enum Field {
        static let slicing = 0
        static let values = 1
    }

    private enum ValueSort: Int {
        case fixed, pattern, lowest, highest
    }

    /// What holds for the element as for one of a type: path, types, cardinality, binding, rules.
    package let definition: ElementDefinition
    private let parentIDPlace: Int
    private let slicePlace: Int?
    private let extraPlace: Int

    init(definition: ElementDefinition, parentIDPlace: Int, slicePlace: Int, extraPlace: Int) {
        self.definition = definition
        self.parentIDPlace = parentIDPlace
        self.slicePlace = slicePlace
        self.extraPlace = extraPlace
    }

    /// An element of the definition of a type, which has no slices and no values.
    init(_ definition: ElementDefinition) {
        self.definition = definition
        parentIDPlace = definition.ownerPlace
        slicePlace = nil
        extraPlace = 0
    }

    /// The id, which is unique in the profile: the path with the names of slices in it.
    package var id: String {
        let slice = sliceName.map { ":\($0)" } ?? ""
        return definition.path(inside: table.text(parentIDPlace)) + slice
    }

    /// The id of the element that it stands in; empty for the first one.
    package var parentID: String { table.text(parentIDPlace) }

    /// The path as the specification writes it, such as `Observation.value[x]`.
    package var path: String { definition.path }

    /// The name without `[x]`.
    package var name: String { definition.name }

    /// The name of the slice that the element defines; nil if it defines none.
    package var sliceName: String? { slicePlace.flatMap { table.textIfAny($0) } }

    /// How often the element must occur.
    package var min: Int { definition.min }

    /// How often the element may occur; nil for any number of times.
    package var max: Int? { definition.max }

    /// The types it may take.
    package var types: [ElementType] { definition.types }

    /// Which codes it takes.
    package var binding: Binding? { definition.binding }

    /// The rules for the element.
    package var constraints: [Invariant] { definition.constraints }

    /// Whether systems that use the profile must handle the element.
    package var isMustSupport: Bool { definition.isMustSupport }

    /// How the values of the element are told apart into slices; nil if they are not.
    package var slicing: Slicing? {
        let place = extraPlace == 0 ? 0 : table.word(extraPlace + Field.slicing)
        return place == 0 ? nil : Slicing(table: table, place: place)
    }

    /// The value that the element must have exactly.
    package var fixed: WrittenValue? { value(.fixed) }

    /// The value of which the element must have at least everything.
    package var pattern: WrittenValue? { value(.pattern) }

    /// The lowest value that is allowed.
    package var lowest: WrittenValue? { value(.lowest) }

    /// The highest value that is allowed.
    package var highest: WrittenValue? { value(.highest) }

    private var table: DefinitionTable { definition.table }

    private func value(_ sort: ValueSort) -> WrittenValue? {
        guard extraPlace != 0 else { return nil }
        for item in table.items(table.word(extraPlace + Field.values)) {
            let value = table.word(item)
            guard table.word(value) == sort.rawValue else { continue }
            return WrittenValue(
                type: table.text(value + 1), json: Array(table.textBytes(value + 2)))
        }
        return nil
    }
}

/// A value as JSON, with its type.
package struct WrittenValue: Sendable {
    /// The type, such as `code`, `uri` or `CodeableConcept`.
    package let type: String
    /// The value without blanks; numbers stand as the definition writes them.
    package let json: [UInt8]
}

/// How the values of an element are told apart.
///
/// Spec: FHIR R4 slicing, https://hl7.org/fhir/R4/profiling.html#slicing
package struct Slicing: Sendable {
    /// What may stand beside the slices.
    package enum Rules: Int, Sendable {
        /// Nothing.
        case closed
        /// Anything.
        case open
        /// Anything, but only after the slices.
        case openAtEnd
    }

    /// What the values of slices are told apart by.
    package enum DiscriminatorKind: Int, Sendable {
        /// By a fixed value, a pattern or a required binding.
        case value
        /// By whether the element is there.
        case exists
        /// By a pattern; the standard treats it as ``value``.
        case pattern
        /// By its type.
        case type
        /// By the profile it fits.
        case profile
    }

    /// One thing that the values of slices are told apart by.
    package struct Discriminator: Sendable {
        package let kind: DiscriminatorKind
        /// Where in the value to look, in the part of FHIRPath that the standard allows there.
        package let path: String
    }

    let table: DefinitionTable
    let place: Int

    /// What may stand beside the slices.
    package var rules: Rules { Rules(rawValue: table.word(place)) ?? .open }

    /// Whether the slices must stand in the order of the profile.
    package var isOrdered: Bool { table.word(place + 1) != 0 }

    /// What the slices are told apart by; all of it together.
    package var discriminators: [Discriminator] {
        table.items(table.word(place + 2)).map {
            let part = table.word($0)
            return Discriminator(
                kind: DiscriminatorKind(rawValue: table.word(part)) ?? .value,
                path: table.text(part + 1))
        }
    }
}
