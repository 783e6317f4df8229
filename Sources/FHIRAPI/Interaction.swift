import HTTPTypes
import Hummingbird
import ServerKit

/// One interaction of FHIR and the address that answers it.
///
/// Features put their routes in by it and the capability statement is made from it, so that the
/// two say the same.
///
/// Spec: FHIR R4 RESTful API, https://hl7.org/fhir/R4/http.html
enum Interaction: CaseIterable {
    case read, vread, update, patch, delete, historyInstance
    case create, searchType, searchByPost, historyType
    case conditionalUpdate, conditionalPatch, conditionalDelete
    case searchCompartment, searchCompartmentByPost, searchSystem, searchSystemByPost
    case historySystem, bundle

    /// What is sent.
    var method: HTTPRequest.Method {
        switch self {
        case .read, .vread, .historyInstance, .searchType, .historyType, .historySystem,
            .searchCompartment, .searchSystem:
            .get
        case .create, .searchByPost, .searchCompartmentByPost, .searchSystemByPost, .bundle: .post
        case .update, .conditionalUpdate: .put
        case .patch, .conditionalPatch: .patch
        case .delete, .conditionalDelete: .delete
        }
    }

    /// The address below the base, with its parameters.
    var path: String {
        switch self {
        case .read, .update, .patch, .delete: "/:type/:id"
        case .vread: "/:type/:id/_history/:version"
        case .historyInstance: "/:type/:id/_history"
        case .create, .searchType, .conditionalUpdate, .conditionalPatch, .conditionalDelete:
            "/:type"
        case .searchByPost: "/:type/_search"
        case .historyType: "/:type/_history"
        case .searchCompartment: "/:type/:id/:member"
        case .searchCompartmentByPost: "/:type/:id/:member/_search"
        case .searchSystemByPost: "/_search"
        case .historySystem: "/_history"
        case .bundle, .searchSystem: ""
        }
    }

    /// The codes of the capability statement for one resource type.
    ///
    /// Spec: FHIR R4 type-restful-interaction,
    /// https://hl7.org/fhir/R4/valueset-type-restful-interaction.html
    static let typeCodes: [(code: String, interaction: Interaction)] = [
        ("read", .read), ("vread", .vread), ("update", .update), ("patch", .patch),
        ("delete", .delete), ("history-instance", .historyInstance),
        ("history-type", .historyType), ("create", .create), ("search-type", .searchType),
    ]

    /// The codes of the capability statement for the whole system.
    ///
    /// Spec: FHIR R4 system-restful-interaction,
    /// https://hl7.org/fhir/R4/valueset-system-restful-interaction.html
    static let systemCodes: [(code: String, interaction: Interaction)] = [
        ("transaction", .bundle), ("batch", .bundle), ("search-system", .searchSystem),
        ("history-system", .historySystem),
    ]
}

extension RouteGroup where Context == CallerContext {
    /// Answers an interaction below every address of the base.
    ///
    /// - Parameter isQuick: whether it may run on the event loop.
    func answer(
        _ interaction: Interaction, isQuick: Bool = false, use handler: @escaping Handler
    ) {
        for base in FHIRNames.bases {
            let path = base + interaction.path
            var limits = RouteLimits.standard(interaction.method, path)
            limits.isQuick = isQuick
            switch interaction.method {
            case .post: post(path, limits: limits, use: handler)
            case .put: put(path, limits: limits, use: handler)
            case .patch: patch(path, limits: limits, use: handler)
            case .delete: delete(path, limits: limits, use: handler)
            default: get(path, limits: limits, use: handler)
            }
        }
    }
}
