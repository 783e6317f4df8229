import FHIRModel
import FHIRPath
import Hummingbird
import Kernel

/// A patch as a client sends it.
///
/// Spec: FHIR R4 §3.1.0.9 patch, https://hl7.org/fhir/R4/http.html#patch
struct PatchBody: Sendable {
    /// The languages of patches that the box understands.
    enum Language: CaseIterable, Sendable {
        case jsonPatch, fhirPath

        /// The media type that names the language.
        var mediaType: String {
            switch self {
            case .jsonPatch: "application/json-patch+json"
            case .fhirPath: "application/fhir+json"
            }
        }

        /// The language of a body; nil for one that the box does not understand.
        init?(contentType: String?) {
            switch contentType.flatMap({ MediaType($0) })?.name {
            case "application/json-patch+json": self = .jsonPatch
            case "application/fhir+json", "application/json": self = .fhirPath
            default: return nil
            }
        }
    }

    private enum Form: Sendable {
        case json(JSONPatch)
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
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
        switch language {
        case .jsonPatch:
            form = .json(try Self.reading { () throws(PatchError) in try JSONPatch(json) })
        case .fhirPath:
            form = .path(try Self.reading { () throws(PatchError) in try FHIRPathPatch(json) })
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
            let problem = error.problem
            guard problem.code == .invalid || problem.code == .conflict else { throw problem }
            throw Problem(.processing, problem.detail, location: problem.location)
        }
    }
}
