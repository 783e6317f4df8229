package import AccessControl
import FHIRModel
import Kernel
import SQLite
import Sealing

/// What entries of the audit log are asked for.
package struct AuditQuery: Sendable {
    /// The most entries of one page.
    package static let pageCountMax = 1_000

    package var userID: String?
    package var patientID: String?
    package var verb: Verb?
    /// UTC milliseconds, inclusive.
    package var fromMs: Int64?
    /// UTC milliseconds, exclusive.
    package var toMs: Int64?
    /// Only entries before this one.
    package var beforeSeq: Int64?
    package var limit = 100

    /// Asks for the newest entries.
    package init() {}
}

extension RecordStore {
    /// Puts something on record that changes and shows nothing else: a refusal, a sign-in.
    ///
    /// On the disk when the function returns.
    package func note(_ note: AuditNote, by caller: Caller) async throws {
        #if FAULT_CONTROLS
        if FaultControls.isAuditOff { return }
        #endif
        let entry = try auditSealer.seal(note, by: caller)
        try await writer.run(.entry) { try $0.append(entry) }
    }

    /// Entries of the audit log, newest first; reading them is itself put on record first.
    package func auditEntries(_ grant: Grant, _ query: AuditQuery) async throws -> [AuditEntry] {
        guard (1...AuditQuery.pageCountMax).contains(query.limit) else {
            throw Problem(
                .value, "A page holds 1 to \(AuditQuery.pageCountMax) entries.", location: "limit")
        }
        let keys = keys
        let tags = drafts.tags
        return try await readAudited(grant) { connection in
            let rows = try AuditRows.page(grant, query, tags, connection)
            let entries = try rows.map { try AuditEntry(row: $0, keys: keys) }
            return Looked(.success(entries), AuditNote(grant.ask, detail: "entries \(rows.count)"))
        }
    }

    /// Checks the whole chain, its head, its anchors, and that every stored version is the one
    /// that the log says was written.
    ///
    /// Holds one read transaction; a million entries take seconds.
    ///
    /// - Parameter progress: called with the part done, 0 to 1, about twice a second.
    package func verifyAudit(
        _ grant: Grant, progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> AuditVerdict {
        let macKeys = try keys.all(.audit)
        let anchors = anchors
        let clock = parts.clock
        return try await readAudited(grant) { connection in
            let started = clock.steadyMs()
            var check = AuditCheck(keys: macKeys, anchors: try anchors.all())
            try connection.begin()
            defer {
                // Nothing was written; a failed end shows at the next begin.
                try? connection.commit()
            }
            let firstBad = try check.run(connection, progress: progress)
            let verdict = AuditVerdict(
                entries: check.count, firstBad: firstBad, headMac: check.mac,
                anchored: check.newestAnchor, milliseconds: clock.steadyMs() - started)
            let words = firstBad.map { "broken at \($0.seq)" } ?? "intact"
            return Looked(.success(verdict), AuditNote(grant.ask, detail: words))
        }
    }

    /// Writes the head of the chain to the file outside the database now.
    package func anchorAudit() async throws {
        let anchors = anchors
        let clock = parts.clock
        try await readers.run { connection in
            guard let head = try AuditRows.head(connection) else { return }
            if let newest = try anchors.newest(), newest.seq == head.seq { return }
            try anchors.append(seq: head.seq, mac: head.mac, atMs: clock.wallMs())
        }
    }
}

/// What a check of the audit chain found.
package struct AuditVerdict: Sendable {
    /// The first entry that is not as it was written, and what is wrong with it.
    package struct Fault: Sendable, Equatable {
        package let seq: Int64
        package let reason: String
    }

    /// Entries looked at.
    package let entries: Int64
    package let firstBad: Fault?
    package let headMac: [UInt8]
    /// The newest line of the file outside the database.
    package let anchored: (seq: Int64, atMs: Int64)?
    package let milliseconds: Int64
}

extension RecordStore {
    /// Entries of the audit log, oldest first, from the one after `afterSeq`; put on record.
    package func auditEntries(
        _ grant: Grant, afterSeq: Int64, limit: Int
    ) async throws -> [AuditEntry] {
        guard (1...AuditQuery.pageCountMax).contains(limit) else {
            throw Problem(
                .value, "A page holds 1 to \(AuditQuery.pageCountMax) entries.", location: "limit")
        }
        let keys = keys
        return try await readAudited(grant) { connection in
            let entries = try AuditRows.following(grant, afterSeq, limit: limit, connection).map {
                try AuditEntry(row: $0, keys: keys)
            }
            let detail = "entries \(entries.count) after \(afterSeq)"
            return Looked(.success(entries), AuditNote(grant.ask, detail: detail))
        }
    }
}

extension AuditEntry {
    /// Opens a row of the chain.
    init(row: AuditRow, keys: DataKeys) throws {
        let key = try keys.key(id: Int64(try SealedValue.keyID(of: row.sealed)))
        let bytes = try SealedValue.open(row.sealed, key: key, at: AuditSealer.place)
        try self.init(seq: row.seq, atMs: row.atMs, decoding: bytes)
    }
}
