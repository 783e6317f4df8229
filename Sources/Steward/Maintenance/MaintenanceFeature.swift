package import AccessControl
package import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// Closing the box for maintenance and opening it again.
package struct MaintenanceFeature: Feature {
    package static let key = "maintenance"

    private let gate: Gate
    private let maintenance: Maintenance

    /// Makes the feature.
    package init(gate: Gate, maintenance: Maintenance) {
        self.gate = gate
        self.maintenance = maintenance
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/maintenance", use: look)
        routes.signedIn.post("api/v1/maintenance", use: change)
    }

    /// `GET /api/v1/maintenance`.
    @Sendable private func look(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask(.read), to: context.caller)
        return .json(Self.bytes(maintenance.closing))
    }

    /// `POST /api/v1/maintenance` with `on`, and when closing with `reason` and `minutes`.
    @Sendable private func change(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(Self.ask(.administer), to: context.caller)
        let json = try Self.object(try await context.body(of: request))
        try await maintenance.set(grant, json)
        return .json(Self.bytes(maintenance.closing))
    }

    private static func object(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    /// The ask about closing the box.
    package static func ask(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "Maintenance")
    }

    private static func bytes(_ closing: Maintenance.Closing?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { Maintenance.write(closing, to: &$0) }
        return writer.bytes
    }
}

extension Maintenance {
    /// Closes or opens the box as a page or a command asks.
    ///
    /// - Throws: ``Problem`` `.required` without `on`, and as ``close(_:reason:minutes:)``.
    package func set(_ grant: Grant, _ json: JSON) async throws {
        guard let isOn = json["on"]?.bool else {
            throw Problem(
                .required, "Say whether the box is closed: on is true or false.", location: "on")
        }
        guard isOn else { return try await open(grant) }
        if let minutes = json["minutes"], minutes.int == nil {
            throw Problem(.value, "The minutes are a whole number.", location: "minutes")
        }
        try await close(
            grant, reason: json.string("reason") ?? "", minutes: json["minutes"]?.int)
    }

    /// Writes how the box is closed, for pages and commands.
    package static func write(_ closing: Closing?, to out: inout JSONWriter) {
        out.member("on", closing != nil)
        guard let closing else { return }
        out.member("reason", closing.reason)
        out.member("since", Timestamp.text(ms: closing.sinceMs))
        if let until = closing.untilMs { out.member("until", Timestamp.text(ms: until)) }
    }
}
