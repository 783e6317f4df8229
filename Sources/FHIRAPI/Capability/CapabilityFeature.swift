import FHIRModel
import Hummingbird
package import Kernel
package import ServerKit

/// Says what the FHIR side of the box can do; open to everyone.
package struct CapabilityFeature: Feature {
    package static let key = "fhir-capability"
    private let startedMs: Int64
    private let version: String

    /// Makes the feature.
    package init(clock: Clock, version: String) {
        startedMs = clock.wallMs()
        self.version = version
    }

    package func addRoutes(to routes: Routes) {
        for base in FHIRNames.bases {
            routes.open.get("\(base)/metadata", use: metadata)
            routes.open.get("\(base)/openapi.json", use: openAPI)
        }
    }

    /// `GET /fhir/metadata`: what is really there and nothing else.
    ///
    /// Spec: FHIR R4 §3.1.0.9 capabilities, https://hl7.org/fhir/R4/http.html#capabilities
    @Sendable private func metadata(_ request: Request, _ context: OpenContext) async throws
        -> Response
    {
        let form = try AnswerForm(only: request)
        return try form.whole(statement(base: FHIRNames.base(request)))
    }

    /// `GET /fhir/openapi.json`: the same for tools that know nothing of FHIR.
    @Sendable private func openAPI(_ request: Request, _ context: OpenContext) async throws
        -> Response
    {
        let document = OpenAPIDocument(
            base: FHIRNames.base(request), version: version, types: ResourceType.all)
        return .bytes(document.bytes(), type: "application/json", status: .ok, headers: [:])
    }

    private func statement(base: String) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 65_536)
        writer.beginObject()
        writer.member("resourceType", "CapabilityStatement")
        writer.member("status", "active")
        writer.member("date", Timestamp.text(ms: startedMs))
        writer.member("kind", "instance")
        writer.object("software") { software in
            software.member("name", "tribal-ehr")
            software.member("version", version)
        }
        writer.object("implementation") { box in
            box.member("description", "Tribal EHR")
            box.member("url", base)
        }
        writer.member("fhirVersion", "4.0.1")
        writer.array("format") { list in
            for code in WireFormat.allCases.flatMap(\.capabilityCodes) { list.string(code) }
        }
        writer.array("patchFormat") { list in
            for language in PatchBody.Language.allCases { list.string(language.mediaType) }
        }
        writer.array("rest") { list in list.object { Self.rest(&$0) } }
        writer.endObject()
        return writer.bytes
    }

    private static func rest(_ rest: inout JSONWriter) {
        rest.member("mode", "server")
        rest.array("resource") { list in
            for type in ResourceType.all { list.object { resource(type, &$0) } }
        }
        interactions(Interaction.systemCodes.map(\.code), &rest)
    }

    private static func resource(_ type: String, _ resource: inout JSONWriter) {
        resource.member("type", type)
        interactions(Interaction.typeCodes.map(\.code), &resource)
        resource.member("versioning", "versioned-update")
        resource.member("readHistory", true)
        resource.member("updateCreate", true)
        resource.member("conditionalCreate", true)
        resource.member("conditionalRead", "full-support")
        resource.member("conditionalUpdate", true)
        resource.member("conditionalDelete", "single")
        resource.array("searchParam") { list in
            parameter("_id", "token", &list)
            if !["RelatedPerson", "Person"].contains(type) {
                parameter("identifier", "token", &list)
            }
            if type == "Patient" {
                parameter("name", "string", &list)
            } else if PatientCompartment.patientPath(of: type) != nil {
                parameter("patient", "reference", &list)
            }
        }
    }

    private static func interactions(_ codes: [String], _ writer: inout JSONWriter) {
        writer.array("interaction") { list in
            for code in codes { list.object { $0.member("code", code) } }
        }
    }

    private static func parameter(_ name: String, _ type: String, _ list: inout JSONWriter) {
        list.object { one in
            one.member("name", name)
            one.member("type", type)
        }
    }
}
