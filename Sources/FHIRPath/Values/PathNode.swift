package import FHIRModel

/// An element of a resource: its JSON, what stands beside it for a primitive, and its type.
package struct PathNode: Sendable {
    /// The value; nil if a primitive has only an id or extensions.
    package let json: JSON?
    /// Id and extensions of a primitive.
    package let sibling: JSON?
    let type: TypeID

    init(json: JSON?, sibling: JSON? = nil, type: TypeID) {
        self.json = json
        self.sibling = sibling
        self.type = type
    }

    /// A resource, or another value of unknown type.
    package init(_ json: JSON, types: PathTypes) {
        self.json = json
        sibling = nil
        type = types.resourceType(of: json) ?? .unknown
    }

    /// A value of a type that the definitions name, such as `HumanName` or `Patient.contact`.
    package init(_ json: JSON, typeName: String, types: PathTypes) {
        self.json = json
        sibling = nil
        type = types.id(typeName) ?? .unknown
    }

    /// The name of the type in the definitions; empty if it is not known.
    package func typeName(_ types: PathTypes) -> String { types[type].name }

    /// Whether the value is a single one: no object.
    var isPrimitive: Bool { json.map { !$0.isObject && !$0.isArray } ?? true }
}

extension PathTypes {
    /// The type that a resource says it is.
    func resourceType(of json: JSON) -> TypeID? {
        guard let name = json["resourceType"]?.string, let type = id(name), kind(type) == .resource
        else { return nil }
        return type
    }
}
