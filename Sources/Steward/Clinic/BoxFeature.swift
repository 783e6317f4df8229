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
        package let isDemo: Bool

        /// Collects the facts.
        package init(clinicName: String?, isClaimed: Bool, isDemo: Bool) {
            self.clinicName = clinicName
            self.isClaimed = isClaimed
            self.isDemo = isDemo
        }
    }

    private let facts: @Sendable () -> Facts

    /// Makes the feature; `facts` is asked at every request and must answer from memory.
    package init(facts: @escaping @Sendable () -> Facts) { self.facts = facts }

    package func addRoutes(to routes: Routes) { routes.open.get("api/v1/box", use: box) }

    /// `GET /api/v1/box`: the clinic's name, and whether the box is set up and holds a demo.
    @Sendable private func box(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        let facts = facts()
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("clinicName", facts.clinicName ?? "Tribal EHR")
        writer.member("claimed", facts.isClaimed)
        writer.member("demo", facts.isDemo)
        writer.endObject()
        return .json(writer.bytes)
    }
}
