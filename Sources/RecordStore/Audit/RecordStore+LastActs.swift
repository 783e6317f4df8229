package import AccessControl
import SQLite

extension RecordStore {
    /// When each user did something last that is on record, in UTC milliseconds; none for who never
    /// did.
    ///
    /// One look into an index a user; opens no entry. Not put on record by itself: whoever shows
    /// the times puts that on record.
    package func lastActs(_ grant: Grant, userIDs: [String]) async throws -> [String: Int64] {
        let tags = drafts.tags
        return try await readers.run { connection in
            var times: [String: Int64] = [:]
            for id in userIDs {
                times[id] = try AuditRows.lastAct(grant, tag: tags.tag("actor", id), connection)
            }
            return times
        }
    }
}
