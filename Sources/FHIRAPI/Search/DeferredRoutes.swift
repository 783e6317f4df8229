import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import ServerKit

/// How a search that is answered later stands, its answer, and giving it up.
///
/// Spec: FHIR R5 asynchronous interaction request pattern,
/// https://hl7.org/fhir/R5/async-bundle.html; FHIR R4 asynchronous requests,
/// https://hl7.org/fhir/R4/async.html
struct DeferredRoutes: Sendable {
    /// The address below the base.
    static let path = "/_async/:type/:job"
    /// How long a client waits before it asks again, in seconds.
    private static let retrySeconds = 1

    let gate: Gate
    let store: RecordStore
    let searches: DeferredSearches

    func addRoutes(to group: RouteGroup<CallerContext>) {
        for base in FHIRNames.bases {
            group.get(base + Self.path, limits: .standard(.get, base + Self.path), use: status)
            group.delete(
                base + Self.path, limits: .standard(.delete, base + Self.path), use: giveUp)
        }
    }

    /// Takes a search and tells where its answer will be.
    func accept(
        _ search: DeferredSearch, _ caller: Caller
    ) async throws -> Response {
        let (type, id) = try await searches.begin(search, caller)
        var headers = HTTPFields()
        headers[.contentLocation] = "\(search.base)/_async/\(type)/\(id)"
        headers[.preferenceApplied] = "respond-async"
        return .empty(.accepted, headers: headers)
    }

    /// `GET /fhir/_async/{type}/{job}`: 202 as long as it is being worked on, then the answer as the
    /// only entry of a Bundle.
    @Sendable private func status(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let (grant, id) = try await named(context)
        let form = try AnswerForm(only: request)
        guard let found = try await store.deferred(grant, id: id) else { throw Self.none }
        if found.isAnswered, let answer = try await store.deferredAnswer(grant, id: id) {
            var headers = HTTPFields()
            headers[.expires] = HTTPDate.text(ms: found.untilMs)
            return try form.whole(answer, headers: headers)
        }
        try searches.resume(id, found.request, grant)
        var headers = HTTPFields()
        headers[.retryAfter] = "\(Self.retrySeconds)"
        headers[.progress] = "in progress"
        return .empty(.accepted, headers: headers)
    }

    /// `DELETE /fhir/_async/{type}/{job}`: stops the work and forgets the answer.
    @Sendable private func giveUp(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let (grant, id) = try await named(context)
        guard try await store.removeDeferred(grant, id: id) else { throw Self.none }
        searches.stop(id)
        return .empty(.accepted)
    }

    private func named(_ context: CallerContext) async throws -> (Grant, id: String) {
        let type = try ResourcePath.type(context)
        let id = try context.parameters.require("job")
        return (try await gate.grant(Ask(.search, type), to: context.caller), id)
    }

    private static let none = Problem(
        .notFound,
        "No search of yours waits under this address. Answers are kept for "
            + "\(RecordStore.deferredMinutesMax) minutes.")
}
