import FHIRModel
import FHIRPath

/// A type of the standard in the form that the walk asks it.
final class TypeSchema: Sendable {
    let name: String
    let kind: TypeDefinition.Kind
    /// The form of the value of a primitive type.
    let form: PrimitiveForm?
    let elements: [ElementSchema]
    /// The elements by their names in JSON.
    let members: [String: Member]
    /// The rules for the type as a whole.
    let rules: [Rule]
    /// A bit for each element that must be there.
    let required: UInt64
    /// Itself and the types it is made from.
    let lineage: Set<String>
    /// Where the elements stand, by name.
    let positions: [String: Int]
    /// Which of the types that the walk treats in its own way it is.
    let special: Special?

    enum Special: Sendable {
        case reference, `extension`, coding, codeableConcept, quantity
    }

    init(
        _ definition: TypeDefinition, elements: [ElementSchema], members: [String: Member],
        rules: [Rule], lineage: Set<String>
    ) {
        name = definition.name
        kind = definition.kind
        form = definition.kind == .primitive ? PrimitiveForm(type: name) : nil
        self.elements = elements
        self.members = members
        self.rules = rules
        self.lineage = lineage
        positions = Dictionary(
            elements.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var bits: UInt64 = 0
        for (index, element) in elements.enumerated() where element.min > 0 {
            bits |= 1 << UInt64(index)
        }
        required = bits
        special =
            switch name {
            case "Reference": .reference
            case "Extension": .extension
            case "Coding": .coding
            case "CodeableConcept": .codeableConcept
            case _ where lineage.contains("Quantity"): .quantity
            default: nil
            }
    }

    /// The element with a name, of a choice the one without a type.
    func element(named name: String) -> ElementSchema? { positions[name].map { elements[$0] } }

    /// The names that an element can have in JSON.
    func memberNames(of element: String) -> [(name: String, member: Member)] {
        guard let index = positions[element] else { return [] }
        return elements[index].memberNames.compactMap { name in members[name].map { (name, $0) } }
    }
}

/// What a member of an object is.
struct Member: Sendable {
    /// The position of its element in the type.
    let element: Int
    /// The position of its type in the book.
    let type: Int
    /// The types of resource that a reference may lead to; empty for any.
    let targets: Set<String>
    /// Addresses of profiles of which the value must fit one; empty for none.
    let profiles: [String]
}

/// An element of a type.
final class ElementSchema: Sendable {
    let name: String
    /// As the specification writes it, such as `Observation.value[x]`.
    let path: String
    let isChoice: Bool
    let min: Int
    let max: Int
    let isList: Bool
    let binding: BindingRule?
    let rules: [Rule]
    /// The names that it can have in JSON, in the order of the types.
    let memberNames: [String]

    init(_ definition: ElementDefinition, rules: [Rule]) {
        name = definition.name
        path = definition.path
        isChoice = definition.isChoice
        min = definition.min
        max = definition.max ?? .max
        isList = definition.isList
        binding = BindingRule(definition.binding)
        self.rules = rules
        let name = definition.name
        memberNames =
            definition.isChoice
            ? definition.types.map { name + $0.code.prefix(1).uppercased() + $0.code.dropFirst() }
            : [name]
    }
}

/// Which codes an element takes, where that is to be looked at.
struct BindingRule: Sendable, Hashable {
    let strength: Binding.Strength
    let valueSet: String
    /// The set that every code must be in, also where the strength allows others.
    let outermost: String?

    /// - Returns: nil for a binding that only recommends.
    init?(_ binding: Binding?) {
        guard let binding, let valueSet = binding.valueSet else { return nil }
        let isStrict = binding.strength == .required || binding.strength == .extensible
        guard isStrict || binding.maxValueSet != nil else { return nil }
        strength = binding.strength
        self.valueSet = valueSet
        outermost = binding.maxValueSet
    }
}
