/// A value of a JSON document: a cheap view of the document it belongs to.
///
/// Copying a view copies a reference and a number. The document stays in memory as long as any view
/// of it lives; take `rawBytes` or `canonicalBytes()` into an array to keep a small part of a large
/// document. Numbers keep the form they were written in.
package struct JSON: Sendable {
    /// The six kinds of value of RFC 8259.
    package enum Kind: UInt8, Sendable, Hashable {
        case null, bool, number, string, array, object
    }

    let document: JSONDocument
    let node: Int

    /// Reads a document of UTF-8.
    ///
    /// - Throws: ``JSONError`` with the place, if it is not JSON or goes beyond a limit.
    /// Spec: RFC 8259, https://www.rfc-editor.org/rfc/rfc8259
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .resource
    ) throws(JSONError) -> JSON {
        let nodes = try bytes.withUnsafeBufferPointer {
            (buffer) throws(JSONError) -> ContiguousArray<JSONNode> in
            var parser = JSONParser(buffer, limits: limits)
            return try parser.parse()
        }
        return JSON(document: JSONDocument(bytes: bytes, nodes: nodes), node: 0)
    }

    var entry: JSONNode { document.nodes[node] }

    /// What kind of value it is.
    package var kind: Kind { entry.kind }
    /// Whether it is `null`.
    package var isNull: Bool { kind == .null }
    /// Whether it is an object.
    package var isObject: Bool { kind == .object }
    /// Whether it is an array.
    package var isArray: Bool { kind == .array }
    /// The number of members or elements; 0 for the other kinds.
    package var count: Int { entry.count }

    /// The value of a member, the first one if there are several of the name; nil if there is none.
    package subscript(_ key: String) -> JSON? {
        guard isObject else { return nil }
        var name = node + 1
        let end = Int(entry.next)
        while name < end {
            if document.string(at: name, equals: key) {
                return JSON(document: document, node: name + 1)
            }
            name = Int(document.nodes[name + 1].next)
        }
        return nil
    }

    /// The element at a position from 0; nil outside of the array.
    package subscript(_ index: Int) -> JSON? {
        guard isArray, index >= 0, index < count else { return nil }
        var element = node + 1
        for _ in 0..<index { element = Int(document.nodes[element].next) }
        return JSON(document: document, node: element)
    }

    /// The value at the end of some steps, `json.at("name", 0, "family")`; nil if a step fails.
    package func at(_ steps: JSONStep...) -> JSON? { at(steps: steps) }

    /// The value at the end of some steps; nil if a step fails.
    package func at(steps: [JSONStep]) -> JSON? {
        var value = self
        for step in steps {
            let found: JSON? =
                switch step {
                case .key(let key): value[key]
                case .index(let index): value[index]
                }
            guard let found else { return nil }
            value = found
        }
        return value
    }

    /// The text of a string, unescaped; nil for the other kinds.
    package var string: String? { kind == .string ? document.string(at: node) : nil }

    /// The text of a member that is a string.
    package func string(_ key: String) -> String? { self[key]?.string }

    /// Whether it is a string of exactly this text, byte for byte.
    package func equals(_ text: String) -> Bool {
        kind == .string && document.string(at: node, equals: text)
    }

    /// The truth of `true` or `false`; nil for the other kinds.
    package var bool: Bool? {
        kind == .bool ? document.bytes[Int(entry.start)] == 0x74 : nil
    }

    /// A number as it is written; nil for the other kinds.
    package var numberText: String? {
        kind == .number ? String(decoding: document.bytes[entry.range], as: UTF8.self) : nil
    }

    /// A number with its written form, compared exactly; nil for the other kinds.
    package var number: FHIRDecimal? { numberText.flatMap(FHIRDecimal.init) }

    /// A number written without fraction and exponent that fits 64 bits.
    package var int: Int? { numberText.flatMap { Int($0) } }

    /// The nearest binary value of a number, for plots and not for comparison; nil if it is beyond
    /// what 64 bits hold.
    package var double: Double? {
        numberText.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The bytes of the value exactly as the document has them.
    package var rawBytes: ArraySlice<UInt8> { document.bytes[document.sourceRange(of: node)] }
}

/// One step into a value: a member name or a position.
package enum JSONStep: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case key(String)
    case index(Int)

    /// A member name.
    package init(stringLiteral value: String) { self = .key(value) }
    /// A position from 0.
    package init(integerLiteral value: Int) { self = .index(value) }
}

extension JSON {
    /// The members of an object in source order; empty for the other kinds.
    package var members: Members { Members(json: self) }

    /// The elements of an array in order; empty for the other kinds.
    package var elements: Elements { Elements(json: self) }

    /// The members of an object, one after the other.
    package struct Members: Sequence, IteratorProtocol, Sendable {
        private let document: JSONDocument
        private var name: Int
        private let end: Int

        fileprivate init(json: JSON) {
            document = json.document
            name = json.node + 1
            end = json.isObject ? Int(json.entry.next) : json.node
        }

        package mutating func next() -> (key: String, value: JSON)? {
            guard name < end else { return nil }
            defer { name = Int(document.nodes[name + 1].next) }
            return (document.string(at: name), JSON(document: document, node: name + 1))
        }
    }

    /// The elements of an array, one after the other.
    package struct Elements: Sequence, IteratorProtocol, Sendable {
        private let document: JSONDocument
        private var element: Int
        private let end: Int

        fileprivate init(json: JSON) {
            document = json.document
            element = json.node + 1
            end = json.isArray ? Int(json.entry.next) : json.node
        }

        package mutating func next() -> JSON? {
            guard element < end else { return nil }
            defer { element = Int(document.nodes[element].next) }
            return JSON(document: document, node: element)
        }
    }

    /// Visits every string value below this one with the name of the member it belongs to, which
    /// for an element of an array is that of the array.
    package func forEachString(_ body: (_ key: String?, _ value: String) -> Void) {
        visitStrings(key: nil, body)
    }

    private func visitStrings(key: String?, _ body: (String?, String) -> Void) {
        switch kind {
        case .string: body(key, document.string(at: node))
        case .array: for element in elements { element.visitStrings(key: key, body) }
        case .object: for (name, value) in members { value.visitStrings(key: name, body) }
        case .null, .bool, .number: break
        }
    }

    /// The value a JSON Pointer names; the empty pointer names this value.
    ///
    /// Spec: RFC 6901, https://www.rfc-editor.org/rfc/rfc6901
    package func resolve(pointer: String) -> JSON? {
        guard !pointer.isEmpty else { return self }
        guard pointer.utf8.first == 0x2F else { return nil }
        var value = self
        for token in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let step = value.step(pointerToken: token) else { return nil }
            value = step
        }
        return value
    }

    private func step(pointerToken token: Substring) -> JSON? {
        if isArray {
            let digits = token.utf8
            guard let first = digits.first, digits.allSatisfy({ $0 &- 0x30 < 10 }),
                first != 0x30 || digits.count == 1, let index = Int(token)
            else { return nil }
            return self[index]
        }
        var name = ""
        var scalars = token.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "~" else {
                name.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.popFirst() {
            case "0": name += "~"
            case "1": name += "/"
            default: return nil
            }
        }
        return self[name]
    }
}
