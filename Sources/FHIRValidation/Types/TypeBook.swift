import FHIRModel

/// All types of the definitions, in the form that the walk asks them.
///
/// Made once, in some ten milliseconds.
final class TypeBook: Sendable {
    let types: [TypeSchema]
    private let indices: [String: Int]
    let extensionIndex: Int
    let elementIndex: Int

    init(_ definitions: Definitions) {
        let all = definitions.types
        var indices: [String: Int] = [:]
        for (index, type) in all.enumerated() { indices[type.name] = index }
        var shelf = RuleShelf()
        let reader = TypeReader(definitions: definitions, indices: indices)
        types = all.map { reader.schema($0, &shelf) }
        self.indices = indices
        extensionIndex = indices["Extension"] ?? 0
        elementIndex = indices["Element"] ?? 0
    }

    func index(_ name: String) -> Int? { indices[name] }

    func type(_ name: String) -> TypeSchema? { indices[name].map { types[$0] } }
}

/// Turns definitions of types into schemas.
private struct TypeReader {
    /// More elements than a type of R4 has; one bit each.
    static let elementsMax = 64

    let definitions: Definitions
    let indices: [String: Int]

    func schema(_ type: TypeDefinition, _ shelf: inout RuleShelf) -> TypeSchema {
        let elements = type.elements.prefix(Self.elementsMax)
        var schemas: [ElementSchema] = []
        var members: [String: Member] = [:]
        for (position, element) in elements.enumerated() {
            let schema = ElementSchema(element, rules: shelf.rules(element.constraints))
            schemas.append(schema)
            for (name, kind) in zip(schema.memberNames, element.types) {
                let code = type.element(json: name)?.type ?? kind.code
                guard let index = indices[code] else { continue }
                members[name] = Member(
                    element: position, type: index,
                    targets: targets(kind), profiles: code == "Extension" ? [] : kind.profiles)
            }
        }
        return TypeSchema(
            type, elements: schemas, members: members, rules: shelf.rules(type.constraints),
            lineage: lineage(type))
    }

    private func targets(_ kind: ElementType) -> Set<String> {
        guard kind.code == "Reference" else { return [] }
        return ReferenceTargets.names(kind.targetProfiles, definitions)
    }

    private func lineage(_ type: TypeDefinition) -> Set<String> {
        var names: Set<String> = [type.name]
        var current = type.base
        while let name = current, names.insert(name).inserted {
            current = definitions.type(name)?.base
        }
        return names
    }
}

/// The types that the addresses of profiles stand for.
enum ReferenceTargets {
    /// The names of the types; empty where any will do.
    static func names(_ profiles: [String], _ definitions: Definitions) -> Set<String> {
        var names: Set<String> = []
        for url in profiles {
            guard let type = definitions.profile(url)?.type else { return [] }
            if type == "Resource" || type == "DomainResource" { return [] }
            names.insert(type)
        }
        return names
    }
}
