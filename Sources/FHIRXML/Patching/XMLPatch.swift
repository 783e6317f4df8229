package import FHIRModel
package import Kernel

/// Why an XML Patch cannot be read or applied.
package enum XMLPatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The patch is not well-formed XML.
    case patch(XMLError)
    /// An operation is wrong or cannot be done.
    case operation(PatchError)
    /// The resource cannot be written as XML.
    case resource(XMLError)
    /// What comes out is no resource of FHIR.
    case result(XMLError)

    /// A sentence that says what is wrong and what to do.
    package var message: String {
        switch self {
        case .patch(let error): "The patch cannot be read. \(error.message)"
        case .operation(let error): error.message
        case .resource(let error): "The resource has no XML form to patch. \(error.message)"
        case .result(let error): "The patched resource would not be valid. \(error.message)"
        }
    }

    package var description: String { message }

    /// The error as the caller of an interface is told about it.
    package var problem: Problem {
        switch self {
        case .patch(let error): Problem(error.problem.code, message)
        case .operation(let error): error.problem
        case .resource(let error), .result(let error):
            Problem(error.problem.code, message, location: error.problem.location)
        }
    }
}

/// A list of changes to the XML form of a resource, applied one after the other or not at all.
///
/// The operations add, replace and remove elements and attributes; a narrative is changed as a
/// whole. Paths are those of ``XMLSelector``: one place each. An element that is added out of the
/// order of the specification is put into it at the end.
///
/// Spec: RFC 5261, https://www.rfc-editor.org/rfc/rfc5261 ; FHIR R4 patch,
/// https://hl7.org/fhir/R4/http.html#patch
package struct XMLPatch: Sendable {
    /// The most operations of one patch.
    package static let operationsMax = JSONPatch.operationsMax
    /// The most elements that are looked at while a patch is applied.
    package static let elementsMax = 5_000_000
    /// The largest result in its XML form, in bytes.
    package static let resultBytesMax = XMLLimits.resource.bytesMax

    private enum Change: Sendable {
        case add(XMLElement, Position)
        case addAttribute(String, String)
        case replace(XMLElement)
        case remove
    }

    /// Where elements are added.
    private enum Position: String, Sendable {
        case prepend, before, after
        /// After the last child, where `pos` is not given.
        case append
    }

    private struct Operation: Sendable {
        let path: String
        let selector: XMLSelector
        let change: Change
    }

    private let operations: [Operation]

    /// Reads a patch.
    ///
    /// - Throws: ``XMLPatchError`` with the first operation that is wrong.
    package init(_ xml: [UInt8]) throws(XMLPatchError) {
        let root: XMLElement
        do {
            root = try XMLTree.parse(xml).root
        } catch {
            throw .patch(error)
        }
        guard root.name == "diff" || root.name == "patch" else {
            throw .operation(PatchError(.notAPatch))
        }
        let elements = root.elements
        guard elements.count <= Self.operationsMax else {
            throw .operation(PatchError(.tooManyOperations))
        }
        var operations: [Operation] = []
        for (index, element) in elements.enumerated() {
            let namespaces = root.declarations.merging(element.declarations) { $1 }
            do {
                operations.append(try Self.operation(element, namespaces))
            } catch {
                throw .operation(
                    PatchError(
                        error.code, operationIndex: index, path: element.attribute("sel")))
            }
        }
        self.operations = operations
    }

    private static func operation(
        _ element: XMLElement, _ namespaces: [String: String]
    ) throws(PatchFailure) -> Operation {
        let known = ["add": ["sel", "pos", "type"], "replace": ["sel"], "remove": ["sel", "ws"]]
        guard let attributes = known[element.name] else {
            throw PatchFailure(code: .unknownOperation)
        }
        guard let path = element.attribute("sel"),
            element.attributes.allSatisfy({ attributes.contains($0.name) })
        else { throw PatchFailure(code: .badMember) }
        guard let selector = XMLSelector(path, namespaces: namespaces) else {
            throw PatchFailure(code: .badPath)
        }
        let change: Change =
            switch element.name {
            case "add": try addition(element)
            case "replace": .replace(element)
            default: .remove
            }
        return Operation(path: path, selector: selector, change: change)
    }

    private static func addition(_ element: XMLElement) throws(PatchFailure) -> Change {
        if let type = element.attribute("type") {
            guard type.utf8.first == 0x40, type.utf8.count > 1, element.attribute("pos") == nil
            else { throw PatchFailure(code: .badMember) }
            return .addAttribute(String(type.dropFirst()), element.text)
        }
        guard let text = element.attribute("pos") else { return .add(element, .append) }
        guard let position = Position(rawValue: text), position != .append else {
            throw PatchFailure(code: .badMember)
        }
        return .add(element, position)
    }

    /// The canonical JSON of a resource after all operations.
    ///
    /// - Throws: ``XMLPatchError``; then nothing is changed.
    package func applied(
        to json: JSON, using fhir: FHIRXML = .r4
    ) throws(XMLPatchError) -> [UInt8] {
        var root = try Self.editable(json, fhir)
        var visitsLeft = Self.elementsMax
        for (index, operation) in operations.enumerated() {
            do {
                try Self.apply(operation, to: &root, &visitsLeft)
            } catch {
                throw .operation(
                    PatchError(error.code, operationIndex: index, path: operation.path))
            }
        }
        var xml: [UInt8] = []
        root.write(to: &xml, isRoot: true)
        do {
            let limits = XMLLimits(
                bytesMax: Self.resultBytesMax, nodesMax: XMLLimits.resource.nodesMax)
            return try fhir.json(from: XMLTree.parse(xml, limits: limits), isOrdered: false)
        } catch {
            // Lines and columns are those of a document that nobody has seen.
            throw .result(XMLError(error.code, path: error.path))
        }
    }

    private static func editable(
        _ json: JSON, _ fhir: FHIRXML
    ) throws(XMLPatchError) -> EditableXML {
        do throws(XMLError) {
            let tree = try XMLTree.parse(fhir.xml(from: json))
            guard let root = EditableXML(tree.root) else { throw XMLError(.malformed) }
            return root
        } catch {
            throw .resource(XMLError(error.code, path: error.path))
        }
    }

    private static func apply(
        _ operation: Operation, to root: inout EditableXML, _ visitsLeft: inout Int
    ) throws(PatchFailure) {
        let place = try operation.selector.place(in: root, &visitsLeft)
        switch operation.change {
        case .add(let element, let position):
            guard place.attribute == nil else { throw PatchFailure(code: .badPath) }
            try add(try content(of: element), position, at: place.positions[...], in: &root)
        case .addAttribute(let name, let text):
            guard place.attribute == nil else { throw PatchFailure(code: .badPath) }
            try root.change(at: place.positions[...]) { (target) throws(PatchFailure) in
                guard target.attribute(name) == nil, target.markup == nil else {
                    throw PatchFailure(code: .badValue)
                }
                target.attributes.append((name, text))
            }
        case .replace(let element): try replace(place, with: element, in: &root)
        case .remove: try remove(place, from: &root)
        }
    }

    private static func add(
        _ elements: [EditableXML], _ position: Position, at positions: ArraySlice<Int>,
        in root: inout EditableXML
    ) throws(PatchFailure) {
        guard !elements.isEmpty else { throw PatchFailure(code: .badValue) }
        if position == .append || position == .prepend {
            return try root.change(at: positions) { (target) throws(PatchFailure) in
                guard target.markup == nil else { throw PatchFailure(code: .badValue) }
                let index = position == .append ? target.children.count : 0
                target.children.insert(contentsOf: elements, at: index)
            }
        }
        guard let last = positions.last else { throw PatchFailure(code: .badPosition) }
        try root.change(at: positions.dropLast()) { (parent) throws(PatchFailure) in
            let index = position == .before ? last : last + 1
            parent.children.insert(contentsOf: elements, at: index)
        }
    }

    private static func replace(
        _ place: XMLSelector.Place, with element: XMLElement, in root: inout EditableXML
    ) throws(PatchFailure) {
        if let attribute = place.attribute {
            guard element.elements.isEmpty else { throw PatchFailure(code: .badValue) }
            return try root.change(at: place.positions[...]) { (target) throws(PatchFailure) in
                for index in target.attributes.indices
                where target.attributes[index].name == attribute {
                    target.attributes[index].value = element.text
                }
            }
        }
        let content = try content(of: element)
        guard let made = content.first, content.count == 1 else {
            throw PatchFailure(code: .badValue)
        }
        try root.change(at: place.positions[...]) { (target) throws(PatchFailure) in target = made }
    }

    private static func remove(
        _ place: XMLSelector.Place, from root: inout EditableXML
    ) throws(PatchFailure) {
        if let attribute = place.attribute {
            return try root.change(at: place.positions[...]) { (target) throws(PatchFailure) in
                target.attributes.removeAll { $0.name == attribute }
            }
        }
        guard let last = place.positions.last else { throw PatchFailure(code: .wholeDocument) }
        try root.change(at: place.positions.dropLast()) { (parent) throws(PatchFailure) in
            parent.children.remove(at: last)
        }
    }

    /// The elements that an operation brings along; space around them means nothing.
    private static func content(of element: XMLElement) throws(PatchFailure) -> [EditableXML] {
        var found: [EditableXML] = []
        for child in element.children {
            switch child {
            case .text(let text):
                guard text.utf8.allSatisfy({ $0 == 0x20 || $0 &- 0x09 < 2 || $0 == 0x0D }) else {
                    throw PatchFailure(code: .badValue)
                }
            case .element(let inner):
                guard let made = EditableXML(inner) else { throw PatchFailure(code: .badValue) }
                found.append(made)
            }
        }
        return found
    }
}
