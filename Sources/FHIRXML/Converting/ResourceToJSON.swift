/// What is wrong with a resource in XML, and at which node.
struct XMLFault: Error {
    let code: XMLError.Code
    let node: Int
}

/// Writes the JSON of a resource that was read from XML.
///
/// Used for one document.
struct ResourceToJSON {
    private static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

    private let shapes: Shapes
    private let storage: XMLStorage
    private let isOrdered: Bool
    private var out: [UInt8] = []

    init(shapes: Shapes, storage: XMLStorage, isOrdered: Bool) {
        self.shapes = shapes
        self.storage = storage
        self.isOrdered = isOrdered
        out.reserveCapacity(storage.source.count)
    }

    /// The JSON of the document.
    mutating func document() throws(XMLFault) -> [UInt8] {
        try resource(0)
        return out
    }

    private mutating func resource(_ node: Int) throws(XMLFault) {
        let name = storage.name(of: node)
        guard name.namespace == XMLTree.fhir else {
            throw XMLFault(code: .wrongNamespace, node: node)
        }
        guard let shape = shapes.resource(name.local) else {
            throw XMLFault(code: .unknownResource, node: node)
        }
        out += "{\"resourceType\":".utf8
        append(string: name.local)
        try attributes(of: node, shape)
        try elements(of: node, shape)
        out.append(0x7D)
    }

    /// An element with elements of its own.
    private mutating func object(_ node: Int, _ shape: Shape) throws(XMLFault) {
        out.append(0x7B)
        let start = out.count
        try attributes(of: node, shape)
        try elements(of: node, shape)
        guard out.count > start else { throw XMLFault(code: .emptyElement, node: node) }
        out.append(0x7D)
    }

    /// The attributes that are members in JSON: ids, and the addresses of extensions.
    private mutating func attributes(of node: Int, _ shape: Shape) throws(XMLFault) {
        for attribute in storage.attributes(of: node) {
            let name = storage.names[Int(attribute.name)]
            if name.namespace == Self.schemaInstance { continue }
            guard name.namespace.isEmpty, let entry = shape.attribute(name.local) else {
                throw XMLFault(code: .unknownAttribute, node: node)
            }
            guard attribute.start < attribute.end else {
                throw XMLFault(code: .invalidValue, node: node)
            }
            key(entry.name)
            append(text: Int(attribute.start)..<Int(attribute.end))
        }
    }

    private mutating func elements(of node: Int, _ shape: Shape) throws(XMLFault) {
        var children = try self.children(of: node, shape)
        if !isOrdered { children = Self.sorted(children) }
        var index = 0
        var lastOrder = -1
        while index < children.count {
            let entry = children[index].entry
            guard entry.order >= lastOrder else {
                throw XMLFault(code: .wrongOrder, node: children[index].node)
            }
            var end = index + 1
            while end < children.count, children[end].entry.name == entry.name { end += 1 }
            guard entry.order > lastOrder else {
                throw XMLFault(code: .tooMany, node: children[index].node)
            }
            guard entry.isList || end == index + 1 else {
                throw XMLFault(code: .tooMany, node: children[index + 1].node)
            }
            lastOrder = entry.order
            try group(children[index..<end].map(\.node), entry)
            index = end
        }
    }

    private func children(
        of node: Int, _ shape: Shape
    ) throws(XMLFault) -> [(node: Int, entry: Shape.Entry)] {
        var found: [(Int, Shape.Entry)] = []
        var child = node + 1
        let end = Int(storage.nodes[node].next)
        while child < end {
            guard !storage.nodes[child].isText else {
                throw XMLFault(code: .strayText, node: node)
            }
            let name = storage.name(of: child)
            guard let entry = shape.entry(name.local), entry.form != .attribute else {
                throw XMLFault(code: .unknownElement, node: child)
            }
            let namespace = entry.form == .narrative ? XMLTree.xhtml : XMLTree.fhir
            guard name.namespace == namespace else {
                throw XMLFault(code: .wrongNamespace, node: child)
            }
            found.append((child, entry))
            child = Int(storage.nodes[child].next)
        }
        return found
    }

    /// The children in the order of the specification; those of one element stay as they are.
    private static func sorted(
        _ children: [(node: Int, entry: Shape.Entry)]
    ) -> [(node: Int, entry: Shape.Entry)] {
        children.enumerated().sorted {
            ($0.element.entry.order, $0.offset) < ($1.element.entry.order, $1.offset)
        }.map(\.element)
    }

    /// All occurrences of one element as a member, or as two if there are extensions.
    private mutating func group(_ nodes: [Int], _ entry: Shape.Entry) throws(XMLFault) {
        if entry.form.isPrimitive { return try primitives(nodes, entry) }
        key(entry.name)
        if entry.isList { out.append(0x5B) }
        for (index, node) in nodes.enumerated() {
            if index > 0 { out.append(0x2C) }
            switch entry.form {
            case .elements(let number): try object(node, shapes[number])
            case .resource: try wrapped(node)
            default: try narrative(node)
            }
        }
        if entry.isList { out.append(0x5D) }
    }

    /// The resource inside of an element.
    private mutating func wrapped(_ node: Int) throws(XMLFault) {
        guard storage.nodes[node].count == 0 else {
            throw XMLFault(code: .unknownAttribute, node: node)
        }
        let end = Int(storage.nodes[node].next)
        guard node + 1 < end, !storage.nodes[node + 1].isText,
            Int(storage.nodes[node + 1].next) == end
        else { throw XMLFault(code: .tooFew, node: node) }
        try resource(node + 1)
    }

    private mutating func narrative(_ node: Int) throws(XMLFault) {
        let markup = try storage.narrative(node)
        markup.withUnsafeBufferPointer { out.appendJSONString($0) }
    }

    private mutating func primitives(_ nodes: [Int], _ entry: Shape.Entry) throws(XMLFault) {
        var values: [XMLAttribute?] = []
        var hasMore = false
        for node in nodes {
            let value = try self.value(of: node)
            let isAlone = storage.nodes[node].next == UInt32(node + 1)
            guard value != nil || !isAlone else { throw XMLFault(code: .emptyElement, node: node) }
            hasMore = hasMore || !isAlone || storage.attribute("id", of: node) != nil
            values.append(value)
        }
        if values.contains(where: { $0 != nil }) {
            key(entry.name)
            if entry.isList { out.append(0x5B) }
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(0x2C) }
                if let value {
                    try append(value, as: entry.form, node: nodes[index])
                } else {
                    out += "null".utf8
                }
            }
            if entry.isList { out.append(0x5D) }
        }
        if hasMore { try more(nodes, entry) }
    }

    /// The ids and extensions of primitives, in a member of their own.
    private mutating func more(_ nodes: [Int], _ entry: Shape.Entry) throws(XMLFault) {
        key("_\(entry.name)")
        if entry.isList { out.append(0x5B) }
        for (index, node) in nodes.enumerated() {
            if index > 0 { out.append(0x2C) }
            let isAlone = storage.nodes[node].next == UInt32(node + 1)
            let id = storage.attribute("id", of: node)
            guard !isAlone || id != nil else {
                out += "null".utf8
                continue
            }
            out.append(0x7B)
            if let id {
                key("id")
                append(text: Int(id.start)..<Int(id.end))
            }
            try elements(of: node, shapes.primitive)
            out.append(0x7D)
        }
        if entry.isList { out.append(0x5D) }
    }

    /// The `value` attribute of a primitive; its other attributes are checked.
    private func value(of node: Int) throws(XMLFault) -> XMLAttribute? {
        var value: XMLAttribute?
        for attribute in storage.attributes(of: node) {
            let name = storage.names[Int(attribute.name)]
            if name.namespace == Self.schemaInstance { continue }
            guard name.namespace.isEmpty, name.local == "value" || name.local == "id" else {
                throw XMLFault(code: .unknownAttribute, node: node)
            }
            guard attribute.start < attribute.end else {
                throw XMLFault(code: .invalidValue, node: node)
            }
            if name.local == "value" { value = attribute }
        }
        return value
    }

    private mutating func append(
        _ value: XMLAttribute, as form: Shape.Form, node: Int
    ) throws(XMLFault) {
        let range = Int(value.start)..<Int(value.end)
        var text = storage.text[range]
        switch form {
        case .boolean:
            guard text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8) else {
                throw XMLFault(code: .invalidValue, node: node)
            }
            out += text
        case .integer, .decimal:
            // XML allows a plus sign that JSON does not have.
            if form == .integer, text.first == 0x2B { text = text.dropFirst() }
            guard [UInt8].isJSONNumber(text, isWhole: form == .integer) else {
                throw XMLFault(code: .invalidValue, node: node)
            }
            out += text
        default: append(text: range)
        }
    }

    private mutating func key(_ name: String) {
        if let last = out.last, last != 0x7B { out.append(0x2C) }
        append(string: name)
        out.append(0x3A)
    }

    private mutating func append(text range: Range<Int>) {
        storage.text.withUnsafeBufferPointer {
            out.appendJSONString(UnsafeBufferPointer(rebasing: $0[range]))
        }
    }

    /// A name, which holds nothing to escape.
    private mutating func append(string: String) {
        out.append(0x22)
        out += string.utf8
        out.append(0x22)
    }
}
