import AccessControl
import FHIRModel
import Kernel
import SQLite
import Terminology

/// The tables of loaded releases.
enum TermRows {
    /// Rows that one transaction takes away, so that others wait no longer than for that.
    static let removedAtOnceMax = 20_000
    private static let wordsOfTextMax = 60

    static func current(_ connection: Connection) throws -> [TermRelease] {
        let statement = try connection.statement(
            """
            SELECT id, system, version, title, licence, concept_count, loaded_ms
              FROM term_release WHERE is_current = 1 ORDER BY id
            """)
        defer { statement.reset() }
        var found: [TermRelease] = []
        while try statement.step() {
            found.append(
                TermRelease(
                    id: statement.int(0), system: statement.text(1), version: statement.text(2),
                    title: statement.text(3), licence: statement.text(4),
                    conceptCount: Int(statement.int(5)), loadedMs: statement.int(6)))
        }
        return found
    }

    static func insert(_ draft: TermReleaseDraft, _ rows: RowWriter) throws -> Int64 {
        try rows.connection.run(
            """
            INSERT INTO term_release (system, version, title, licence, is_current, loaded_ms)
            VALUES (?, ?, ?, ?, 0, ?)
            """,
            .text(draft.system), .text(draft.version), .text(draft.title), .text(draft.licence),
            .int(rows.nowMs))
        return rows.connection.lastInsertRowID
    }

    /// Whether a release is there and still being loaded.
    static func isOpen(_ release: Int64, _ connection: Connection) throws -> Bool {
        try connection.int(
            "SELECT 1 FROM term_release WHERE id = ? AND is_current = 0", .int(release)) != nil
    }

    static func put(_ piece: TermPiece, _ release: Int64, _ connection: Connection) throws {
        let facts = piece.facts.map { "\($0.name)\t\(Self.line($0.value))" }.joined(separator: "\n")
        try connection.run(
            """
            INSERT INTO term_concept (release, code, display, flags, facts)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (release, code) DO UPDATE
               SET display = coalesce(excluded.display, display),
                   flags = coalesce(excluded.flags, flags),
                   facts = coalesce(excluded.facts, facts)
            """,
            .int(release), .text(piece.code), .optional(piece.display),
            .optional(piece.flags.map(Int64.init)), .optional(facts.isEmpty ? nil : facts))
        for name in piece.names {
            try connection.run(
                "INSERT OR IGNORE INTO term_name (release, code, name) VALUES (?, ?, ?)",
                .int(release), .text(piece.code), .text(name))
        }
        for parent in piece.parents where parent != piece.code {
            try connection.run(
                "INSERT OR IGNORE INTO term_edge (release, child, parent) VALUES (?, ?, ?)",
                .int(release), .text(piece.code), .text(parent))
        }
        let words = ([piece.display].compactMap { $0 } + piece.names).flatMap {
            SearchText.words($0).prefix(wordsOfTextMax)
        }
        for word in Set(words) {
            try connection.run(
                "INSERT OR IGNORE INTO term_word (release, word, code) VALUES (?, ?, ?)",
                .int(release), .text(String(decoding: word, as: UTF8.self)), .text(piece.code))
        }
    }

    private static func line(_ text: String) -> String {
        String(text.map { $0 == "\n" || $0 == "\t" || $0 == "\r\n" ? " " : $0 })
    }

    /// Puts a loaded release in the place of the one before.
    static func finish(_ release: Int64, _ rows: RowWriter) throws {
        let connection = rows.connection
        try connection.run(
            """
            UPDATE term_release SET is_current = 0
             WHERE is_current = 1
               AND system = (SELECT system FROM term_release WHERE id = ?)
            """, .int(release))
        try connection.run(
            """
            UPDATE term_release
               SET is_current = 1, loaded_ms = ?,
                   concept_count = (SELECT count(*) FROM term_concept WHERE release = ?)
             WHERE id = ?
            """, .int(rows.nowMs), .int(release), .int(release))
    }

    /// Takes a system out of use; what it holds is taken away by ``sweep(_:)``.
    static func retire(_ system: String, _ connection: Connection) throws -> Bool {
        try connection.run(
            "UPDATE term_release SET is_current = 0 WHERE system = ?", .text(system))
        return connection.changes > 0
    }

    /// Takes away a part of a release that is not used; false once nothing is left.
    static func sweep(_ connection: Connection) throws -> Bool {
        guard
            let release = try connection.int(
                "SELECT id FROM term_release WHERE is_current = 0 ORDER BY id LIMIT 1")
        else { return false }
        let one = SQLiteValue.int(release)
        let most = SQLiteValue.int(Int64(removedAtOnceMax))
        try connection.run(
            """
            DELETE FROM term_word WHERE release = ? AND (word, code) IN
                (SELECT word, code FROM term_word WHERE release = ? LIMIT ?)
            """, one, one, most)
        if connection.changes > 0 { return true }
        try connection.run(
            """
            DELETE FROM term_name WHERE release = ? AND (code, name) IN
                (SELECT code, name FROM term_name WHERE release = ? LIMIT ?)
            """, one, one, most)
        if connection.changes > 0 { return true }
        try connection.run(
            """
            DELETE FROM term_edge WHERE release = ? AND (child, parent) IN
                (SELECT child, parent FROM term_edge WHERE release = ? LIMIT ?)
            """, one, one, most)
        if connection.changes > 0 { return true }
        try connection.run(
            """
            DELETE FROM term_concept WHERE release = ? AND code IN
                (SELECT code FROM term_concept WHERE release = ? LIMIT ?)
            """, one, one, most)
        if connection.changes > 0 { return true }
        try connection.run("DELETE FROM term_release WHERE id = ?", one)
        return true
    }

    /// What tells whether anything that defines terms has changed: releases and resources.
    static func mark(_ connection: Connection) throws -> [Int64] {
        var mark = [
            try connection.int("SELECT coalesce(max(id), 0) FROM term_release") ?? 0,
            try connection.int("SELECT count(*) FROM term_release WHERE is_current = 1") ?? 0,
            try connection.int(
                "SELECT coalesce(max(loaded_ms), 0) FROM term_release WHERE is_current = 1") ?? 0,
        ]
        for type in TermShelf.types {
            mark.append(
                try connection.int(
                    """
                    SELECT coalesce(max(seq), 0)
                      FROM resource_version INDEXED BY resource_live_by_type
                     WHERE type = ? AND compartment = 'system'
                       AND is_current = 1 AND is_deleted = 0
                    """, .text(type)) ?? 0)
            mark.append(
                try connection.int(
                    """
                    SELECT count(*) FROM resource_version INDEXED BY resource_live_by_type
                     WHERE type = ? AND compartment = 'system'
                       AND is_current = 1 AND is_deleted = 0
                    """, .text(type)) ?? 0)
        }
        return mark
    }

    /// Current resources of a type that belong to nobody's chart, oldest change first.
    static func resources(
        _ type: String, countMax: Int, _ connection: Connection
    ) throws -> [ResourceRow] {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version INDEXED BY resource_live_by_type
             WHERE type = ? AND compartment = 'system' AND is_current = 1 AND is_deleted = 0
             ORDER BY seq LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, countMax)
        var rows: [ResourceRow] = []
        while try statement.step() { rows.append(ResourceRow(statement)) }
        return rows.filter(\.patientID.isEmpty)
    }
}
