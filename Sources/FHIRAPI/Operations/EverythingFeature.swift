import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Everything about a patient or a visit in one answer, or in pages.
package struct EverythingFeature: Feature {
    package static let key = "fhir-everything"
    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.answer(.everything, .instance) { request, context in
            let type = try FHIROperation.everything.type(context)
            return try await answer(request, context, type, try ResourcePath.id(context))
        }
        group.answer(.everything, .type) { request, context in
            let type = try FHIROperation.everything.type(context)
            guard type == "Patient" else {
                throw Problem(
                    .notSupported,
                    "Ask for everything of one visit: Encounter/ and its id before $everything.")
            }
            return try await answer(request, context, type, nil)
        }
        group.get("api/v1/patients/:id/everything") { request, context in
            try await answer(request, context, "Patient", try ResourcePath.id(context))
        }
        group.get("api/v1/patients/:id/fhir", use: patient)
    }

    /// `GET /fhir/Patient/{id}/$everything`: the patient's records that the caller may see.
    private func answer(
        _ request: Request, _ context: CallerContext, _ type: String, _ id: String?
    ) async throws -> Response {
        let input = try await OperationInput(request, context)
        let form = try AnswerForm(request, input.fields)
        let wish = try Everything.Wish(input)
        // Whether the owner may be read is asked first, so that a refusal is one of that.
        let verb: Verb = id == nil ? .search : .read
        _ = try await gate.grant(Ask(verb, type, id: id), to: context.caller)
        let everything = Everything(
            finder: RecordFinder(gate: gate, store: store), caller: context.caller)
        let cursor = input.value(RecordFinder.cursorName) ?? ""
        let page =
            if let id {
                try await everything.page(type, id, wish, cursor: cursor)
            } else {
                try await everything.page(wish, cursor: cursor)
            }
        let base = FHIRNames.base(request)
        let place = "\(base)/\(type)\(id.map { "/\($0)" } ?? "")/$everything"
        return try form.whole(try Self.bundle(page, input, at: place, base, form))
    }

    private static func bundle(
        _ page: Everything.Page, _ input: OperationInput, at place: String, _ base: String,
        _ form: AnswerForm
    ) throws -> [UInt8] {
        let applied = input.fields.filter {
            ["start", "end", "_since", "_type", "_count"].contains($0.name)
        }
        var links = [(relation: "self", url: place + FormFields.text(applied))]
        if let next = page.next {
            let more = FormFields.Field(name: RecordFinder.cursorName, value: next)
            links.append((relation: "next", url: place + FormFields.text(applied + [more])))
        }
        var writer = BundleWriter(.searchset, links: links)
        for (list, mode) in [
            (page.matches, BundleWriter.SearchMode.match), (page.included, .include),
        ] {
            for one in list {
                writer.match(
                    fullURL: "\(base)/\(one.type)/\(one.id)", resource: try form.shown(one.json),
                    mode: mode)
            }
        }
        return writer.finish()
    }

    /// `GET /api/v1/patients/{id}/fhir`: the patient as a FHIR resource.
    @Sendable private func patient(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let ask = Ask(.read, "Patient", id: try ResourcePath.id(context))
        let form = try AnswerForm(only: request)
        let found = try await store.read(try await gate.grant(ask, to: context.caller))
        return try form.part(
            found.json,
            headers: FHIRNames.versionHeaders(found.version, changedMs: found.changedMs))
    }
}
