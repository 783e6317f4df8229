import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import ServerKit

/// One operation of FHIR and the addresses that answer it.
///
/// Features put their routes in by it, and the capability statement and the document for tools are
/// made from it.
///
/// Spec: FHIR R4 operations, https://hl7.org/fhir/R4/operations.html
enum FHIROperation: String, CaseIterable {
    case everything, lastn, docref, match
    case memberMatch = "member-match"
    case diff, meta
    case metaAdd = "meta-add"
    case metaDelete = "meta-delete"
    case graphql, validate, status, events
    case bindingToken = "get-ws-binding-token"
    case lookup
    case validateCode = "validate-code"
    case subsumes, expand, translate

    /// What is in an address before the operation's name.
    enum Level: String {
        case system = ""
        case type = "/:type"
        case instance = "/:type/:id"
        case version = "/:type/:id/_history/:version"
    }

    /// The name in an address, without `$`.
    var code: String { rawValue }

    /// Where it is called.
    var levels: [Level] {
        switch self {
        case .everything, .validate: [.type, .instance]
        case .lastn, .docref, .match, .memberMatch: [.type]
        case .diff: [.system, .instance]
        case .meta: [.system, .type, .instance, .version]
        case .metaAdd, .metaDelete, .events: [.instance]
        case .status, .bindingToken: [.type, .instance]
        case .graphql: [.system, .instance]
        case .lookup, .validateCode, .subsumes, .expand, .translate: [.type, .instance]
        }
    }

    /// The types that it is for; nil for all.
    var types: [String]? {
        switch self {
        case .everything: ["Encounter", "Patient"]
        case .lastn: ["Observation"]
        case .docref: ["DocumentReference"]
        case .match, .memberMatch: ["Patient"]
        case .status, .events, .bindingToken: ["Subscription"]
        case .diff, .meta, .metaAdd, .metaDelete, .graphql, .validate: nil
        case .lookup, .subsumes: ["CodeSystem"]
        case .validateCode: ["CodeSystem", "ValueSet"]
        case .expand: ["ValueSet"]
        case .translate: ["ConceptMap"]
        }
    }

    /// How it is asked: what changes something, and what needs a resource, with a body only.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .match, .memberMatch, .metaAdd, .metaDelete: [.post]
        case .diff: [.get]
        case .status, .events, .bindingToken: [.get, .post]
        case .everything, .lastn, .docref, .meta, .graphql, .validate: [.get, .post]
        case .lookup, .validateCode, .subsumes, .expand, .translate: [.get, .post]
        }
    }

    /// How it is asked at a level: a type holds nothing that `$validate` could look at.
    func methods(at level: Level) -> [HTTPRequest.Method] {
        self == .validate && level == .type ? [.post] : methods
    }

    /// The address of its definition for a type, or for the system.
    func definition(_ type: String?) -> String {
        let core = "http://hl7.org/fhir/OperationDefinition/"
        return switch self {
        case .everything: "\(core)\(type ?? "Patient")-everything"
        case .lastn: "\(core)Observation-lastn"
        case .docref: "http://hl7.org/fhir/us/core/OperationDefinition/docref"
        case .match: "\(core)Patient-match"
        case .memberMatch: "http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match"
        case .diff: "http://hapifhir.io/fhir/OperationDefinition/diff"
        case .meta, .metaAdd, .metaDelete, .graphql, .validate: "\(core)Resource-\(rawValue)"
        case .status, .events, .bindingToken:
            "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
                + "backport-subscription-\(rawValue)"
        case .lookup, .validateCode, .subsumes, .expand, .translate:
            "\(core)\(type ?? types?.first ?? "Resource")-\(rawValue)"
        }
    }

    /// The address below the base.
    func path(_ level: Level) -> String { "\(level.rawValue)/$\(code)" }

    /// The type in the address of a call.
    ///
    /// - Throws: ``Problem`` `.notFound` where the type has no such operation.
    func type(_ context: CallerContext) throws -> String {
        let type = try ResourcePath.type(context)
        guard types?.contains(type) ?? true else {
            throw Problem(
                .notFound,
                "\(type) has no operation $\(code); GET metadata says which operations there are.")
        }
        return type
    }
}

extension RouteGroup where Context == CallerContext {
    /// Answers an operation at every address of a level.
    func answer(
        _ operation: FHIROperation, _ level: FHIROperation.Level, use handler: @escaping Handler
    ) {
        for base in FHIRNames.bases {
            for method in operation.methods(at: level) {
                if method == .post {
                    post(base + operation.path(level), use: handler)
                } else {
                    get(base + operation.path(level), use: handler)
                }
            }
        }
    }
}
