import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table `emergency`.
enum EmergencyRows {
    /// The most that a list shows.
    static let countMax = 500

    /// Those that had not ended at a time.
    static func running(_ grant: Grant, atMs: Int64, _ rows: RowReader) throws -> [Emergency] {
        let statement = try rows.connection.statement(
            """
            SELECT id, user_id, began_ms, until_ms, ended_ms, sealed_facts FROM emergency
             WHERE until_ms > ? AND ended_ms IS NULL
            """)
        defer { statement.reset() }
        statement.bind(1, atMs)
        return try all(statement) { try rows.open($0, at: $1) }
    }

    /// The newest ones whose review is open, or those where it is closed.
    static func list(_ grant: Grant, isClosed: Bool, _ rows: RowReader) throws -> [Emergency] {
        let statement = try rows.connection.statement(
            """
            SELECT id, user_id, began_ms, until_ms, ended_ms, sealed_facts FROM emergency
             WHERE is_closed = ? ORDER BY began_ms DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, isClosed ? 1 : 0)
        statement.bind(2, countMax)
        return try all(statement) { try rows.open($0, at: $1) }
    }

    /// How many wait for a review.
    static func openCount(_ grant: Grant, _ rows: RowReader) throws -> Int {
        Int(try rows.connection.int("SELECT count(*) FROM emergency WHERE is_closed = 0") ?? 0)
    }

    /// One, as a reader sees it.
    static func find(_ grant: Grant, id: String, _ rows: RowReader) throws -> Emergency? {
        try find(id, rows.connection) { try rows.open($0, at: $1) }
    }

    /// One, as the transaction sees it.
    static func find(_ grant: Grant, id: String, in rows: RowWriter) throws -> Emergency? {
        try find(id, rows.connection) { try rows.open($0, at: $1) }
    }

    /// Adds one, or writes what became of it.
    static func put(_ grant: Grant, _ one: Emergency, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            INSERT INTO emergency (id, user_id, began_ms, until_ms, ended_ms, is_closed,
                                   sealed_facts)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
               SET ended_ms = excluded.ended_ms, is_closed = excluded.is_closed,
                   sealed_facts = excluded.sealed_facts
            """,
            .text(one.id), .text(one.userID), .int(one.beganMs), .int(one.untilMs),
            one.endedMs.map { .int($0) } ?? .null, .int(one.isClosed ? 1 : 0),
            .bytes(try rows.seal(facts(one), at: place(one.id))))
    }

    private static func find(
        _ id: String, _ connection: Connection, open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> Emergency? {
        let statement = try connection.statement(
            """
            SELECT id, user_id, began_ms, until_ms, ended_ms, sealed_facts FROM emergency
             WHERE id = ?
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        return try all(statement, open: open).first
    }

    private static func all(
        _ statement: Statement, open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> [Emergency] {
        var found: [Emergency] = []
        while try statement.step() {
            let id = statement.text(0)
            let json = try JSON.parse(try open(statement.bytes(5), place(id)))
            let category = EmergencyAccess.Category(rawValue: json.string("category") ?? "")
            var one = Emergency(
                id: id, userID: statement.text(1), patientID: json.string("patient") ?? "",
                compartments: compartments(json), category: category ?? .treatment,
                reason: json.string("reason") ?? "", beganMs: statement.int(2),
                untilMs: statement.int(3))
            one.endedMs = json["endedMs"]?.int.map { Int64($0) }
            one.endedByUserID = json.string("endedBy")
            one.reviews = reviews(json)
            found.append(one)
        }
        return found
    }

    private static func compartments(_ json: JSON) -> Set<Compartment> {
        Set(words("compartments", json).compactMap { Compartment(rawValue: $0) })
    }

    private static func words(_ name: String, _ json: JSON) -> [String] {
        json[name]?.elements.compactMap(\.string) ?? []
    }

    private static func reviews(_ json: JSON) -> [Emergency.Review] {
        json["reviews"]?.elements.compactMap { one in
            guard let finding = one.string("finding").flatMap(Emergency.Finding.init) else {
                return nil
            }
            return Emergency.Review(
                finding: finding, comment: one.string("comment") ?? "",
                userID: one.string("by") ?? "", atMs: Int64(one["atMs"]?.int ?? 0))
        } ?? []
    }

    private static func facts(_ one: Emergency) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { out in
            out.member("patient", one.patientID)
            out.array("compartments") { list in
                for name in one.compartments.map(\.rawValue).sorted() { list.string(name) }
            }
            out.member("category", one.category.rawValue)
            out.member("reason", one.reason)
            if let endedMs = one.endedMs { out.member("endedMs", Int(endedMs)) }
            if let by = one.endedByUserID { out.member("endedBy", by) }
            out.array("reviews") { list in
                for review in one.reviews {
                    list.object { item in
                        item.member("finding", review.finding.rawValue)
                        item.member("comment", review.comment)
                        item.member("by", review.userID)
                        item.member("atMs", Int(review.atMs))
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func place(_ id: String) -> Place {
        Place("emergency", "sealed_facts", row: id)
    }
}
