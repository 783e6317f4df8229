package import FHIRModel

/// FHIR's XML form of resources, both ways.
///
/// Holds the names and the order of all elements, made from the definitions once.
///
/// Spec: FHIR R4 XML, https://hl7.org/fhir/R4/xml.html
package struct FHIRXML: Sendable {
    /// The XML of FHIR R4.
    ///
    /// Made at the first use, which takes some milliseconds.
    package static let r4 = FHIRXML(definitions: .r4)

    let shapes: Shapes

    /// Makes the XML of a set of definitions.
    package init(definitions: Definitions) { shapes = Shapes(definitions) }

    /// The canonical JSON of a resource in XML.
    ///
    /// Elements have to be known, in order, and no more than there may be; required elements and
    /// the rules for content are for validation. Numbers keep the form they were written in, and a
    /// narrative its bytes.
    ///
    /// - Throws: ``XMLError`` with line, column and path.
    package func json(
        from xml: [UInt8], limits: XMLLimits = .resource
    ) throws(XMLError) -> [UInt8] {
        try json(from: XMLTree.parse(xml, limits: limits), isOrdered: true)
    }

    /// The XML of a resource in JSON, with an XML declaration.
    ///
    /// Elements are written in the order of the specification.
    ///
    /// - Parameter isPretty: whether each element gets a line of its own.
    /// - Throws: ``XMLError`` with the path: members that FHIR does not have, values of the wrong
    ///   kind, characters that XML cannot hold, a narrative that is not XHTML.
    package func xml(from json: JSON, isPretty: Bool = false) throws(XMLError) -> [UInt8] {
        var writer = ResourceToXML(shapes: shapes, isPretty: isPretty)
        do {
            return try writer.document(json)
        } catch {
            throw XMLError(error.code, path: error.path)
        }
    }

    /// The canonical JSON of a resource that was read already.
    ///
    /// - Parameter isOrdered: whether elements must be in the order of the specification; otherwise
    ///   they are put into it.
    func json(from tree: XMLTree, isOrdered: Bool) throws(XMLError) -> [UInt8] {
        var reader = ResourceToJSON(shapes: shapes, storage: tree.storage, isOrdered: isOrdered)
        do {
            return try reader.document()
        } catch {
            throw tree.storage.error(error.code, node: error.node)
        }
    }
}
