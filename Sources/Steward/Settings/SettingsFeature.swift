import AccessControl
import Hummingbird
import Kernel
package import ServerKit

/// The settings of the box: those that may change while it runs, and those of the file to read.
///
/// Spec: FEATURES CFG-03, CFG-06, CFG-07, CFG-14, CFG-17.
package struct SettingsFeature: Feature {
    package static let key = "settings"

    private let gate: Gate
    private let record: SettingsRecord

    /// Makes the feature.
    package init(gate: Gate, record: SettingsRecord) {
        self.gate = gate
        self.record = record
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/admin/settings", use: list)
        routes.signedIn.put("api/v1/admin/settings/:key", limits: .sensitive, use: set)
    }

    /// `GET /api/v1/admin/settings`.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(context)
    }

    /// `PUT /api/v1/admin/settings/{key}`: `{"value": "20"}`, or `null` for the default, from the
    /// version in `If-Match`.
    @Sendable private func set(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let key = try context.parameters.require("key")
        let grant = try await gate.grant(
            Ask(.update, area: .system, type: "Setting", id: String(key.prefix(64))),
            to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(try await context.body(of: request), takes: ["value"])
        let text = try fields.text("value")
        try await gate.recordingRefusal(of: grant) {
            try await record.set(grant, key: key, to: text, ifVersion: version)
        }
        return try await answer(context)
    }

    private func answer(_ context: CallerContext) async throws -> Response {
        let grant = try await gate.grant(
            Ask(.search, area: .system, type: "Setting"), to: context.caller)
        return .json(try await record.listed(grant))
    }
}
