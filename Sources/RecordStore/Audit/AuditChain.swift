import Kernel
import SQLite
import Sealing

/// An entry that is sealed and waits for its place in the chain.
struct SealedAuditEntry: Sendable {
    let action: String
    let actorTag: Int64
    let patientTag: Int64?
    let sealed: [UInt8]
}

/// The chain of audit entries as the writer sees it: where it ends and how it goes on.
///
/// Every entry carries an HMAC over its own bytes and the HMAC of the entry before, with a key
/// that is not in the database; the head carries one over the count. Used by the writer's thread
/// alone once the store is open.
final class AuditChain: @unchecked Sendable {  // because only the writer's thread uses it
    /// The end of the chain.
    struct Head: Equatable {
        var seq: Int64
        var mac: [UInt8]
    }

    var head: Head
    private var keyVersion: Int64
    private var mac: HMACContext
    private let anchors: AuditAnchors
    private var writtenHead: Head
    private var anchoredHead: Head
    private var anchoredAtMs: Int64 = 0
    private let clock: Clock

    init(
        connection: Connection, key: DataKey, keyVersion: Int64, anchors: AuditAnchors, clock: Clock
    ) throws {
        self.keyVersion = keyVersion
        self.mac = HMACContext(key: key.secret)
        self.anchors = anchors
        self.clock = clock
        head = try Self.resumed(connection)
        writtenHead = head
        anchoredHead = try anchors.newest().map { Head(seq: $0.seq, mac: $0.mac) } ?? head
    }

    /// Appends one entry; the head follows by ``writeHead(_:)``, once for a whole group.
    func append(
        _ entry: SealedAuditEntry, atMs: Int64, objectSeq: Int64?, objectDigest: [UInt8]?,
        to connection: Connection
    ) throws {
        let seq = head.seq + 1
        let row = AuditRow(
            seq: seq, atMs: atMs, action: entry.action, actorTag: entry.actorTag,
            patientTag: entry.patientTag, keyVersion: keyVersion, objectSeq: objectSeq,
            objectDigest: objectDigest, sealed: entry.sealed)
        let digest = mac.mac(head.mac, row.chainedBytes)
        let statement = try connection.statement(
            """
            INSERT INTO audit_entry (seq, at_ms, action, actor_tag, patient_tag, key_version,
                                     object_seq, object_digest, sealed_entry, mac)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.bind(to: statement)
        statement.bind(10, digest)
        _ = try statement.step()
        statement.reset()
        head = Head(seq: seq, mac: digest)
    }

    /// Uses another key from the next entry on.
    func switchKey(to key: DataKey, version: Int64) {
        mac = HMACContext(key: key.secret)
        keyVersion = version
    }

    /// Writes the head, if it has moved.
    func writeHead(_ connection: Connection) throws {
        guard head != writtenHead else { return }
        try connection.run(
            """
            INSERT INTO audit_head (id, seq, mac, head_mac) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
               SET seq = excluded.seq, mac = excluded.mac, head_mac = excluded.head_mac
            """,
            .int(head.seq), .bytes(head.mac),
            .bytes(mac.mac(AuditRow.headBytes(seq: head.seq, mac: head.mac))))
        writtenHead = head
    }

    /// Writes the head to the file outside the database, at most once a minute.
    func anchorIfDue() throws {
        let nowMs = clock.steadyMs()
        guard head.seq != anchoredHead.seq, nowMs - anchoredAtMs >= AuditAnchors.intervalMs else {
            return
        }
        try anchor()
        anchoredAtMs = nowMs
    }

    /// Writes the head to the file outside the database, if it has moved since the last time.
    func anchor() throws {
        guard head.seq != anchoredHead.seq else { return }
        try anchors.append(seq: head.seq, mac: head.mac, atMs: clock.wallMs())
        anchoredHead = head
    }

    /// Where the chain goes on.
    ///
    /// Entries without a head, or after it, were not left by this program. The chain then goes on
    /// with a gap, which every later check names; a head made to fit would hide what was done.
    private static func resumed(_ connection: Connection) throws -> Head {
        let newestSeq = try connection.int("SELECT max(seq) FROM audit_entry") ?? 0
        let none = [UInt8](repeating: 0, count: 32)
        let head = try stored(connection) ?? Head(seq: 0, mac: none)
        return head.seq < newestSeq ? Head(seq: newestSeq + 1, mac: none) : head
    }

    private static func stored(_ connection: Connection) throws -> Head? {
        let statement = try connection.statement("SELECT seq, mac FROM audit_head WHERE id = 1")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return Head(seq: statement.int(0), mac: statement.bytes(1))
    }
}

/// One row of the chain and the bytes its HMAC covers.
struct AuditRow {
    let seq: Int64
    let atMs: Int64
    let action: String
    let actorTag: Int64
    let patientTag: Int64?
    let keyVersion: Int64
    let objectSeq: Int64?
    let objectDigest: [UInt8]?
    let sealed: [UInt8]

    /// The columns of ``select``, in their order.
    init(_ statement: Statement) {
        seq = statement.int(0)
        atMs = statement.int(1)
        action = statement.text(2)
        actorTag = statement.int(3)
        patientTag = statement.intOrNil(4)
        keyVersion = statement.int(5)
        objectSeq = statement.intOrNil(6)
        objectDigest = statement.bytesOrNil(7)
        sealed = statement.bytes(8)
    }

    init(
        seq: Int64, atMs: Int64, action: String, actorTag: Int64, patientTag: Int64?,
        keyVersion: Int64, objectSeq: Int64?, objectDigest: [UInt8]?, sealed: [UInt8]
    ) {
        self.seq = seq
        self.atMs = atMs
        self.action = action
        self.actorTag = actorTag
        self.patientTag = patientTag
        self.keyVersion = keyVersion
        self.objectSeq = objectSeq
        self.objectDigest = objectDigest
        self.sealed = sealed
    }

    /// Every column, with lengths, so that no two rows share the same bytes.
    var chainedBytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(sealed.count + 128)
        out.append(1)
        Self.append(seq, to: &out)
        Self.append(atMs, to: &out)
        Self.append(Array(action.utf8), to: &out)
        Self.append(actorTag, to: &out)
        out.append(patientTag == nil ? 0 : 1)
        Self.append(patientTag ?? 0, to: &out)
        Self.append(keyVersion, to: &out)
        out.append(objectSeq == nil ? 0 : 1)
        Self.append(objectSeq ?? 0, to: &out)
        Self.append(objectDigest ?? [], to: &out)
        Self.append(sealed, to: &out)
        return out
    }

    /// What the head's HMAC covers.
    static func headBytes(seq: Int64, mac: [UInt8]) -> [UInt8] {
        var out = Array("head".utf8)
        append(seq, to: &out)
        append(mac, to: &out)
        return out
    }

    func bind(to statement: Statement) {
        statement.bind(1, seq)
        statement.bind(2, atMs)
        statement.bind(3, action)
        statement.bind(4, actorTag)
        statement.bind(5, patientTag)
        statement.bind(6, keyVersion)
        statement.bind(7, objectSeq)
        statement.bind(8, objectDigest)
        statement.bind(9, sealed)
    }

    private static func append(_ number: Int64, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) }
    }

    private static func append(_ bytes: [UInt8], to out: inout [UInt8]) {
        append(Int64(bytes.count), to: &out)
        out.append(contentsOf: bytes)
    }
}
