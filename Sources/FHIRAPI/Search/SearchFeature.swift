import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Searching the records of one type, as far as the pages need it.
package struct SearchFeature: Feature {
    package static let key = "fhir-search"
    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        for base in FHIRNames.bases {
            routes.signedIn.get("\(base)/:type", use: search)
            routes.signedIn.post("\(base)/:type/_search", use: searchByPost)
        }
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
        let isStrict = request.headers[.prefer]?.contains("handling=strict") == true
        let wanted = try SearchFields(fields, type: type, isStrict: isStrict)
        let ask = Ask(.search, type, patientID: wanted.query.patientID)
        let grant = try await gate.grant(ask, to: context.caller)
        let page = try await find(grant, wanted)
        return .fhir(bundle(page, wanted, type: type, base: FHIRNames.base(request)))
    }

    private func find(_ grant: Grant, _ wanted: SearchFields) async throws -> RecordPage {
        var query = wanted.query
        if !wanted.names.isEmpty {
            var ids: [String] = []
            for name in wanted.names {
                let hits = try await store.findPeople(
                    grant, name, text: "name", limit: RecordQuery.pageCountMax)
                for person in hits.people where !ids.contains(person.id) { ids.append(person.id) }
            }
            query.ids = query.ids.map { kept in ids.filter(kept.contains) } ?? ids
        }
        if !wanted.identifiers.isEmpty {
            let found = try await store.identify(grant, Set(wanted.identifiers))
            let ids = wanted.identifiers.flatMap { found[$0] ?? [] }
            query.ids = query.ids.map { kept in ids.filter(kept.contains) } ?? ids
        }
        return try await store.search(grant, query)
    }

    private func bundle(
        _ page: RecordPage, _ wanted: SearchFields, type: String, base: String
    ) -> [UInt8] {
        var links = [(relation: "self", url: "\(base)/\(type)\(wanted.selfQuery)")]
        if let next = page.next {
            links.append(
                (relation: "next", url: "\(base)/\(type)\(wanted.query(after: next))"))
        }
        var writer = BundleWriter(.searchset, total: page.total, links: links)
        for found in page.resources {
            writer.match(fullURL: "\(base)/\(type)/\(found.id)", resource: found.json)
        }
        if !wanted.ignored.isEmpty {
            let words = wanted.ignored.joined(separator: ", ")
            let issue = OutcomeIssue(
                .warning, .notSupported,
                "Not applied: \(words). The search ran without them; see the self link.")
            writer.match(
                fullURL: "\(base)/OperationOutcome/ignored",
                resource: OperationOutcome.bytes([issue]), mode: .outcome)
        }
        return writer.finish()
    }
}
