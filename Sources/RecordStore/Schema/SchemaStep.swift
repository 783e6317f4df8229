import Kernel
package import SQLite

/// One numbered step of the schema.
///
/// Steps are appended, never changed once released.
package struct SchemaStep: Sendable {
    /// The place in the one sequence of the whole box, from 1 and without gaps.
    package let number: Int
    /// The name of the step, equal to the name of its file without the number.
    package let name: String
    /// The statements, each ended by a semicolon.
    package let sql: String

    /// Makes a step.
    package init(_ number: Int, _ name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// How far the schema of a database is.
package struct SchemaState: Sendable {
    /// The steps that the database has, oldest first.
    package let applied: [String]
    /// The steps of this build that it lacks.
    package let pending: [String]
}

/// Brings a database up to this build's schema, or refuses to start.
package enum Schema {
    /// Applies the steps that the database lacks, each in a transaction of its own, so that a
    /// power cut leaves the old schema or the new one.
    ///
    /// - Throws: ``Problem`` `.notSupported` if a newer release wrote the database.
    package static func migrate(
        _ connection: Connection, steps: [SchemaStep], nowMs: Int64
    ) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_step (
                number        INTEGER PRIMARY KEY,
                name          TEXT    NOT NULL,
                applied_at_ms INTEGER NOT NULL   -- UTC milliseconds
            ) STRICT;
            """)
        let have = try applied(connection)
        try refuseNewer(have: have, steps: steps)
        for step in steps.sorted(by: { $0.number < $1.number }) where have[step.number] == nil {
            try connection.beginImmediate()
            do {
                try connection.execute(step.sql)
                try connection.run(
                    "INSERT INTO schema_step (number, name, applied_at_ms) VALUES (?, ?, ?)",
                    .int(Int64(step.number)), .text(step.name), .int(nowMs))
                try connection.commit()
            } catch {
                try connection.rollback()
                throw error
            }
        }
    }

    /// What a database has and lacks; reads only.
    package static func state(
        _ connection: Connection, steps: [SchemaStep]
    ) throws -> SchemaState {
        let have = try applied(connection)
        let pending = steps.filter { have[$0.number] == nil }.sorted { $0.number < $1.number }
        return SchemaState(
            applied: have.sorted { $0.key < $1.key }.map(\.value), pending: pending.map(\.name))
    }

    private static func applied(_ connection: Connection) throws -> [Int: String] {
        let exists = try connection.statement(
            "SELECT 1 FROM sqlite_schema WHERE name = 'schema_step'")
        let isThere = try exists.step()
        exists.reset()
        guard isThere else { return [:] }
        let statement = try connection.statement("SELECT number, name FROM schema_step")
        defer { statement.reset() }
        var names: [Int: String] = [:]
        while try statement.step() { names[Int(statement.int(0))] = statement.text(1) }
        return names
    }

    private static func refuseNewer(have: [Int: String], steps: [SchemaStep]) throws {
        let isKnown = have.allSatisfy { number, name in
            steps.contains { $0.number == number && $0.name == name }
        }
        guard isKnown else {
            throw Problem(
                .notSupported,
                """
                This data folder was written by a newer release of tribal-ehr (schema step \
                \(have.keys.max() ?? 0), this release knows \(steps.count)). Install that release again; \
                nothing was changed.
                """)
        }
    }
}
