import FHIRModel
import Hummingbird
package import ServerKit

/// What anybody may know of the box before signing in.
package struct BoxFeature: Feature {
    package static let key = "box"

    /// What is told.
    package struct Facts: Sendable {
        package let clinicName: String?
        package let isClaimed: Bool
        /// Whether invented people are among its patients.
        package let isDemo: Bool
        /// Whether all its people are invented.
        package let isPractice: Bool
        /// How the box is closed; nil while it is open.
        package let closing: Maintenance.Closing?

        /// Collects the facts.
        package init(
            clinicName: String?, isClaimed: Bool, isDemo: Bool, isPractice: Bool = false,
            closing: Maintenance.Closing? = nil
        ) {
            self.clinicName = clinicName
            self.isClaimed = isClaimed
            self.isDemo = isDemo
            self.isPractice = isPractice
            self.closing = closing
        }
    }

    private let facts: @Sendable () -> Facts

    /// Makes the feature; `facts` is asked at every request and must answer from memory.
    package init(facts: @escaping @Sendable () -> Facts) { self.facts = facts }

    package func addRoutes(to routes: Routes) {
        routes.open.get(
            "api/v1/box", limits: RouteLimits(rate: .open, worksInMaintenance: true), use: box)
    }

    /// `GET /api/v1/box`: the clinic's name, and whether the box is set up and holds a demo.
    @Sendable private func box(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        let facts = facts()
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("clinicName", facts.clinicName ?? "Tribal EHR")
        writer.member("claimed", facts.isClaimed)
        writer.member("demo", facts.isDemo)
        writer.member("practice", facts.isPractice)
        if let closing = facts.closing {
            writer.object("maintenance") { Maintenance.write(closing, to: &$0) }
        }
        writer.endObject()
        return .json(writer.bytes)
    }
}
