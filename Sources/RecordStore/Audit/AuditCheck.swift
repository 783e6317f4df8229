import Kernel
import SQLite
import Sealing

/// One pass over the audit chain and the versions that it speaks of.
struct AuditCheck {
    private(set) var count: Int64 = 0
    private(set) var mac = [UInt8](repeating: 0, count: 32)
    private(set) var newestAnchor: (seq: Int64, atMs: Int64)?
    private var objects: Int64 = 0
    private let contexts: [Int64: HMACContext]
    private let anchors: [AuditAnchors.Anchor]

    init(keys: [Int64: DataKey], anchors: [AuditAnchors.Anchor]) {
        contexts = keys.mapValues { HMACContext(key: $0.secret) }
        self.anchors = anchors
        newestAnchor = anchors.last(where: \.isSound).map { ($0.seq, $0.atMs) }
    }

    /// Looks at everything; the first fault, or nil.
    mutating func run(_ connection: Connection, progress: ((Double) -> Void)?) throws
        -> AuditVerdict.Fault?
    {
        let total = try connection.int("SELECT max(seq) FROM audit_entry") ?? 0
        if let fault = try checkEntries(connection, total: total, progress) { return fault }
        if let fault = try checkHead(connection) { return fault }
        if let fault = checkAnchors() { return fault }
        return try checkVersions(connection)
    }

    private mutating func checkEntries(
        _ connection: Connection, total: Int64, _ progress: ((Double) -> Void)?
    ) throws -> AuditVerdict.Fault? {
        var anchored: [Int64: [UInt8]] = [:]
        for anchor in anchors where anchor.isSound {
            let known = anchored.updateValue(anchor.mac, forKey: anchor.seq)
            guard known == nil || known == anchor.mac else {
                return .init(seq: anchor.seq, reason: "Two different chains were anchored here.")
            }
        }
        let statement = try connection.statement(
            """
            SELECT a.seq, a.at_ms, a.action, a.actor_tag, a.patient_tag, a.key_version,
                   a.object_seq, a.object_digest, a.sealed_entry, a.mac, v.seq, v.sealed_body,
                   v.type, v.id, v.version, v.is_deleted, v.patient_id, v.compartment,
                   v.data_key_id, v.changed_ms, v.sort_ms
              FROM audit_entry AS a LEFT JOIN resource_version AS v ON v.seq = a.object_seq
             ORDER BY a.seq
            """)
        defer { statement.reset() }
        while try statement.step() {
            let row = AuditRow(statement)
            guard row.seq == count + 1 else {
                return .init(seq: count + 1, reason: "The entry is missing.")
            }
            guard let context = contexts[row.keyVersion] else {
                return .init(seq: row.seq, reason: "The key that the entry names is not known.")
            }
            let expected = context.mac(mac, row.chainedBytes)
            guard statement.bytes(9) == expected else {
                return .init(
                    seq: row.seq, reason: "The entry was changed, or one before it removed.")
            }
            if let wanted = anchored[row.seq], wanted != expected {
                return .init(
                    seq: row.seq, reason: "The chain is not the one that was anchored here.")
            }
            if let digest = row.objectDigest {
                if let reason = try fault(of: row, statement, digest, connection) {
                    return .init(seq: row.seq, reason: reason)
                }
            }
            mac = expected
            count = row.seq
            if count.isMultiple(of: 8_192) { progress?(Double(count) / Double(max(total, 1))) }
        }
        return nil
    }

    /// What is wrong with the version that an entry speaks of; nil where nothing is.
    private mutating func fault(
        of row: AuditRow, _ statement: Statement, _ digest: [UInt8], _ connection: Connection
    ) throws -> String? {
        guard !statement.isNull(10) else {
            let isPurged = try row.objectSeq.map {
                try PurgeRows.isMarked($0, contexts, connection)
            }
            return isPurged == true ? nil : "The record version that it speaks of is gone."
        }
        objects += 1
        let body = statement.withBytes(11) { SHA256.digest($0) }
        let isSame = VersionFacts(statement, from: 12).digest(sealedBody: body) == digest
        return isSame ? nil : "The record version that it speaks of was changed."
    }

    private func checkHead(_ connection: Connection) throws -> AuditVerdict.Fault? {
        let statement = try connection.statement(
            "SELECT seq, mac, head_mac FROM audit_head WHERE id = 1")
        defer { statement.reset() }
        guard try statement.step() else {
            return count == 0
                ? nil : .init(seq: count + 1, reason: "The head of the chain is gone.")
        }
        let seq = statement.int(0)
        guard seq == count, statement.bytes(1) == mac else {
            return .init(
                seq: min(seq, count) + 1,
                reason: "The chain ends at \(count), but its head says \(seq).")
        }
        let bytes = AuditRow.headBytes(seq: seq, mac: mac)
        guard contexts.values.contains(where: { $0.mac(bytes) == statement.bytes(2) }) else {
            return .init(seq: seq, reason: "The head of the chain was changed.")
        }
        return nil
    }

    private func checkAnchors() -> AuditVerdict.Fault? {
        let furthest = anchors.lazy.filter(\.isSound).map(\.seq).max() ?? 0
        guard furthest > count else { return nil }
        return .init(
            seq: count + 1,
            reason: """
                The chain ends at \(count), but \(furthest) entries were anchored outside the \
                database: the tail was cut off, or an older database was put in its place.
                """)
    }

    /// Versions without an entry, and old versions made current again.
    private func checkVersions(_ connection: Connection) throws -> AuditVerdict.Fault? {
        let versions = try connection.int("SELECT count(*) FROM resource_version") ?? 0
        guard versions == objects else {
            return .init(
                seq: count, reason: "\(versions - objects) record versions have no audit entry.")
        }
        let wrong = try connection.int(
            """
            SELECT seq FROM resource_version AS v
             WHERE is_current <> (version = (SELECT max(version) FROM resource_version AS w
                                              WHERE w.type = v.type AND w.id = v.id))
             LIMIT 1
            """)
        if let wrong {
            return try fault(wrong, "An older version of a record was made current.", connection)
        }
        let unfound = try connection.int(
            """
            SELECT v.seq FROM resource_version AS v
              LEFT JOIN person_extract AS p ON p.patient_id = v.id
             WHERE v.type = 'Patient' AND v.is_current = 1 AND v.is_deleted = 0
               AND p.version IS NOT v.version
             LIMIT 1
            """)
        guard let unfound else { return nil }
        return try fault(
            unfound, "What this patient is found by was removed or is of another version.",
            connection)
    }

    private func fault(
        _ objectSeq: Int64, _ reason: String, _ connection: Connection
    ) throws -> AuditVerdict.Fault {
        let entry = try connection.int(
            "SELECT seq FROM audit_entry WHERE object_seq = ?", .int(objectSeq))
        return .init(seq: entry ?? count, reason: reason)
    }
}
