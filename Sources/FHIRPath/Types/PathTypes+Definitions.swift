package import FHIRModel

extension PathTypes {
    /// The types of FHIR R4 with all their elements; made once, when first used.
    package static let r4 = PathTypes(Definitions.r4)

    /// The types that definitions hold, with all their elements.
    package init(_ definitions: Definitions) {
        let types = definitions.types
        var ids: [String: TypeID] = [:]
        var names: [String] = []
        for (index, type) in types.enumerated() {
            let name = type.name
            names.append(name)
            ids[name] = TypeID(index + 1)
        }
        var records = [Self.unknownRecord]
        for (index, type) in types.enumerated() {
            records.append(
                Record(
                    name: names[index], parent: type.base.flatMap { ids[$0] } ?? .unknown,
                    kind: Kind(type.kind), children: Self.children(of: type, ids, definitions)))
        }
        self.init(records)
    }

    private static func children(
        of type: TypeDefinition, _ ids: [String: TypeID], _ definitions: Definitions
    ) -> [String: Child]? {
        // Resource and DomainResource stand for resources whose elements are not known yet.
        guard type.kind != .primitive else { return nil }
        var children: [String: Child] = [:]
        for element in type.elements {
            let name = element.name
            var forms: [Form] = []
            if element.isChoice {
                for choice in element.types {
                    let code = choice.code
                    let ending = code.prefix(1).uppercased() + code.dropFirst()
                    forms.append(form(name + ending, code, ids, definitions))
                }
            } else {
                let typeName = type.element(json: name)?.type ?? ""
                forms.append(form(name, typeName, ids, definitions))
            }
            children[name] = Child(forms: forms)
        }
        return children
    }

    private static func form(
        _ name: String, _ typeName: String, _ ids: [String: TypeID], _ definitions: Definitions
    ) -> Form {
        Form(
            name: name, siblingName: "_" + name, type: ids[typeName] ?? .unknown,
            isPrimitive: definitions.type(typeName)?.kind == .primitive)
    }
}

extension PathTypes.Kind {
    fileprivate init(_ kind: TypeDefinition.Kind) {
        switch kind {
        case .primitive: self = .primitive
        case .complex, .backbone: self = .complex
        case .resource: self = .resource
        }
    }
}
