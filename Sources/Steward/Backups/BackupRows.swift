import AccessControl
import BackupPlaces
import RecordStore
import Retention
import SQLite
import Sealing

/// The tables of the catalogue.
enum BackupRows {
    /// The most backups that the catalogue holds in memory; a policy keeps a few hundred.
    private static let countMax = 5_000

    /// Everything.
    static func catalogue(_ grant: Grant, _ rows: RowReader) throws -> BackupCatalogue {
        let statement = try rows.connection.statement(
            "SELECT place_id, sequence FROM backup_copy")
        defer { statement.reset() }
        var placeIDs: [Int64: Set<String>] = [:]
        while try statement.step() {
            placeIDs[statement.int(1), default: []].insert(statement.text(0))
        }
        return BackupCatalogue(
            backups: try backups(rows.connection), places: try places(rows), placeIDs: placeIDs)
    }

    /// Adds a backup that lies on the disk of the box; its sequence is the next one.
    static func add(
        _ grant: Grant, _ record: (Int64) -> BackupRecord, _ rows: RowWriter
    ) throws -> BackupRecord {
        let last = try rows.connection.int("SELECT max(sequence) FROM backup") ?? 0
        let one = record(last + 1)
        try rows.connection.run(
            """
            INSERT INTO backup (sequence, id, name, cause, mark_ms, zone_offset_s, bytes, digest,
                   head_digest, made_ms, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'unproven')
            """,
            .int(one.sequence), .text(one.id), .text(one.name), .text(one.cause.rawValue),
            .int(one.markMs), .int(Int64(one.zoneOffsetSeconds)), .int(one.seal.bytes),
            .bytes(one.seal.digest), .bytes(one.seal.headDigest), .int(one.madeMs))
        try putCopy(grant, of: one.sequence, at: PlaceRecord.own, one.markMs, rows)
        return one
    }

    /// Writes how a proof ended.
    static func putProof(_ grant: Grant, _ record: BackupRecord, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            UPDATE backup SET state = ?, tried_at_ms = ?, proof_ms = ?, fault = ?
             WHERE sequence = ?
            """,
            .text(record.state.rawValue), .optional(record.triedAtMs), .optional(record.proofMs),
            .optional(record.fault), .int(record.sequence))
    }

    /// Notes a copy.
    static func putCopy(
        _ grant: Grant, of sequence: Int64, at placeID: String, _ atMs: Int64, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            """
            INSERT INTO backup_copy (place_id, sequence, at_ms) VALUES (?, ?, ?)
            ON CONFLICT (place_id, sequence) DO NOTHING
            """,
            .text(placeID), .int(sequence), .int(atMs))
    }

    /// Forgets a copy, and the backup with its last one.
    static func removeCopy(
        _ grant: Grant, of sequence: Int64, at placeID: String, _ rows: RowWriter
    ) throws {
        try rows.connection.run(
            "DELETE FROM backup_copy WHERE place_id = ? AND sequence = ?",
            .text(placeID), .int(sequence))
        try forgetOrphans(rows)
    }

    /// Adds a place.
    static func add(_ grant: Grant, _ place: PlaceRecord, _ rows: RowWriter) throws {
        let address = try rows.seal(
            Array(place.address.text.utf8), at: sealedAt(place.id))
        try rows.connection.run(
            """
            INSERT INTO backup_place (id, kind, name, sealed_address, every_hours)
            VALUES (?, ?, ?, ?, ?)
            """,
            .text(place.id), .text(place.address.kind), .text(place.name), .bytes(address),
            .int(Int64(place.everyHours)))
    }

    /// Writes how a place stands.
    static func put(_ grant: Grant, _ place: PlaceRecord, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            UPDATE backup_place
               SET copied_at_ms = ?, read_at_ms = ?, looked_at_ms = ?, free_bytes = ?,
                   all_bytes = ?, fault = ?
             WHERE id = ?
            """,
            .optional(place.copiedAtMs), .optional(place.readAtMs), .optional(place.lookedAtMs),
            .optional(place.room?.freeBytes), .optional(place.room?.allBytes),
            .optional(place.fault), .text(place.id))
    }

    /// Forgets a place and its copies; the files stay where they are.
    static func removePlace(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM backup_copy WHERE place_id = ?", .text(id))
        try rows.connection.run("DELETE FROM backup_place WHERE id = ?", .text(id))
        try forgetOrphans(rows)
    }

    private static func forgetOrphans(_ rows: RowWriter) throws {
        try rows.connection.run(
            "DELETE FROM backup WHERE sequence NOT IN (SELECT sequence FROM backup_copy)")
    }

    private static func backups(_ connection: Connection) throws -> [BackupRecord] {
        let statement = try connection.statement(
            """
            SELECT sequence, id, name, cause, mark_ms, zone_offset_s, bytes, digest, head_digest,
                   made_ms, state, tried_at_ms, proof_ms, fault
              FROM backup ORDER BY sequence DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, countMax)
        var found: [BackupRecord] = []
        while try statement.step() {
            found.append(
                BackupRecord(
                    sequence: statement.int(0), id: statement.text(1), name: statement.text(2),
                    cause: BackupCause(rawValue: statement.text(3)) ?? .found,
                    markMs: statement.int(4), zoneOffsetSeconds: Int(statement.int(5)),
                    seal: StoredSeal(
                        bytes: statement.int(6), digest: statement.bytes(7),
                        headDigest: statement.bytes(8)),
                    madeMs: statement.int(9),
                    state: RetentionCopy.State(rawValue: statement.text(10)) ?? .unproven,
                    triedAtMs: statement.intOrNil(11), proofMs: statement.intOrNil(12),
                    fault: statement.textOrNil(13)))
        }
        return found
    }

    private static func places(_ rows: RowReader) throws -> [PlaceRecord] {
        let statement = try rows.connection.statement(
            """
            SELECT id, kind, name, sealed_address, every_hours, copied_at_ms, read_at_ms,
                   looked_at_ms, free_bytes, all_bytes, fault
              FROM backup_place ORDER BY name
            """)
        defer { statement.reset() }
        var found: [PlaceRecord] = []
        while try statement.step() {
            let id = statement.text(0)
            let text = String(
                decoding: try rows.open(statement.bytes(3), at: sealedAt(id)), as: UTF8.self)
            let room = statement.intOrNil(8).map {
                StorageRoom(freeBytes: $0, allBytes: statement.int(9))
            }
            found.append(
                PlaceRecord(
                    id: id, name: statement.text(2),
                    address: try PlaceAddress(
                        kind: statement.text(1), text: text, dataFolder: "/dev/null"),
                    everyHours: Int(statement.int(4)), copiedAtMs: statement.intOrNil(5),
                    readAtMs: statement.intOrNil(6), lookedAtMs: statement.intOrNil(7), room: room,
                    fault: statement.textOrNil(10)))
        }
        return found
    }

    private static func sealedAt(_ id: String) -> Place {
        Place("backup_place", "sealed_address", row: id)
    }
}
