/// An XML document after reading: its elements, attributes and text in one piece of memory.
///
/// Comments and processing instructions are not kept. Text that is nothing but space is kept only
/// outside of the data namespace, where the space means something.
package struct XMLTree: Sendable {
    /// FHIR's namespace.
    package static let fhir = "http://hl7.org/fhir"
    /// The namespace of narratives.
    package static let xhtml = "http://www.w3.org/1999/xhtml"

    let storage: XMLStorage

    /// Reads a document of UTF-8.
    ///
    /// No network, no files, no document type, no entities but the five of XML itself.
    ///
    /// - Parameter dataNamespace: the namespace in which space between elements means nothing.
    /// - Throws: ``XMLError`` with the place, if it is not well-formed or goes beyond a limit.
    /// Spec: XML 1.0, https://www.w3.org/TR/xml/ ; Namespaces, https://www.w3.org/TR/xml-names/
    package static func parse(
        _ bytes: [UInt8], limits: XMLLimits = .resource, dataNamespace: String = fhir
    ) throws(XMLError) -> XMLTree {
        var builder = XMLTreeBuilder(limits: limits, dataNamespace: dataNamespace)
        if let fault = builder.read(bytes) {
            throw XMLError(fault.code, at: fault.offset, of: bytes)
        }
        return XMLTree(storage: builder.finished(bytes))
    }

    /// The outermost element.
    package var root: XMLElement { XMLElement(storage: storage, node: 0) }
}

/// The name of an element or attribute; equal names of one document have the same number.
struct XMLName: Sendable {
    let local: String
    let namespace: String
    let prefix: String
    /// Whether space between the elements below means nothing.
    let isData: Bool
}

/// An element or a piece of text; what an element holds follows it directly.
struct XMLNode: Sendable {
    /// Number of the name; negative for text.
    let name: Int32
    /// First attribute of an element; first byte of a text.
    let first: UInt32
    /// Attributes of an element; bytes of a text.
    var count: UInt32
    /// Index of the node after this one and all it holds.
    var next: UInt32
    /// Bytes of the source before the end of the start tag; within it at any rate.
    let offset: UInt32
    /// Bytes of the source before the end of the element.
    var end: UInt32
    /// Whether the element itself declares the namespace that names without prefix are in.
    let declaresDefault: Bool

    var isText: Bool { name < 0 }
}

/// One attribute: the number of its name, and its value in the text.
struct XMLAttribute: Sendable {
    let name: Int32
    let start: UInt32
    let end: UInt32
}

/// A prefix that an element declares, and what it stands for.
struct XMLDeclaration: Sendable {
    let node: Int
    /// Empty for the namespace of names without prefix.
    let prefix: String
    let namespace: String
}

/// What a document holds; shared by all views of it.
final class XMLStorage: Sendable {
    let source: [UInt8]
    let nodes: ContiguousArray<XMLNode>
    let attributes: ContiguousArray<XMLAttribute>
    let names: ContiguousArray<XMLName>
    let declarations: [XMLDeclaration]
    /// Values of attributes and text, one after the other.
    let text: [UInt8]

    init(
        source: [UInt8], nodes: ContiguousArray<XMLNode>,
        attributes: ContiguousArray<XMLAttribute>, names: ContiguousArray<XMLName>,
        declarations: [XMLDeclaration], text: [UInt8]
    ) {
        self.source = source
        self.nodes = nodes
        self.attributes = attributes
        self.names = names
        self.declarations = declarations
        self.text = text
    }

    /// The first byte of an element in the source.
    ///
    /// A start tag cannot hold another `<`, not even in a value.
    func start(of node: Int) -> Int {
        var place = min(Int(nodes[node].offset), source.count - 1)
        while place > 0, source[place] != 0x3C { place -= 1 }
        return place
    }

    /// The bytes of an element in the source, tags included.
    func sourceRange(of node: Int) -> Range<Int> {
        let start = start(of: node)
        var end = min(max(Int(nodes[node].end), start), source.count)
        while end < source.count, end > 0, source[end - 1] != 0x3E { end += 1 }
        return start..<end
    }
}

/// An element of a document: a cheap view of it.
package struct XMLElement: Sendable {
    let storage: XMLStorage
    let node: Int

    private var entry: XMLNode { storage.nodes[node] }
    var qualifiedName: XMLName { storage.names[Int(entry.name)] }

    /// The name without prefix.
    package var name: String { qualifiedName.local }
    /// The namespace; empty if there is none.
    package var namespace: String { qualifiedName.namespace }

    /// The value of an attribute without namespace.
    package func attribute(_ name: String) -> String? {
        attributes.first { $0.name == name && $0.namespace.isEmpty }?.value
    }

    /// The attributes in their order, without the declarations of namespaces.
    package var attributes: [(name: String, namespace: String, value: String)] {
        let first = Int(entry.first)
        return storage.attributes[first..<first + Int(entry.count)].map {
            let name = storage.names[Int($0.name)]
            let value = storage.text[Int($0.start)..<Int($0.end)]
            return (name.local, name.namespace, String(decoding: value, as: UTF8.self))
        }
    }

    /// The elements directly below.
    package var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// What is directly below.
    package enum Child: Sendable {
        case element(XMLElement)
        case text(String)
    }

    /// The elements and texts directly below.
    package var children: [Child] {
        var found: [Child] = []
        var child = node + 1
        while child < Int(entry.next) {
            let node = storage.nodes[child]
            if node.isText {
                let bytes = storage.text[Int(node.first)..<Int(node.first) + Int(node.count)]
                found.append(.text(String(decoding: bytes, as: UTF8.self)))
            } else {
                found.append(.element(XMLElement(storage: storage, node: child)))
            }
            child = Int(node.next)
        }
        return found
    }

    /// All text below, one piece after the other.
    package var text: String {
        var bytes: [UInt8] = []
        for node in storage.nodes[node..<Int(entry.next)] where node.isText {
            bytes += storage.text[Int(node.first)..<Int(node.first) + Int(node.count)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of the element as the document has them, tags included.
    package var sourceBytes: ArraySlice<UInt8> { storage.source[storage.sourceRange(of: node)] }

    /// What the prefixes stand for that the element itself declares; the empty one is for names
    /// without prefix.
    var declarations: [String: String] {
        let own = storage.declarations.lazy.filter { $0.node == node }
        return Dictionary(own.map { ($0.prefix, $0.namespace) }, uniquingKeysWith: { $1 })
    }

    /// An error about this element.
    func error(_ code: XMLError.Code, path: String = "") -> XMLError {
        XMLError(code, at: storage.start(of: node), of: storage.source, path: path)
    }
}
