/// An element of a resource while a patch changes it.
///
/// All elements are FHIR's; a narrative is one piece of markup.
struct EditableXML {
    let name: String
    var attributes: [(name: String, value: String)] = []
    var children: [EditableXML] = []
    /// The bytes of a narrative; nil for the elements of FHIR.
    var markup: [UInt8]?

    var namespace: String { markup == nil ? XMLTree.fhir : XMLTree.xhtml }

    /// The content of a document; nil if it has elements or text that no resource could have.
    init?(_ element: XMLElement) {
        name = element.name
        if element.namespace == XMLTree.xhtml {
            // What is no narrative is no content of a resource either.
            guard let bytes = try? element.storage.narrative(element.node) else { return nil }
            markup = bytes
            return
        }
        guard element.namespace == XMLTree.fhir else { return nil }
        attributes = element.attributes.filter(\.namespace.isEmpty).map { ($0.name, $0.value) }
        for child in element.children {
            guard case .element(let inner) = child, let made = EditableXML(inner) else {
                return nil
            }
            children.append(made)
        }
    }

    /// The value of an attribute.
    func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// Changes the element at the end of some positions.
    mutating func change(
        at positions: ArraySlice<Int>, _ body: (inout EditableXML) throws(PatchFailure) -> Void
    ) throws(PatchFailure) {
        guard let position = positions.first else { return try body(&self) }
        try children[position].change(at: positions.dropFirst(), body)
    }

    /// Writes the element, as a document of its own if it is the root.
    func write(to out: inout [UInt8], isRoot: Bool = false) {
        if let markup {
            out += markup
            return
        }
        out.append(0x3C)
        out += name.utf8
        if isRoot { out.appendAttribute("xmlns", XMLTree.fhir.utf8) }
        for attribute in attributes { out.appendAttribute(attribute.name, attribute.value.utf8) }
        out.append(0x3E)
        for child in children { child.write(to: &out) }
        out += "</\(name)>".utf8
    }
}
