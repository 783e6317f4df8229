import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel

extension Caller {
    /// The same caller with the Provenance that came in the header `X-Provenance`, which is taken
    /// in place of the box's own.
    ///
    /// - Throws: ``Problem`` for a header that is no Provenance.
    /// Spec: FHIR R4, 6.3.4.6 X-Provenance header, https://hl7.org/fhir/R4/provenance.html#header
    func stating(_ request: Request) throws(Problem) -> Caller {
        guard let text = request.headers[.xProvenance] else { return self }
        let place = "X-Provenance"
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(Array(text.utf8), limits: .resource)
        } catch {
            throw Problem(
                .structure, "The header X-Provenance holds a Provenance as JSON on one line.",
                location: place)
        }
        guard json.string("resourceType") == "Provenance" else {
            throw Problem(
                .invalid, "The header X-Provenance holds a resource of type Provenance.",
                location: place)
        }
        guard json["target"] == nil else {
            throw Problem(
                .invalid, "Leave target out of X-Provenance; the box names what was written.",
                location: place)
        }
        guard json["agent"]?.count ?? 0 > 0 else {
            throw Problem(
                .required, "The Provenance in X-Provenance names at least one agent.",
                location: place)
        }
        do throws(Problem) {
            try ResourceBody.check(json)
        } catch {
            throw Problem(error.code, error.detail, location: place)
        }
        var caller = self
        caller.origin = .statement(json.canonicalBytes())
        return caller
    }
}

extension HTTPField.Name {
    /// The header that carries a Provenance for what is written.
    static let xProvenance: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Provenance") else {
            preconditionFailure("X-Provenance is a name of a header field.")
        }
        return name
    }()
}
