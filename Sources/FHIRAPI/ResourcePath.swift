import FHIRModel
import Hummingbird
import Kernel
import ServerKit

/// The parts of a path that name a resource.
enum ResourcePath {
    /// The type in the path.
    ///
    /// - Throws: ``Problem`` `.notFound` for a word that is no resource type of R4.
    static func type(_ context: CallerContext) throws -> String {
        let type = try context.parameters.require("type")
        guard ResourceType.isKnown(type) else {
            throw Problem(.notFound, "FHIR R4 has no such resource type.")
        }
        return type
    }

    /// The id in the path.
    ///
    /// - Throws: ``Problem`` `.notFound` for what cannot be an id.
    static func id(_ context: CallerContext) throws -> String {
        let id = try context.parameters.require("id")
        guard FHIRID.isValid(id) else {
            throw Problem(.notFound, "An id has 1 to 64 letters, digits, - or a full stop.")
        }
        return id
    }
}
