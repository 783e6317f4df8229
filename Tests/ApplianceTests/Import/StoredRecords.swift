import AccessControl
import Assembly
import RecordStore

/// What a box holds, past all routes.
enum StoredRecords {
    /// How many current records of a type there are.
    static func count(_ test: TestBox, _ type: String) async throws -> Int {
        var query = RecordQuery(type: type)
        query.isCountOnly = true
        let grant = try await test.box.grant(Ask(.search, type), test.command)
        return try await test.box.store.search(grant, query).total
    }
}
