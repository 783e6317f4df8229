package import AccessControl
import Kernel
import SQLite

extension RecordStore {
    private static let dayMs: Int64 = 86_400_000

    /// The patients with whom a practitioner has to do: as general practitioner, in a care team, by
    /// a visit or an appointment, by oneself, in a role or through a department.
    ///
    /// Not put on record: nothing of the records is shown. While the search index is being rebuilt
    /// nobody has to do with anybody, so that charts stay closed rather than open.
    ///
    /// - Parameters:
    ///   - grant: a grant of the box itself.
    ///   - visitDaysMax: days that a visit or an appointment counts, before and after it.
    package func relations(
        _ grant: Grant, of practitionerID: String, visitDaysMax: Int
    ) async throws -> Relations {
        guard grant.isOfEverything else {
            throw Problem(.forbidden, "Only the box itself looks up relationships.")
        }
        guard index.unfinished == nil else { return .none }
        let key = RelationMemory.Key(practitionerID: practitionerID, visitDaysMax: visitDaysMax)
        let steadyMs = parts.clock.steadyMs()
        let (known, generation) = relationMemory.find(key, steadyMs: steadyMs)
        if let known { return known }
        let nowMs = parts.clock.wallMs()
        let spanMs = Int64(visitDaysMax) * Self.dayMs
        let grants = SearchGrants(grant) { _ in grant }
        do {
            let found = try await readers.withReader { reader in
                let connection = reader.connection
                try connection.begin()
                // Only to end the transaction of reads; there is nothing to undo.
                defer { try? connection.rollback() }
                let run = RelationRun(
                    run: SearchRun(reader, of: self, grants: grants), nowMs: nowMs,
                    visits: nowMs - spanMs...nowMs + spanMs)
                return try run.relations(of: practitionerID)
            }
            relationMemory.keep(found, key, generation: generation, steadyMs: steadyMs)
            return found
        } catch {
            throw asProblem(error)
        }
    }
}
