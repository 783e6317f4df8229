import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// How old the backups are, for probes and collectors of figures.
package struct BackupHealthFeature: Feature {
    package static let key = "backup-health"

    private let gate: Gate
    private let keeper: BackupKeeper

    /// Makes the feature.
    package init(gate: Gate, keeper: BackupKeeper) {
        self.gate = gate
        self.keeper = keeper
    }

    package func addRoutes(to routes: Routes) {
        routes.open.get("health/backups", limits: .probe, use: health)
        routes.signedIn.get("metrics", use: metrics)
    }

    /// `GET /health/backups`: 503 where the backups are red; says why to administrators only.
    @Sendable private func health(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", keeper.isWell ? "ok" : "unavailable")
        if let caller = context.caller,
            // Whoever may not look is told no more than a stranger, and did nothing to put on record.
            let grant = try? Policy().grant(BackupKeeper.ask(.read), to: caller)
        {
            try await keeper.writeHealth(grant, to: &writer)
        }
        writer.endObject()
        return .json(writer.bytes, status: keeper.isWell ? .ok : .serviceUnavailable)
    }

    /// `GET /metrics`: the figures of the backups and the disk, without any patient.
    @Sendable private func metrics(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.read), to: context.caller)
        return .bytes(
            Array(try await keeper.metrics(grant).utf8),
            type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
