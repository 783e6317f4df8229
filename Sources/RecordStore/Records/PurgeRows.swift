import Kernel
import SQLite
import Sealing

/// The rows that a purge takes away and the one that it leaves of each version.
enum PurgeRows {
    /// What is destroyed: one record, or with a patient the whole chart.
    struct Subject: Sendable {
        let type: String
        let id: String

        /// The chart that goes with it; empty for a single record.
        var patientID: String { type == "Patient" ? id : "" }
    }

    /// One record of what is destroyed.
    struct Record: Sendable {
        let type: String
        let id: String
        let versionCount: Int
        let isDeleted: Bool
        let firstMs: Int64
        let lastMs: Int64
    }

    /// The records of a subject, by type and id.
    static func records(_ subject: Subject, _ connection: Connection) throws -> [Record] {
        let statement = try connection.statement(
            """
            SELECT type, id, count(*), min(changed_ms), max(changed_ms),
                   sum(is_current * is_deleted)
              FROM resource_version
             WHERE (type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')
             GROUP BY type, id ORDER BY type, id
            """)
        defer { statement.reset() }
        bind(subject, statement)
        var records: [Record] = []
        while try statement.step() {
            records.append(
                Record(
                    type: statement.text(0), id: statement.text(1),
                    versionCount: Int(statement.int(2)), isDeleted: statement.int(5) > 0,
                    firstMs: statement.int(3), lastMs: statement.int(4)))
        }
        return records
    }

    /// The places of all versions of a subject in the order of changes; those of first versions by
    /// themselves.
    static func places(
        _ subject: Subject, _ connection: Connection
    ) throws -> (all: [Int64], origins: [Int64]) {
        let statement = try connection.statement(
            """
            SELECT seq, version FROM resource_version
             WHERE (type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')
            """)
        defer { statement.reset() }
        bind(subject, statement)
        var all: [Int64] = []
        var origins: [Int64] = []
        while try statement.step() {
            all.append(statement.int(0))
            if statement.int(1) == 1 { origins.append(statement.int(0)) }
        }
        return (all, origins)
    }

    /// Takes every row away that holds something of a record or leads to it.
    static func remove(_ record: Record, _ connection: Connection) throws {
        for sql in tagged {
            try connection.run(sql, .text(record.type), .text(record.id))
        }
        if record.type == "Patient" {
            try connection.run(
                "DELETE FROM person_extract WHERE patient_id = ?", .text(record.id))
        }
    }

    /// Takes the rows of the search index away, one pass for all records together.
    static func removeIndex(_ subject: Subject, _ connection: Connection) throws {
        for sql in indexed {
            try connection.run(
                sql, .text(subject.type), .text(subject.id), .text(subject.patientID))
        }
    }

    /// Leaves the mark of a version that is gone.
    static func mark(
        _ seq: Int64, key: (version: Int64, context: HMACContext), _ connection: Connection
    ) throws {
        try connection.run(
            "INSERT INTO purged_version (seq, key_version, mac) VALUES (?, ?, ?)", .int(seq),
            .int(key.version), .bytes(key.context.mac(markBytes(seq))))
    }

    /// Whether a version is gone because of a purge of this program.
    static func isMarked(
        _ seq: Int64, _ contexts: [Int64: HMACContext], _ connection: Connection
    ) throws -> Bool {
        let statement = try connection.statement(
            "SELECT key_version, mac FROM purged_version WHERE seq = ?")
        defer { statement.reset() }
        statement.bind(1, seq)
        guard try statement.step(), let context = contexts[statement.int(0)] else { return false }
        return statement.bytes(1) == context.mac(markBytes(seq))
    }

    /// The place that the next version must not go below: a place is never given twice.
    static func lastPlace(_ connection: Connection) throws -> Int64? {
        try connection.int("SELECT max(seq) FROM purged_version")
    }

    private static func markBytes(_ seq: Int64) -> [UInt8] { Array("purged version \(seq)".utf8) }

    private static func bind(_ subject: Subject, _ statement: Statement) {
        statement.bind(1, subject.type)
        statement.bind(2, subject.id)
        statement.bind(3, subject.patientID)
    }

    private static let tagged: [StaticString] = [
        "DELETE FROM identifier_tag WHERE type = ? AND id = ?",
        "DELETE FROM resource_version WHERE type = ? AND id = ?",
    ]

    private static let indexed: [StaticString] = [
        """
        DELETE FROM search_resource WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
        """
        DELETE FROM search_tag WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
        """
        DELETE FROM search_link WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
        """
        DELETE FROM search_range WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
        """
        DELETE FROM search_quantity WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
        """
        DELETE FROM search_text WHERE origin IN (SELECT seq FROM resource_version
         WHERE version = 1 AND ((type = ? AND id = ?) OR (patient_id = ? AND patient_id <> '')))
        """,
    ]
}
