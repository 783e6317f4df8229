import FHIRModel
import FHIRXML
import Hummingbird
import Kernel

/// How resources are written on the wire: the one place that decides it.
///
/// Inside of the box a resource is canonical JSON bytes.
/// Spec: FHIR R4, 3.1.0.1.8 Content Types and encodings, https://hl7.org/fhir/R4/http.html#mime-type
enum WireFormat: CaseIterable, Sendable {
    case json, xml

    /// The type that answers carry.
    var contentType: String {
        switch self {
        case .json: "application/fhir+json; charset=utf-8"
        case .xml: "application/fhir+xml; charset=utf-8"
        }
    }

    /// What the capability statement calls it.
    var capabilityCodes: [String] {
        switch self {
        case .json: ["application/fhir+json", "json"]
        case .xml: ["application/fhir+xml", "xml"]
        }
    }

    /// The resource in this format.
    ///
    /// - Throws: 406 where the resource holds what XML cannot carry, such as a control character.
    func bytes(_ json: [UInt8], isPretty: Bool) throws -> [UInt8] {
        switch self {
        case .json:
            return isPretty ? try JSON.parse(json, limits: .any).prettyBytes() : json
        case .xml:
            let json = try JSON.parse(json, limits: .any)
            do throws(XMLError) {
                return try FHIRXML.r4.xml(from: json, isPretty: isPretty)
            } catch {
                throw HTTPError(.notAcceptable)
            }
        }
    }

    /// The resource of a body as canonical JSON, or as JSON that is to be checked.
    ///
    /// - Throws: ``Problem`` that names the line of XML that cannot be read.
    func json(_ body: [UInt8]) throws(Problem) -> [UInt8] {
        switch self {
        case .json: return body
        case .xml:
            do throws(XMLError) {
                return try FHIRXML.r4.json(from: body, limits: .bundle)
            } catch {
                throw error.problem
            }
        }
    }

    /// The format that a client asks for.
    ///
    /// - Parameter parameter: the value of `_format`, which goes before the header field.
    /// - Throws: 406 where the box writes none of them.
    static func wanted(parameter: String?, accept: String?) throws -> WireFormat {
        if let parameter {
            guard let format = named(parameter) else { throw HTTPError(.notAcceptable) }
            return format
        }
        guard let accept, accept != "*/*" else { return .json }
        for type in MediaType.accepted(accept) {
            if let format = matching(type) { return format }
        }
        throw HTTPError(.notAcceptable)
    }

    /// The format of a body.
    ///
    /// - Throws: 415 where the box does not read it.
    static func sent(_ contentType: String?) throws -> WireFormat {
        guard let contentType else { return .json }
        guard let type = MediaType(contentType), let format = matching(type),
            !type.name.contains("*")
        else { throw HTTPError(.unsupportedMediaType) }
        return format
    }

    /// The format that a value of `_format` names.
    ///
    /// A `+` that came unescaped was read as a blank.
    private static func named(_ text: String) -> WireFormat? {
        if let format = ["json": json, "xml": xml][text] { return format }
        return MediaType(text.split(separator: " ").joined(separator: "+")).flatMap(matching)
    }

    private static func matching(_ type: MediaType) -> WireFormat? {
        guard type.parameters["fhirversion"].map({ $0 == "4.0" || $0 == "4.0.1" }) ?? true else {
            return nil
        }
        switch type.name {
        case "application/fhir+json", "application/json", "text/json", "application/*", "*/*":
            return .json
        case "application/fhir+xml", "application/xml", "text/xml": return .xml
        default: return nil
        }
    }
}
