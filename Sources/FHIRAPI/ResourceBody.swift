package import FHIRModel
import HTTPTypes
import Hummingbird
package import Kernel

/// Reads the resource that a client sends.
package enum ResourceBody {
    /// The resource in a body, checked for what every write must fulfil.
    ///
    /// - Throws: ``Problem`` that names the place: malformed JSON, an unknown type, an element
    ///   that FHIR forbids.
    package static func parse(_ bytes: [UInt8]) throws(Problem) -> JSON {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
        try check(json)
        return json
    }

    /// The resource of a type in the body of a request.
    ///
    /// - Throws: as ``parse(_:)``; 415 for a format that the box does not read; ``Problem``
    ///   `.invalid` where it is of another type.
    static func resource(
        _ bytes: [UInt8], type: String, _ request: Request
    ) throws -> JSON {
        let format = try WireFormat.sent(request.headers[.contentType])
        let json = try parse(try format.json(bytes))
        guard json.string("resourceType") == type else {
            throw Problem(
                .invalid, "The resource's type must be the one in the address.",
                location: "resourceType")
        }
        return json
    }

    /// Checks one resource.
    package static func check(_ json: JSON) throws(Problem) {
        let problems = ResourceCheck.problems(in: json)
        guard let first = problems.first else { return }
        let more = problems.count > 1 ? " (\(problems.count - 1) more)" : ""
        throw Problem(first.code, first.detail + more, location: first.location)
    }
}
