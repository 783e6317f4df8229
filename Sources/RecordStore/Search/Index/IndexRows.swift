import Kernel
import SQLite

/// The writing of the search index, inside the writer's transaction.
enum IndexRows {
    /// The row that says that a resource exists, if the index has it.
    struct Known {
        let origin: Int64
        let seq: Int64
        let chart: Int64
    }

    /// The origin of a resource: the place of its first version in the order of changes.
    static func origin(type: String, id: String, _ connection: Connection) throws -> Int64? {
        try connection.int(
            "SELECT seq FROM resource_version WHERE type = ? AND id = ? AND version = 1",
            .text(type), .text(id))
    }

    /// What the index knows of a resource.
    static func known(origin: Int64, _ connection: Connection) throws -> Known? {
        let statement = try connection.statement(
            "SELECT seq, chart FROM search_resource WHERE origin = ?")
        defer { statement.reset() }
        statement.bind(1, origin)
        guard try statement.step() else { return nil }
        return Known(origin: origin, seq: statement.int(0), chart: statement.int(1))
    }

    /// Brings the index from what it knows of a resource to what the draft says.
    static func follow(
        _ draft: IndexDraft, origin: Int64, seq: Int64, changedMs: Int64, _ connection: Connection
    ) throws {
        let known = try known(origin: origin, connection)
        var kept = IndexContent()
        if known != nil, let old = draft.old {
            let isSameChart = old.chart == draft.new?.chart
            let lost =
                isSameChart
                ? old.content.subtracting(
                    draft.new?.content ?? IndexContent()) : old.content
            try remove(lost, chart: old.chart, origin: origin, connection)
            if isSameChart { kept = old.content }
        }
        guard let new = draft.new else {
            try connection.run("DELETE FROM search_resource WHERE origin = ?", .int(origin))
            return
        }
        try connection.run(
            """
            INSERT INTO search_resource (origin, seq, type, chart, changed_ms, self_tag)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (origin) DO UPDATE
               SET seq = excluded.seq, chart = excluded.chart, changed_ms = excluded.changed_ms
            """,
            .int(origin), .int(seq), .int(draft.type), .int(new.chart), .int(changedMs),
            .int(draft.selfTag))
        try insert(
            new.content.subtracting(kept), draft.sealed, chart: new.chart, origin: origin,
            connection)
    }

    private static func insert(
        _ content: IndexContent, _ sealed: [Int64: [UInt8]], chart: Int64, origin: Int64,
        _ connection: Connection
    ) throws {
        for row in content.tags {
            try connection.run(
                """
                INSERT OR IGNORE INTO search_tag (parameter, tag, chart, origin, system_tag)
                VALUES (?, ?, ?, ?, ?)
                """,
                .int(row.parameter), .int(row.tag), .int(chart), .int(origin),
                .int(row.systemTag))
        }
        for row in content.links {
            try connection.run(
                """
                INSERT OR IGNORE INTO search_link (parameter, target_tag, chart, origin)
                VALUES (?, ?, ?, ?)
                """,
                .int(row.parameter), .int(row.targetTag), .int(chart), .int(origin))
        }
        for row in content.ranges {
            try connection.run(
                """
                INSERT OR IGNORE INTO search_range (parameter, chart, low_ms, high_ms, origin)
                VALUES (?, ?, ?, ?, ?)
                """,
                .int(row.parameter), .int(chart), .int(row.lowMs), .int(row.highMs),
                .int(origin))
        }
        try insert(content.quantities, chart: chart, origin: origin, connection)
        for parameter in content.texts.keys {
            guard let bytes = sealed[parameter] else { continue }
            try connection.run(
                """
                INSERT OR REPLACE INTO search_text (parameter, chart, origin, sealed_values)
                VALUES (?, ?, ?, ?)
                """,
                .int(parameter), .int(chart), .int(origin), .bytes(bytes))
        }
    }

    private static func insert(
        _ rows: Set<IndexContent.Quantity>, chart: Int64, origin: Int64, _ connection: Connection
    ) throws {
        for row in rows {
            try connection.run(
                """
                INSERT OR IGNORE INTO search_quantity
                       (parameter, chart, low, high, canonical_low, canonical_high, origin)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                .int(row.parameter), .int(chart), .double(row.low), .double(row.high),
                .double(row.canonicalLow), .double(row.canonicalHigh), .int(origin))
        }
    }

    private static func remove(
        _ content: IndexContent, chart: Int64, origin: Int64, _ connection: Connection
    ) throws {
        for row in content.tags {
            try connection.run(
                """
                DELETE FROM search_tag
                 WHERE parameter = ? AND tag = ? AND chart = ? AND origin = ? AND system_tag = ?
                """,
                .int(row.parameter), .int(row.tag), .int(chart), .int(origin),
                .int(row.systemTag))
        }
        for row in content.links {
            try connection.run(
                """
                DELETE FROM search_link
                 WHERE parameter = ? AND target_tag = ? AND chart = ? AND origin = ?
                """,
                .int(row.parameter), .int(row.targetTag), .int(chart), .int(origin))
        }
        for row in content.ranges {
            try connection.run(
                """
                DELETE FROM search_range
                 WHERE parameter = ? AND chart = ? AND low_ms = ? AND high_ms = ? AND origin = ?
                """,
                .int(row.parameter), .int(chart), .int(row.lowMs), .int(row.highMs),
                .int(origin))
        }
        for row in content.quantities {
            try connection.run(
                """
                DELETE FROM search_quantity
                 WHERE parameter = ? AND chart = ? AND low = ? AND high = ?
                   AND canonical_low = ? AND canonical_high = ? AND origin = ?
                """,
                .int(row.parameter), .int(chart), .double(row.low), .double(row.high),
                .double(row.canonicalLow), .double(row.canonicalHigh), .int(origin))
        }
        for parameter in content.texts.keys {
            try connection.run(
                "DELETE FROM search_text WHERE parameter = ? AND chart = ? AND origin = ?",
                .int(parameter), .int(chart), .int(origin))
        }
    }
}
