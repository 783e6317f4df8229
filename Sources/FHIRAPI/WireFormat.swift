import FHIRModel
import Hummingbird

/// How resources are written on the wire: the one place that decides it.
///
/// Inside of the box a resource is canonical JSON bytes.
/// Spec: FHIR R4, 3.1.0.1.8 Content Types and encodings, https://hl7.org/fhir/R4/http.html#mime-type
enum WireFormat: CaseIterable, Sendable {
    case json

    /// The type that answers carry.
    var contentType: String {
        switch self {
        case .json: "application/fhir+json; charset=utf-8"
        }
    }

    /// What the capability statement calls it.
    var capabilityCodes: [String] {
        switch self {
        case .json: ["application/fhir+json", "json"]
        }
    }

    /// The resource in this format.
    func bytes(_ json: [UInt8], isPretty: Bool) throws -> [UInt8] {
        switch self {
        case .json: isPretty ? try JSON.parse(json, limits: .any).prettyBytes() : json
        }
    }

    /// The resource of a body as canonical JSON, or as JSON that is to be checked.
    func json(_ body: [UInt8]) throws -> [UInt8] {
        switch self {
        case .json: body
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
        if text == "json" { return .json }
        return MediaType(text.split(separator: " ").joined(separator: "+")).flatMap(matching)
    }

    private static func matching(_ type: MediaType) -> WireFormat? {
        guard type.parameters["fhirversion"].map({ $0 == "4.0" || $0 == "4.0.1" }) ?? true else {
            return nil
        }
        switch type.name {
        case "application/fhir+json", "application/json", "text/json", "application/*", "*/*":
            return .json
        default: return nil
        }
    }
}
