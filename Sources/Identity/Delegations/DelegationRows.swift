import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table `delegation`.
enum DelegationRows {
    /// All of them; a clinic has tens in a year.
    static func all(_ grant: Grant, _ rows: RowReader) throws -> [Delegation] {
        let statement = try rows.connection.statement(
            "SELECT id, sealed_facts FROM delegation ORDER BY id")
        defer { statement.reset() }
        var found: [Delegation] = []
        while try statement.step() {
            let id = statement.text(0)
            found.append(
                delegation(id, try JSON.parse(rows.open(statement.bytes(1), at: place(id)))))
        }
        return found
    }

    /// Adds one, or writes that it was taken back.
    static func put(_ grant: Grant, _ one: Delegation, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            INSERT INTO delegation (id, ends_ms, sealed_facts) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sealed_facts = excluded.sealed_facts
            """,
            .text(one.id), .int(one.endsMs),
            .bytes(try rows.seal(facts(one), at: place(one.id))))
    }

    private static func delegation(_ id: String, _ json: JSON) -> Delegation {
        Delegation(
            id: id, fromUserID: json.string("from") ?? "", toUserID: json.string("to") ?? "",
            beginsMs: Int64(json["beginsMs"]?.int ?? 0), endsMs: Int64(json["endsMs"]?.int ?? 0),
            isAway: json["isAway"]?.bool ?? false, note: json.string("note") ?? "",
            madeByUserID: json.string("madeBy") ?? "", madeMs: Int64(json["madeMs"]?.int ?? 0),
            revokedMs: json["revokedMs"]?.int.map(Int64.init),
            revokedByUserID: json.string("revokedBy"))
    }

    private static func facts(_ one: Delegation) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { out in
            out.member("from", one.fromUserID)
            out.member("to", one.toUserID)
            out.member("beginsMs", Int(one.beginsMs))
            out.member("endsMs", Int(one.endsMs))
            out.member("isAway", one.isAway)
            out.member("note", one.note)
            out.member("madeBy", one.madeByUserID)
            out.member("madeMs", Int(one.madeMs))
            if let ms = one.revokedMs { out.member("revokedMs", Int(ms)) }
            if let by = one.revokedByUserID { out.member("revokedBy", by) }
        }
        return writer.bytes
    }

    private static func place(_ id: String) -> Place {
        Place("delegation", "sealed_facts", row: id)
    }
}
