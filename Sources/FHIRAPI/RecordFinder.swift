import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Finds records by the parameters of a search: for searches, and for changes that hold only where
/// a search finds something.
struct RecordFinder: Sendable {
    let gate: Gate
    let store: RecordStore

    /// A record that a condition fits.
    struct Match: Sendable, Hashable {
        let id: String
        let version: Int
    }

    /// A page of the records that fields ask for, inside what the caller may see; put on record.
    func page(_ wanted: SearchFields, type: String, caller: Caller) async throws -> RecordPage {
        let ask = Ask(.search, type, patientID: wanted.query.patientID)
        let grant = try await gate.grant(ask, to: caller)
        var query = wanted.query
        func narrow(_ ids: [String]) {
            query.ids = query.ids.map { kept in ids.filter(kept.contains) } ?? ids
        }
        if !wanted.names.isEmpty {
            var ids: [String] = []
            for name in wanted.names {
                let hits = try await store.findPeople(
                    grant, name, text: "name", limit: RecordQuery.pageCountMax)
                for person in hits.people where !ids.contains(person.id) { ids.append(person.id) }
            }
            narrow(ids)
        }
        if !wanted.identifiers.isEmpty {
            let found = try await store.identify(grant, Set(wanted.identifiers))
            narrow(wanted.identifiers.flatMap { found[$0] ?? [] })
        }
        return try await store.search(grant, query)
    }

    /// The records that a condition fits, at most two of them.
    ///
    /// Every parameter counts: one that is not understood refuses the whole, since leaving it out
    /// would change records that nobody meant.
    /// - Throws: ``Problem`` `.notSupported` for a parameter that is not understood, `.value` for
    ///   a condition without one.
    func matches(_ condition: String, type: String, caller: Caller) async throws -> [Match] {
        let fields = try FormFields.parse(condition)
        guard !fields.isEmpty else {
            throw Problem(
                .value, "A condition names at least one search parameter.", location: "condition")
        }
        if let other = fields.first(where: { SearchFields.shapes($0.name) }) {
            throw Problem(
                .notSupported, "A condition takes search parameters only.",
                location: String(other.name.prefix(64)))
        }
        var wanted = try SearchFields(fields, type: type, isStrict: true)
        wanted.limit(to: 2)
        return try await page(wanted, type: type, caller: caller).resources.map {
            Match(id: $0.id, version: $0.version)
        }
    }
}
