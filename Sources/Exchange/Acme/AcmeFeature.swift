import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// How administrators get a certificate from an authority that speaks ACME.
package struct AcmeFeature: Feature {
    package static let key = "acme"
    private static let path = "api/v1/certificates/acme"

    private let gate: Gate
    private let keeper: AcmeKeeper

    /// Makes the feature.
    package init(gate: Gate, keeper: AcmeKeeper) {
        self.gate = gate
        self.keeper = keeper
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get(Self.path, use: show)
        routes.signedIn.post(Self.path, limits: .sensitive, use: ask)
        routes.signedIn.post("\(Self.path)/forget", limits: .sensitive, use: forget)
    }

    /// `GET /api/v1/certificates/acme`: how it stands; for those who may change it, because a trial
    /// is confirmed by what stands in it.
    @Sendable private func show(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(try await gate.grant(Self.ask, to: context.caller))
    }

    /// `POST /api/v1/certificates/acme`: begins to get a certificate, which is then on trial.
    @Sendable private func ask(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask, to: context.caller)
        try await keeper.ask(grant, isSure: false)
        return try await answer(grant, .accepted)
    }

    /// `POST /api/v1/certificates/acme/forget`: forgets the account at the authority.
    @Sendable private func forget(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await keeper.forget(try await gate.grant(Self.ask, to: context.caller))
        return .empty(.noContent)
    }

    private func answer(
        _ grant: Grant, _ status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        var writer = JSONWriter()
        writer.beginObject()
        try await keeper.write(grant, isTold: true, to: &writer)
        writer.endObject()
        return .json(writer.bytes, status: status)
    }

    private static let ask = Ask(.update, area: .system, type: "Certificate")
}
