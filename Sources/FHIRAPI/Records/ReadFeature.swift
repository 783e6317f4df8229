import AccessControl
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Reading one resource, in its newest version or one of its older ones.
package struct ReadFeature: Feature {
    package static let key = "fhir-read"
    /// Resources up to this size are put into the wanted form on the event loop.
    private static let loopBytesMax = 16_384

    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.read, isQuick: true, use: read)
        routes.signedIn.answer(.vread, isQuick: true, use: vread)
    }

    /// `GET /fhir/{type}/{id}`: the current version of one resource.
    ///
    /// Spec: FHIR R4 §3.1.0.4 read, https://hl7.org/fhir/R4/http.html#read
    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let ask = Ask(
            .read, try ResourcePath.type(context), id: try ResourcePath.id(context))
        let form = try AnswerForm(only: request)
        let known = try KnownVersion(request.headers)
        let found = try await store.read(try await gate.grant(ask, to: context.caller))
        return try await Self.answer(found, form, known)
    }

    /// `GET /fhir/{type}/{id}/_history/{version}`: one version of one resource.
    ///
    /// Spec: FHIR R4 §3.1.0.5 vread, https://hl7.org/fhir/R4/http.html#vread
    @Sendable private func vread(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let ask = Ask(
            .vread, try ResourcePath.type(context), id: try ResourcePath.id(context))
        guard let version = Int(try context.parameters.require("version")), version > 0 else {
            throw Problem(.notFound, "Versions are numbers from 1.")
        }
        let form = try AnswerForm(only: request)
        let known = try KnownVersion(request.headers)
        let grant = try await gate.grant(ask, to: context.caller)
        return try await Self.answer(
            try await store.read(grant, version: version), form, known)
    }

    private static func answer(
        _ found: StoredResource, _ form: AnswerForm, _ known: KnownVersion
    ) async throws -> Response {
        let headers = FHIRNames.versionHeaders(found.version, changedMs: found.changedMs)
        if known.isStill(version: found.version, changedMs: found.changedMs) {
            return .empty(.notModified, headers: headers)
        }
        guard found.json.count > loopBytesMax else {
            return try form.part(found.json, headers: headers)
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try form.part(found.json, headers: headers)
        }
    }
}
