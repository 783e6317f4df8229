import FHIRModel
import FHIRPath
import FHIRXML
import Hummingbird
import Kernel

/// A patch as a client sends it.
///
/// Spec: FHIR R4 §3.1.0.9 patch, https://hl7.org/fhir/R4/http.html#patch
struct PatchBody: Sendable {
    /// The languages of patches that the box understands.
    enum Language: CaseIterable, Sendable {
        case jsonPatch, xmlPatch
        /// FHIRPath Patch, as Parameters in either format.
        case fhirPathJSON, fhirPathXML

        /// The media type that names the language.
        var mediaType: String {
            switch self {
            case .jsonPatch: "application/json-patch+json"
            case .xmlPatch: "application/xml-patch+xml"
            case .fhirPathJSON: "application/fhir+json"
            case .fhirPathXML: "application/fhir+xml"
            }
        }

        /// The language of a body; nil for one that the box does not understand.
        init?(contentType: String?) {
            switch contentType.flatMap({ MediaType($0) })?.name {
            case "application/json-patch+json": self = .jsonPatch
            case "application/xml-patch+xml": self = .xmlPatch
            case "application/fhir+json", "application/json": self = .fhirPathJSON
            case "application/fhir+xml", "application/xml": self = .fhirPathXML
            default: return nil
            }
        }
    }

    private enum Form: Sendable {
        case json(JSONPatch)
        case xml(XMLPatch)
        case path(FHIRPathPatch)
    }

    private let form: Form

    /// Reads a body.
    ///
    /// - Throws: 415 for a language that the box does not understand; ``Problem`` that names the
    ///   operation that is wrong.
    init(_ bytes: [UInt8], contentType: String?) throws {
        guard let language = Language(contentType: contentType) else {
            throw HTTPError(.unsupportedMediaType)
        }
        try self.init(bytes, language)
    }

    /// Reads the resource of a Bundle entry: a Binary that holds the patch, or Parameters.
    ///
    /// - Throws: ``Problem`` that names what is wrong.
    init(entry resource: JSON) throws(Problem) {
        if resource["resourceType"]?.equals("Parameters") == true {
            let patch = try Self.reading { () throws(PatchError) in try FHIRPathPatch(resource) }
            self.init(.path(patch))
            return
        }
        guard resource["resourceType"]?.equals("Binary") == true else {
            throw Problem(
                .notSupported,
                "Send the patch as Parameters, or as a Binary with its contentType and data.")
        }
        guard let language = Language(contentType: resource.string("contentType")) else {
            throw Problem(.notSupported, "The box does not understand this language of patches.")
        }
        guard let bytes = resource.string("data").flatMap(Base64.bytes) else {
            throw Problem(.value, "The data of the Binary is not base64.")
        }
        try self.init(bytes, language)
    }

    private init(_ form: Form) { self.form = form }

    private init(_ bytes: [UInt8], _ language: Language) throws(Problem) {
        switch language {
        case .jsonPatch:
            let json = try Self.json(bytes)
            form = .json(try Self.reading { () throws(PatchError) in try JSONPatch(json) })
        case .xmlPatch:
            form = .xml(try Self.readingXML { () throws(XMLPatchError) in try XMLPatch(bytes) })
        case .fhirPathJSON:
            let json = try Self.json(bytes)
            form = .path(try Self.reading { () throws(PatchError) in try FHIRPathPatch(json) })
        case .fhirPathXML:
            let json = try Self.json(try WireFormat.xml.json(bytes))
            form = .path(try Self.reading { () throws(PatchError) in try FHIRPathPatch(json) })
        }
    }

    private static func json(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
    }

    /// The resource after the patch, checked for what every write must fulfil.
    ///
    /// - Throws: ``Problem`` `.processing` where the patch does not fit the resource or what comes
    ///   out is none.
    func applied(to resource: [UInt8], type: String, id: String) throws -> JSON {
        let before = try JSON.parse(resource, limits: .any)
        let bytes: [UInt8]
        switch form {
        case .json(let patch):
            bytes = try Self.reading { () throws(PatchError) in try patch.applied(to: before) }
        case .xml(let patch):
            bytes = try Self.readingXML { () throws(XMLPatchError) in
                try patch.applied(to: before)
            }
        case .path(let patch):
            bytes = try Self.reading { () throws(PatchError) in try patch.applied(to: before) }
        }
        let after: JSON
        do throws(Problem) {
            after = try ResourceBody.parse(bytes)
        } catch {
            throw Problem(.processing, error.detail, location: error.location)
        }
        guard after.string("resourceType") == type, after.string("id") == id else {
            throw Problem(
                .processing, "A patch cannot change what type of resource it is, nor its id.",
                location: "\(type).id")
        }
        return after
    }

    private static func reading<Value>(
        _ body: () throws(PatchError) -> Value
    ) throws(Problem) -> Value {
        do throws(PatchError) {
            return try body()
        } catch {
            throw unfit(error.problem)
        }
    }

    private static func readingXML<Value>(
        _ body: () throws(XMLPatchError) -> Value
    ) throws(Problem) -> Value {
        do throws(XMLPatchError) {
            return try body()
        } catch {
            throw unfit(error.problem)
        }
    }

    /// A patch that is well-formed and does not fit the resource breaks a rule of the records.
    private static func unfit(_ problem: Problem) -> Problem {
        guard [.invalid, .conflict, .multipleMatches].contains(problem.code) else {
            return problem
        }
        return Problem(.processing, problem.detail, location: problem.location)
    }
}
