import AccessControl
import Kernel
import RecordStore
import SQLite
import Sealing

/// The tables `registration_draft` and `number_series`.
enum RegistrationRows {
    /// The draft with an id, where it belongs to the person.
    static func find(
        _ grant: Grant, id: String, owner: String, _ rows: RowReader
    ) throws -> RegistrationDraft? {
        let statement = try rows.connection.statement(
            """
            SELECT id, owner, version, changed_ms, sealed_steps FROM registration_draft
            WHERE id = ? AND owner = ?
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        statement.bind(2, owner)
        guard try statement.step() else { return nil }
        return try draft(statement, rows)
    }

    /// The drafts of a person, the newest first.
    static func all(
        _ grant: Grant, owner: String, _ rows: RowReader
    ) throws -> [RegistrationDraft] {
        let statement = try rows.connection.statement(
            """
            SELECT id, owner, version, changed_ms, sealed_steps FROM registration_draft
            WHERE owner = ? ORDER BY changed_ms DESC, id
            """)
        defer { statement.reset() }
        statement.bind(1, owner)
        var found: [RegistrationDraft] = []
        while try statement.step() { found.append(try draft(statement, rows)) }
        return found
    }

    /// Adds a draft; where one was begun with the same key, that one's id is returned.
    ///
    /// - Throws: ``Problem`` `.tooCostly` where the person has too many.
    static func begin(
        _ grant: Grant, _ draft: RegistrationDraft, key: String, _ rows: RowWriter
    ) throws -> String {
        let tag = rows.tag("registration-key", key)
        let known = try rows.connection.statement(
            "SELECT id FROM registration_draft WHERE owner = ? AND retry_tag = ?")
        defer { known.reset() }
        known.bind(1, draft.owner)
        known.bind(2, tag)
        if try known.step() { return known.text(0) }
        let many = try rows.connection.statement(
            "SELECT count(*) FROM registration_draft WHERE owner = ?")
        defer { many.reset() }
        many.bind(1, draft.owner)
        if try many.step(), many.int(0) >= RegistrationDraft.countMax {
            throw Problem(
                .conflict,
                "You have \(RegistrationDraft.countMax) registrations that are not finished. "
                    + "Finish or remove one first.")
        }
        try rows.connection.run(
            """
            INSERT INTO registration_draft (id, owner, retry_tag, version, changed_ms, sealed_steps)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            .text(draft.id), .text(draft.owner), .int(tag), .int(Int64(draft.version)),
            .int(rows.nowMs), .bytes(try rows.seal(draft.bytes, at: place(draft.id))))
        return draft.id
    }

    /// Writes the next version of a draft.
    ///
    /// - Throws: ``Problem`` `.lockError` where it was changed meanwhile.
    static func put(
        _ grant: Grant, _ draft: RegistrationDraft, from version: Int, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            """
            UPDATE registration_draft SET version = ?, changed_ms = ?, sealed_steps = ?
            WHERE id = ? AND owner = ? AND version = ?
            """,
            .int(Int64(draft.version)), .int(rows.nowMs),
            .bytes(try rows.seal(draft.bytes, at: place(draft.id))), .text(draft.id),
            .text(draft.owner), .int(Int64(version)))
        guard rows.connection.changes == 1 else {
            throw Problem(
                .lockError,
                "This registration was saved in another window. Open it again and compare.")
        }
    }

    /// Removes a draft of a person.
    static func remove(_ grant: Grant, id: String, owner: String, _ rows: RowWriter) throws {
        try rows.connection.run(
            "DELETE FROM registration_draft WHERE id = ? AND owner = ?", .text(id), .text(owner))
    }

    /// Removes the draft that has become a patient.
    static func finished(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM registration_draft WHERE id = ?", .text(id))
    }

    /// The next number of a series, from 1.
    static func nextNumber(_ grant: Grant, series: String, _ rows: RowWriter) throws -> Int {
        let statement = try rows.connection.statement(
            """
            INSERT INTO number_series (name, last_number) VALUES (?, 1)
            ON CONFLICT (name) DO UPDATE SET last_number = last_number + 1
            RETURNING last_number
            """)
        defer { statement.reset() }
        statement.bind(1, series)
        var number = 0
        while try statement.step() { number = Int(statement.int(0)) }
        return number
    }

    private static func draft(
        _ statement: Statement, _ rows: RowReader
    ) throws -> RegistrationDraft {
        let id = statement.text(0)
        return RegistrationDraft(
            id: id, owner: statement.text(1), version: Int(statement.int(2)),
            changedMs: statement.int(3),
            steps: try RegistrationDraft.steps(rows.open(statement.bytes(4), at: place(id))))
    }

    private static func place(_ id: String) -> Place {
        Place("registration_draft", "sealed_steps", row: id)
    }
}
