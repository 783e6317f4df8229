package import AccessControl
import Kernel
import SQLite

/// A piece of work that the box does by itself at a time.
package struct JobState: Sendable {
    package let name: String
    /// UTC milliseconds.
    package let dueMs: Int64
    /// `waiting`, `running` or `failed`.
    package let state: String
    /// How far it is, in the job's own words.
    package let mark: String
    /// UTC milliseconds of the last good end.
    package let lastOKMs: Int64?
}

extension RecordStore {
    /// Every job and how it stands.
    package func jobs(_ grant: Grant) async throws -> [JobState] {
        try await rows(grant) { rows in
            let statement = try rows.connection.statement(
                "SELECT name, due_ms, state, mark, last_ok_ms FROM job ORDER BY name")
            defer { statement.reset() }
            var jobs: [JobState] = []
            while try statement.step() {
                jobs.append(
                    JobState(
                        name: statement.text(0), dueMs: statement.int(1), state: statement.text(2),
                        mark: statement.text(3), lastOKMs: statement.intOrNil(4)))
            }
            return jobs
        }
    }

    /// Writes how a job stands; makes the row if there is none.
    package func setJob(
        _ grant: Grant, _ name: String, state: String, dueMs: Int64, mark: String, isOK: Bool
    ) async throws {
        try await changeRows(grant) { rows in
            try rows.connection.run(
                """
                INSERT INTO job (name, due_ms, state, mark, last_ok_ms) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                   SET due_ms = excluded.due_ms, state = excluded.state, mark = excluded.mark,
                       last_ok_ms = coalesce(excluded.last_ok_ms, job.last_ok_ms)
                """,
                .text(name), .int(dueMs), .text(state), .text(mark),
                isOK ? .int(rows.nowMs) : .null)
        }
    }

    /// Forgets remembered answers to repeated requests once they are a day old.
    package func forgetAnswers(_ grant: Grant) async throws {
        let store = self
        try await changeRows(grant) { rows in
            try AnsweredRows.forget(
                before: store.parts.clock.wallMs() - Int64(IdempotencyKey.hoursMax) * 3_600_000,
                rows.scope)
        }
    }
}
