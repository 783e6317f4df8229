package import FHIRModel

/// Where an element stands in its resource.
package enum ElementPlace {
    /// The path to an element from the root, such as `Patient.name[0].given[1]`; nil if it stands in
    /// another document.
    ///
    /// Found by the byte at which the element begins, so that evaluation need not carry paths.
    ///
    /// - Parameter showsEveryIndex: whether elements that do not repeat have the index 0 too.
    package static func text(
        of node: PathNode, in root: JSON, types: PathTypes, showsEveryIndex: Bool = false
    ) -> String? {
        guard let target = node.json ?? node.sibling else { return nil }
        let bytes = target.rawBytes
        let rootBytes = root.rawBytes
        guard bytes.startIndex >= rootBytes.startIndex, bytes.endIndex <= rootBytes.endIndex,
            rootBytes[bytes.startIndex..<bytes.endIndex] == bytes
        else { return nil }
        let start = PathNode(root, types: types)
        var path = root.string("resourceType") ?? start.typeName(types)
        var current = root
        var type = start.type
        while current.rawBytes.startIndex != bytes.startIndex {
            guard let step = step(from: current, type, to: bytes.startIndex, types) else {
                return nil
            }
            path += (path.isEmpty ? "" : ".") + step.name
            if showsEveryIndex, path.utf8.last != 0x5D { path += "[0]" }
            (current, type) = (step.value, step.type)
        }
        return path
    }

    /// The member, or the element of one, within which a byte lies.
    private static func step(
        from json: JSON, _ type: TypeID, to offset: Int, _ types: PathTypes
    ) -> (name: String, value: JSON, type: TypeID)? {
        for (key, member) in json.members where contains(member, offset) {
            let key = key.utf8.first == 0x5F ? String(key.dropFirst()) : key
            let name = elementName(key, type, types)
            guard member.isArray else { return (name, member, inner(member, key, type, types)) }
            for (index, element) in member.elements.enumerated() where contains(element, offset) {
                return ("\(name)[\(index)]", element, inner(element, key, type, types))
            }
        }
        return nil
    }

    private static func contains(_ json: JSON, _ offset: Int) -> Bool {
        let bytes = json.rawBytes
        return bytes.startIndex <= offset && offset < bytes.endIndex
    }

    /// The name of an element: `value` for `valueQuantity`.
    private static func elementName(_ key: String, _ type: TypeID, _ types: PathTypes) -> String {
        guard let children = types[type].children, children[key] == nil else { return key }
        let owner = children.first { $0.value.forms.contains { $0.name == key } }
        return owner?.key ?? key
    }

    private static func inner(
        _ json: JSON, _ key: String, _ type: TypeID, _ types: PathTypes
    ) -> TypeID {
        if let known = types.resourceType(of: json) ?? types[type].formTypes?[key] { return known }
        let isExtension = key == "extension" || key == "modifierExtension"
        return isExtension ? types.id("Extension") ?? .unknown : .unknown
    }
}
