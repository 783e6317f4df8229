import FHIRModel
import Hummingbird
package import Kernel
package import ServerKit
package import Terminology

/// Says what the FHIR side of the box can do; open to everyone.
package struct CapabilityFeature: Feature {
    package static let key = "fhir-capability"
    private let startedMs: Int64
    private let version: String
    private let terms: @Sendable () -> TermBook
    private static let usCoreServer =
        "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"

    /// Makes the feature.
    ///
    /// - Parameter terms: what is known of codes.
    package init(
        clock: Clock, version: String,
        terms: @escaping @Sendable () -> TermBook = { .builtIn }
    ) {
        self.terms = terms
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
        let fields = try FormFields.parse(request.uri.query ?? "")
        let base = FHIRNames.base(request)
        switch fields.last(where: { $0.name == "mode" })?.value {
        case nil, "full"?, "normative"?:
            let isPlain = fields.contains { $0.name == "mode" }
            let form = try isPlain ? AnswerForm(request, fields) : AnswerForm(only: request)
            return try form.whole(statement(base: base))
        case "terminology"?:
            return try AnswerForm(request, fields).whole(
                TerminologyCapabilities.bytes(
                    terms(), version: version, startedMs: startedMs, base: base))
        default:
            throw Problem(
                .value, "“mode” takes full, normative or terminology.", location: "mode")
        }
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
        writer.array("instantiates") { $0.string(Self.usCoreServer) }
        writer.ownSystem(version: version, base: base)
        writer.member("fhirVersion", "4.0.1")
        writer.array("format") { list in
            for code in WireFormat.allCases.flatMap(\.capabilityCodes) { list.string(code) }
        }
        writer.array("patchFormat") { list in
            for language in PatchBody.Language.allCases { list.string(language.mediaType) }
        }
        writer.array("rest") { list in list.object { Self.rest(&$0, base: base) } }
        writer.endObject()
        return writer.bytes
    }

    private static func rest(_ rest: inout JSONWriter, base: String) {
        rest.array("extension") { list in
            list.object { one in
                one.member(
                    "url",
                    "http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket")
                one.member("valueUri", FHIRNames.socket(base: base))
            }
        }
        rest.member("mode", "server")
        rest.array("resource") { list in
            for type in ResourceType.all { list.object { resource(type, &$0) } }
        }
        interactions(Interaction.systemCodes.map(\.code), &rest)
        operations(FHIROperation.allCases.filter { $0.levels.contains(.system) }, nil, &rest)
    }

    private static func resource(_ type: String, _ resource: inout JSONWriter) {
        resource.member("type", type)
        let profiles = Definitions.r4.profiles(for: type).map(\.url).filter(isUSCore)
        if !profiles.isEmpty {
            resource.array("supportedProfile") { list in
                for url in profiles { list.string(url) }
            }
        }
        interactions(Interaction.typeCodes.map(\.code), &resource)
        resource.member("versioning", "versioned-update")
        resource.member("readHistory", true)
        resource.member("updateCreate", true)
        resource.member("conditionalCreate", true)
        resource.member("conditionalRead", "full-support")
        resource.member("conditionalUpdate", true)
        resource.member("conditionalDelete", "multiple")
        let parameters = Definitions.r4.searchParameters(for: type).filter(\.isOffered)
        let references = parameters.filter { $0.type == .reference }.map(\.code)
        if !references.isEmpty {
            resource.array("searchInclude") { list in
                for code in references { list.string("\(type):\(code)") }
            }
        }
        if let back = pointers[type] {
            resource.array("searchRevInclude") { list in
                for one in back { list.string(one) }
            }
        }
        resource.array("searchParam") { list in
            for one in parameters { parameter(one, &list) }
        }
        operations(
            FHIROperation.allCases.filter {
                $0.levels != [.system] && $0.types?.contains(type) ?? true
            }, type, &resource)
    }

    private static func operations(
        _ operations: [FHIROperation], _ type: String?, _ writer: inout JSONWriter
    ) {
        guard !operations.isEmpty else { return }
        writer.array("operation") { list in
            for operation in operations {
                list.object { one in
                    one.member("name", operation.code)
                    one.member("definition", operation.definition(type))
                }
            }
        }
    }

    /// The parameters that point to a type, as `Type:parameter`, sorted.
    ///
    /// A parameter that may point to everything is named for Provenance only: all others for each
    /// type would be most of the statement.
    private static let pointers: [String: [String]] = {
        var found: [String: [String]] = [:]
        for type in ResourceType.all {
            for one in Definitions.r4.searchParameters(for: type)
            where one.isOffered && one.type == .reference {
                let name = "\(type):\(one.code)"
                let targets = name == "Provenance:target" ? ResourceType.all : one.targets
                guard targets.count <= pointedTypesMax || name == "Provenance:target" else {
                    continue
                }
                for target in targets { found[target, default: []].append(name) }
            }
        }
        return found.mapValues { $0.sorted() }
    }()

    /// How many types a parameter may point to and still be named for each.
    private static let pointedTypesMax = 20

    private static func isUSCore(_ url: String) -> Bool {
        url.hasPrefix("http://hl7.org/fhir/us/core/")
    }

    private static func interactions(_ codes: [String], _ writer: inout JSONWriter) {
        writer.array("interaction") { list in
            for code in codes { list.object { $0.member("code", code) } }
        }
    }

    private static func parameter(_ parameter: SearchParameter, _ list: inout JSONWriter) {
        list.object { one in
            one.member("name", parameter.code)
            one.member("definition", parameter.url)
            one.member("type", "\(parameter.type)")
        }
    }
}

extension SearchParameter {
    /// Whether searches take it: what has no expression is not answered.
    fileprivate var isOffered: Bool {
        !expression.isEmpty || ["_id", "_text", "_content"].contains(code)
    }
}
