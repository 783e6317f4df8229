import FHIRModel

/// The value of an operation: one of a type, a resource, or parts that together make an element.
struct PatchPart: Sendable {
    private let json: JSON

    init(_ json: JSON) { self.json = json }

    /// A value as an object has it: the member, and the one beside it for a primitive.
    struct Pair: Sendable {
        var value: [UInt8]?
        var sibling: [UInt8]?
    }

    /// The ending that names the type in the value's name: `Quantity` of `valueQuantity`.
    var ending: String? {
        for (key, _) in json.members {
            let name = key.hasPrefix("_") ? key.dropFirst() : key[...]
            if name.hasPrefix("value"), name != "value" { return String(name.dropFirst(5)) }
        }
        return nil
    }

    /// The value for an element of a type.
    ///
    /// - Throws: ``PatchError`` `badValue` for parts that are no elements of the type.
    func pair(for type: TypeDefinition?) throws(PatchError) -> Pair {
        if let ending {
            return Pair(
                value: json["value\(ending)"]?.canonicalBytes(),
                sibling: json["_value\(ending)"]?.canonicalBytes())
        }
        if let resource = json["resource"] { return Pair(value: resource.canonicalBytes()) }
        guard let parts = json["part"], parts.isArray, parts.count > 0, let type else {
            throw PatchError(.badValue)
        }
        return Pair(value: try object(of: Array(parts.elements), type))
    }

    private func object(of parts: [JSON], _ type: TypeDefinition) throws(PatchError) -> [UInt8] {
        var names: [String] = []
        var pairs: [String: [Pair]] = [:]
        var lists: Set<String> = []
        for json in parts {
            let part = PatchPart(json)
            let slot = try ElementSlot(json.string("name") ?? "", part, of: type)
            if pairs[slot.key] == nil { names.append(slot.key) }
            pairs[slot.key, default: []].append(try part.pair(for: slot.type))
            if slot.isList { lists.insert(slot.key) }
        }
        var writer = JSONWriter()
        writer.beginObject()
        for name in names {
            let all = pairs[name] ?? []
            guard lists.contains(name) || all.count == 1 else { throw PatchError(.badValue) }
            if lists.contains(name) {
                if let list = Pair.list(all, \.value) { writer.member(name, raw: list) }
                if let list = Pair.list(all, \.sibling) { writer.member("_\(name)", raw: list) }
            } else {
                if let value = all[0].value { writer.member(name, raw: value) }
                if let sibling = all[0].sibling { writer.member("_\(name)", raw: sibling) }
            }
        }
        writer.endObject()
        return writer.bytes
    }
}

extension PatchPart.Pair {
    /// A list of values, or of what stands beside them, with null for what is not there; nil where
    /// nothing is.
    static func list(_ pairs: [Self], _ side: (Self) -> [UInt8]?) -> [UInt8]? {
        guard pairs.contains(where: { side($0) != nil }) else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for pair in pairs {
            if let bytes = side(pair) { writer.raw(bytes) } else { writer.null() }
        }
        writer.endArray()
        return writer.bytes
    }
}

/// Where in an object an element of a type goes.
struct ElementSlot {
    /// The member: `valueQuantity` for `value` with a Quantity.
    let key: String
    let isList: Bool
    /// The type of the element; nil for one that has no elements of its own that are known.
    let type: TypeDefinition?
    /// Every member that the element may be, of which an object has one.
    let forms: [String]

    /// Finds the place of a named element for a value.
    ///
    /// - Throws: ``PatchError`` `badValue` for an element that the type does not have.
    init(_ name: String, _ part: PatchPart, of owner: TypeDefinition) throws(PatchError) {
        guard let element = owner.element(named: name) ?? owner.element(json: name)?.element else {
            throw PatchError(.badValue)
        }
        guard element.isChoice else {
            key = name
            forms = [name]
            isList = element.isList
            type = owner.element(json: name).flatMap { Definitions.r4.type($0.type) }
            return
        }
        let ending = part.ending ?? ""
        key = element.name + ending
        guard let form = owner.element(json: key) else { throw PatchError(.badValue) }
        forms = element.types.map { choice in
            let code = choice.code
            return element.name + code.prefix(1).uppercased() + code.dropFirst()
        }
        isList = false
        type = Definitions.r4.type(form.type)
    }
}
