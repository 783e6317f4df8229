import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// The versions of one resource, of a type, or of everything, newest first.
package struct HistoryFeature: Feature {
    package static let key = "fhir-history"
    private let histories: RecordHistories

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        histories = RecordHistories(gate: gate, store: store)
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.historyInstance) { request, context in
            let type = try ResourcePath.type(context)
            return try await answer(request, context, .resource(type, try ResourcePath.id(context)))
        }
        routes.signedIn.answer(.historyType) { request, context in
            try await answer(request, context, .type(try ResourcePath.type(context)))
        }
        routes.signedIn.answer(.historySystem) { request, context in
            try await answer(request, context, .system)
        }
    }

    /// `GET …/_history`: versions, newest first, a page at a time.
    ///
    /// Spec: FHIR R4 §3.1.0.12 history, https://hl7.org/fhir/R4/http.html#history
    private func answer(
        _ request: Request, _ context: CallerContext, _ subject: RecordHistories.Subject
    ) async throws -> Response {
        let fields = try FormFields.parse(request.uri.query ?? "")
        let form = try AnswerForm(request, fields)
        let bundle = try await histories.bundle(
            subject, fields, caller: context.caller,
            in: SearchAnswer(base: FHIRNames.base(request), form: form))
        return try form.whole(bundle)
    }
}
