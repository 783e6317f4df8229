import FHIRModel
import Hummingbird

/// How the box finds out whether it is well.
package struct Health: Sendable {
    /// Why the box cannot work at present, as a sentence; nil when it can.
    package let whyNotReady: @Sendable () async -> String?
    /// Whether the database answers a real query.
    package let databaseAnswers: @Sendable () async -> Bool

    /// Makes it from its two questions.
    package init(
        whyNotReady: @escaping @Sendable () async -> String?,
        databaseAnswers: @escaping @Sendable () async -> Bool
    ) {
        self.whyNotReady = whyNotReady
        self.databaseAnswers = databaseAnswers
    }
}

/// Tells probes whether the box is up; says why not only to somebody who is signed in.
package struct HealthFeature: Feature {
    package static let key = "health"

    private let health: Health

    /// Makes the feature.
    package init(health: Health) { self.health = health }

    package func addRoutes(to routes: Routes) {
        for path in ["live", "liveness"] {
            routes.open.get(path, limits: .probe) { _, _ in Self.answer(true, nil) }
        }
        for path in ["health", "ready", "readiness"] {
            routes.open.get(path, limits: .probe, use: ready)
        }
        routes.open.get("health/db", limits: .probe, use: database)
    }

    /// `GET /health`, `/ready`, `/readiness`: 200 when the box can work, else 503.
    @Sendable private func ready(_ request: Request, context: OpenContext) async throws -> Response
    {
        let reason = await health.whyNotReady()
        return Self.answer(reason == nil, context.caller == nil ? nil : reason)
    }

    /// `GET /health/db`: 200 when the database answers a query, else 503.
    @Sendable private func database(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        Self.answer(await health.databaseAnswers(), nil)
    }

    private static func answer(_ isWell: Bool, _ reason: String?) -> Response {
        var writer = JSONWriter()
        writer.object { root in
            root.member("status", isWell ? "ok" : "unavailable")
            if let reason { root.member("reason", reason) }
        }
        return .json(writer.bytes, status: isWell ? .ok : .serviceUnavailable)
    }
}
