import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Searching the records of one type, of somebody, or of the whole box.
package struct SearchFeature: Feature {
    package static let key = "fhir-search"
    private let finder: RecordFinder
    private let deferred: DeferredRoutes

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, ids: IDs) {
        finder = RecordFinder(gate: gate, store: store)
        deferred = DeferredRoutes(
            gate: gate, store: store, searches: DeferredSearches(finder: finder, ids: ids))
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.answer(.searchType) { try await get($0, $1, try .type(ResourcePath.type($1))) }
        group.answer(.searchByPost) { try await post($0, $1, try .type(ResourcePath.type($1))) }
        group.answer(.searchSystem) { try await get($0, $1, .system) }
        group.answer(.searchSystemByPost) { try await post($0, $1, .system) }
        group.answer(.searchCompartment) { try await get($0, $1, try Self.compartment($1)) }
        deferred.addRoutes(to: group)
        group.answer(.searchCompartmentByPost) { try await post($0, $1, try Self.compartment($1)) }
    }

    /// `GET /fhir/{type}?…`: the current records of a type.
    ///
    /// Spec: FHIR R4 §3.1.1 search, https://hl7.org/fhir/R4/search.html
    private func get(
        _ request: Request, _ context: CallerContext, _ place: SearchPlace
    ) async throws -> Response {
        try await answer(try FormFields.parse(request.uri.query ?? ""), request, context, place)
    }

    /// `POST /fhir/{type}/_search`: the same with the parameters in the body, where no log and
    /// no history of a browser keeps them.
    private func post(
        _ request: Request, _ context: CallerContext, _ place: SearchPlace
    ) async throws -> Response {
        let body = try await context.body(of: request)
        let fields = try FormFields.parse(String(decoding: body, as: UTF8.self))
        return try await answer(
            fields + (try FormFields.parse(request.uri.query ?? "")), request, context, place)
    }

    private func answer(
        _ fields: [FormFields.Field], _ request: Request, _ context: CallerContext,
        _ place: SearchPlace
    ) async throws -> Response {
        let form = try AnswerForm(request, fields)
        guard !form.prefer.isAsync || request.method == .head else {
            let search = DeferredSearch(
                place: place, fields: fields, isStrict: form.prefer.isStrict,
                base: FHIRNames.base(request))
            return try await deferred.accept(search, context.caller)
        }
        let bundle = try await finder.bundle(
            fields, in: place, caller: context.caller,
            as: SearchAnswer(base: FHIRNames.base(request), form: form))
        return try form.whole(bundle)
    }

    /// `GET /fhir/Patient/{id}/{type}`: the records of a compartment; `*` for all types.
    ///
    /// Spec: FHIR R4 §3.1.1.3.2 compartments, https://hl7.org/fhir/R4/compartmentdefinition.html
    private static func compartment(_ context: CallerContext) throws -> SearchPlace {
        let owner = try ResourcePath.type(context)
        guard Definitions.r4.compartment(owner) != nil else {
            throw Problem(.notFound, "There is no compartment of \(owner).")
        }
        let word = try context.parameters.require("member")
        guard word == "*" || ResourceType.isKnown(word) else {
            throw Problem(.notFound, "FHIR R4 has no such resource type.")
        }
        return .compartment(
            owner, id: try ResourcePath.id(context), type: word == "*" ? nil : word)
    }
}
