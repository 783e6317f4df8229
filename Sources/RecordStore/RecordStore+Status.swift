package import AccessControl
import Kernel
import SQLite

/// How the store stands, for its administrator.
package struct StoreStatus: Sendable {
    package let schema: SchemaState
    package let auditEntries: Int
    package let jobs: [JobState]
}

extension RecordStore {
    /// How the store stands.
    ///
    /// Not put on record: it shows nothing of any patient.
    package func status(_ grant: Grant, steps: [SchemaStep]) async throws -> StoreStatus {
        let (schema, entries) = try await rows(grant) { rows in
            (
                try Schema.state(rows.connection, steps: steps),
                try AuditRows.head(rows.connection)?.seq ?? 0
            )
        }
        return StoreStatus(
            schema: schema, auditEntries: Int(entries), jobs: try await jobs(grant))
    }

    /// Type and id of every current record, oldest change first.
    ///
    /// Not put on record: it shows nothing of any patient. Meant for a box of invented people, whose
    /// records are few.
    package func currentNames(_ grant: Grant) async throws -> [(type: String, id: String)] {
        try await rows(grant) { rows in
            let statement = try rows.connection.statement(
                """
                SELECT type, id FROM resource_version
                 WHERE is_current = 1 AND is_deleted = 0 ORDER BY seq
                """)
            defer { statement.reset() }
            var names: [(type: String, id: String)] = []
            while try statement.step() { names.append((statement.text(0), statement.text(1))) }
            return names
        }
    }

    /// Whether the database answers; for health checks.
    package func answers() async -> Bool {
        // Any failure means the same to whoever asks: it does not answer.
        let value = try? await readers.run { try $0.int("SELECT count(*) FROM schema_step") }
        return value != nil
    }

    /// Whether both sides of the store do work: a reader answers a query, and the writer comes to
    /// its turn, asks the database and commits.
    ///
    /// Waits as long as they do; what watches over the process judges the wait.
    package func works() async -> Bool {
        guard await answers() else { return false }
        // Any failure means the same to whoever asks: it does not work.
        let turn = try? await writer.run(.access) {
            try $0.connection.int("SELECT count(*) FROM schema_step")
        }
        return turn != nil
    }
}
