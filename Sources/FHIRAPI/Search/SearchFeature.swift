import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Searching the records of one type, as far as the pages need it.
package struct SearchFeature: Feature {
    package static let key = "fhir-search"
    private let finder: RecordFinder

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        finder = RecordFinder(gate: gate, store: store)
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.searchType, use: search)
        routes.signedIn.answer(.searchByPost, use: searchByPost)
    }

    /// `GET /fhir/{type}?…`: the current records of a type.
    ///
    /// Spec: FHIR R4 §3.1.1 search, https://hl7.org/fhir/R4/search.html
    @Sendable private func search(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(try FormFields.parse(request.uri.query ?? ""), request, context)
    }

    /// `POST /fhir/{type}/_search`: the same with the parameters in the body, where no log and
    /// no history of a browser keeps them.
    @Sendable private func searchByPost(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let body = try await context.body(of: request)
        let fields = try FormFields.parse(String(decoding: body, as: UTF8.self))
        return try await answer(
            fields + (try FormFields.parse(request.uri.query ?? "")), request, context)
    }

    private func answer(
        _ fields: [FormFields.Field], _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let type = try ResourcePath.type(context)
        let form = try AnswerForm(request, fields)
        let bundle = try await finder.bundle(
            fields, type: type, caller: context.caller,
            in: SearchAnswer(base: FHIRNames.base(request), form: form))
        return try form.whole(bundle)
    }
}
