package import Kernel

/// Why an XML document, or a resource in XML or for XML, is refused, and where.
///
/// `message` holds no content of the document. `path` holds names of elements as the document has
/// them and is for its sender only.
package struct XMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        // The document.
        case empty, tooLarge, tooDeep, tooManyNodes, tooManyAttributes, tooManyNamespaces
        case tooManyNames, tooManyInstructions
        case encoding, invalidUTF8, invalidCharacter, documentType, entity, malformed, unexpectedEnd
        case mismatchedTags, duplicateAttribute, unknownPrefix, trailingContent, noMemory
        // The resource in it.
        case wrongNamespace, unknownResource, unknownElement, unknownAttribute, strayText
        case wrongOrder, tooMany, tooFew, missingValue, emptyElement, invalidValue, narrative
        case wrongKind, notAResource
    }

    /// What is wrong.
    package let code: Code
    /// Line of the place, from 1; 0 if the error is not about a place in XML.
    package let line: Int
    /// Bytes from the start of the line to the place, from 1; 0 with `line`.
    package let column: Int
    /// The element at fault, such as `Patient.name[0].family`; empty if there is none.
    package let path: String

    /// Makes an error.
    package init(_ code: Code, line: Int = 0, column: Int = 0, path: String = "") {
        self.code = code
        self.line = line
        self.column = column
        self.path = path
    }

    /// Makes an error at a byte of a document.
    init(_ code: Code, at offset: Int, of bytes: [UInt8], path: String = "") {
        var line = 1
        var lineStart = 0
        let end = min(max(offset, 0), bytes.count)
        for index in 0..<end where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        self.init(code, line: line, column: end - lineStart + 1, path: path)
    }

    /// A sentence that says what is wrong, where, and what to do.
    package var message: String {
        line > 0 ? "\(sentence) (line \(line), column \(column))" : sentence
    }

    package var description: String { message }

    /// The error as the caller of an interface is told about it.
    package var problem: Problem {
        let code: Problem.Code =
            switch self.code {
            case .tooLarge: .tooLong
            case .tooDeep, .tooManyNodes, .tooManyAttributes, .tooManyNamespaces,
                .tooManyNames, .tooManyInstructions:
                .tooCostly
            case .missingValue, .tooFew: .required
            case .invalidValue: .value
            case .noMemory: .transient
            default: .structure
            }
        return Problem(code, message, location: path.isEmpty ? nil : path)
    }

    private var sentence: String { documentSentence ?? resourceSentence }

    private var documentSentence: String? {
        switch code {
        case .empty: "The XML document is empty; send one element."
        case .tooLarge: "The XML document is too large; send it in parts."
        case .tooDeep: "Elements are nested too deeply; flatten the document."
        case .tooManyNodes: "The XML document has too many elements; send it in parts."
        case .tooManyAttributes: "An element has too many attributes; take some away."
        case .tooManyNamespaces: "Too many namespaces are declared; declare those in use once."
        case .tooManyNames: "The XML document uses too many different names; send it in parts."
        case .tooManyInstructions:
            "The document has too many processing instructions; take them away."
        case .encoding: "The XML document is not in UTF-8; send it in that encoding."
        case .invalidUTF8: "The XML document is not valid UTF-8; send it in that encoding."
        case .invalidCharacter: "A character stands here that XML cannot hold; take it away."
        case .documentType: "The document has a DOCTYPE; take it away, together with its entities."
        case .entity:
            "An entity is used that XML does not know by itself; write the character instead."
        case .malformed: "The XML is not well-formed here; correct the syntax."
        case .unexpectedEnd: "The XML document ends too early; send all of it."
        case .mismatchedTags: "An end tag does not match its start tag; correct one of them."
        case .duplicateAttribute: "An element has an attribute twice; keep one of them."
        case .unknownPrefix: "A prefix is used for which no namespace is declared; declare it."
        case .trailingContent: "There is more after the end of the root element; take it away."
        case .noMemory: "There is not enough memory to read the document; try again later."
        default: nil
        }
    }

    private var resourceSentence: String {
        switch code {
        case .wrongNamespace:
            "The element is not in the namespace that belongs here; FHIR's is "
                + "http://hl7.org/fhir, that of a narrative http://www.w3.org/1999/xhtml."
        case .unknownResource: "The element is no resource type of FHIR R4; correct its name."
        case .unknownElement: "FHIR R4 has no such element here; take it away or correct its name."
        case .unknownAttribute: "FHIR R4 has no such attribute here; take it away."
        case .strayText: "Text stands between elements; FHIR puts it into a value attribute."
        case .wrongOrder: "The element stands too late; put it in the order of the specification."
        case .tooMany: "The element may stand here only once; take the other away."
        case .tooFew: "A resource has to stand here, and one only; put it inside."
        case .missingValue: "The element needs an attribute that is not there; add it."
        case .emptyElement: "The element has neither value nor content; fill it or take it away."
        case .invalidValue: "The value is not written as its type asks; correct it."
        case .narrative:
            "The narrative is not one well-formed XHTML div element; write it as such."
        case .wrongKind: "The JSON value is of the wrong kind for its element; correct it."
        case .notAResource: "The document is no resource: it does not say its type."
        default: "The XML document cannot be read."
        }
    }
}
