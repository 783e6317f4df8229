package import AccessControl
import FHIRModel
import Kernel

/// A business identifier of a resource type.
package struct IdentifierKey: Hashable, Sendable {
    package let type: String
    package let system: String
    package let value: String

    /// Makes a key.
    package init(type: String, system: String, value: String) {
        self.type = type
        self.system = system
        self.value = value
    }

    /// Reads `identifier=system|value`, the one search that references and conditions may carry.
    ///
    /// Nil for anything else.
    package init?(type: String, query: String) {
        guard query.hasPrefix("identifier="), !query.contains("&") else { return nil }
        let value = query.dropFirst("identifier=".count)
        let halves = value.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = halves.last, !last.isEmpty else { return nil }
        self.init(
            type: type, system: halves.count == 2 ? String(halves[0]) : "", value: String(last))
    }
}

extension RecordStore {
    /// The ids of the resources that carry each identifier, as far as the grant covers them, at
    /// most two of each.
    ///
    /// Not put on record: nothing of the resources is shown.
    package func identify(
        _ grant: Grant, _ keys: Set<IdentifierKey>
    ) async throws -> [IdentifierKey: [String]] {
        guard !keys.isEmpty else { return [:] }
        let tags = drafts.tags
        let people = people
        return try await readers.run { connection in
            var found: [IdentifierKey: [String]] = [:]
            for key in keys {
                guard Area(resourceType: key.type) != .demographics else {
                    let ids =
                        key.type == "Patient"
                        ? people.ids(system: key.system, value: key.value) : []
                    found[key] = Array(
                        ids.filter { grant.covers(.general, ofPatient: $0) }.prefix(2))
                    continue
                }
                let tag = tags.identifier(type: key.type, system: key.system, value: key.value)
                found[key] = try ResourceRows.identified(
                    grant, by: tag, type: key.type, connection)
            }
            return found
        }
    }
}
