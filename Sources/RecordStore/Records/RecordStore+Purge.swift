package import AccessControl
import Kernel
import SQLite
import Sealing

/// What a purge would destroy, or did.
package struct PurgeReport: Sendable {
    /// One record with its versions.
    package struct Record: Sendable {
        package let type: String
        package let id: String
        package let versionCount: Int
        /// Whether the record was deleted before.
        package let isDeleted: Bool
        /// When the first and the last version were written, UTC milliseconds.
        package let firstMs: Int64
        package let lastMs: Int64
    }

    /// The records by type and id; no content of them is told.
    package let records: [Record]

    /// Versions of all records together.
    package var versionCount: Int { records.reduce(0) { $0 + $1.versionCount } }
}

extension RecordStore {
    /// The fewest letters of a reason for a purge.
    package static let purgeReasonLettersMin = 10
    /// The most letters of a reason for a purge.
    package static let purgeReasonLettersMax = 500
    /// The most versions that one purge destroys.
    package static let purgedVersionsMax = 100_000

    /// What a purge of a record would destroy: its versions, and with a patient the whole chart;
    /// one audit entry.
    ///
    /// - Parameter grant: to administer a purge.
    /// - Throws: ``Problem`` `.notFound` where there is no such record.
    package func purgeReport(
        _ grant: Grant, type: String, id: String
    ) async throws -> PurgeReport {
        try Self.check(grant)
        let subject = PurgeRows.Subject(type: type, id: id)
        return try await readAudited(grant) { connection in
            let records = try PurgeRows.records(subject, connection)
            guard !records.isEmpty else {
                return Looked(
                    .failure(Self.nothing(type, id)),
                    AuditNote(grant.ask, outcome: .failed, code: .notFound))
            }
            return Looked(
                .success(PurgeReport(records: records.map(PurgeReport.Record.init))),
                AuditNote(grant.ask, detail: "looked at what a purge of \(type)/\(id) destroys"))
        }
    }

    /// Destroys a record with all its versions and all that it is found by.
    ///
    /// With a patient the whole chart goes. Nobody can bring it back but from a backup.
    ///
    /// The audit log keeps that it was done, by whom and why; the check of the log knows the
    /// versions that are gone. The pages of the file are overwritten, and the write-ahead log is cut
    /// off. While it runs, about a second for each million rows of the search index, nothing else is
    /// written.
    ///
    /// - Parameters:
    ///   - grant: to administer a purge.
    ///   - reason: ``purgeReasonLettersMin`` letters or more, without names.
    /// - Throws: ``Problem`` `.notFound`, `.required` for the reason, `.tooCostly`.
    package func purge(
        _ grant: Grant, type: String, id: String, reason: String
    ) async throws -> PurgeReport {
        try Self.check(grant)
        guard reason.count(where: \.isLetter) >= Self.purgeReasonLettersMin else {
            throw Problem(
                .required,
                "Give a reason of at least \(Self.purgeReasonLettersMin) letters. It stays in the "
                    + "audit log for good.", location: "reason")
        }
        guard reason.count <= Self.purgeReasonLettersMax else {
            throw Problem(
                .tooLong, "A reason has at most \(Self.purgeReasonLettersMax) letters.",
                location: "reason")
        }
        let subject = PurgeRows.Subject(type: type, id: id)
        let store = self
        let sealer = auditSealer
        return try await writer.run(.change) { scope in
            let records = try PurgeRows.records(subject, scope.connection)
            guard !records.isEmpty else { throw Self.nothing(type, id) }
            let report = PurgeReport(records: records.map(PurgeReport.Record.init))
            guard report.versionCount <= Self.purgedVersionsMax else {
                throw Problem(
                    .tooCostly,
                    "The chart has more than \(Self.purgedVersionsMax) versions. Purge its records "
                        + "one by one first.")
            }
            try store.remove(subject, records, scope)
            try scope.append(
                sealer.seal(
                    AuditNote(
                        grant.ask, id: "\(type)/\(id)",
                        patientID: type == "Patient" ? id : nil,
                        detail: "purged \(records.count) records, \(report.versionCount) versions; "
                            + "reason: \(reason)"),
                    by: grant.caller))
            return report
        }
    }

    private func remove(
        _ subject: PurgeRows.Subject, _ records: [PurgeRows.Record], _ scope: WriteScope
    ) throws {
        let connection = scope.connection
        let places = try PurgeRows.places(subject, connection)
        let key = try keys.current(.audit)
        let mark = (version: keys.version(.audit), context: HMACContext(key: key.secret))
        for seq in places.all { try PurgeRows.mark(seq, key: mark, connection) }
        try PurgeRows.removeIndex(subject, connection)
        for record in records { try PurgeRows.remove(record, connection) }
        let (people, texts, memory) = (people, index.texts, relationMemory)
        scope.afterCommit {
            if subject.type == "Patient" { people.remove(subject.id) }
            for origin in places.origins { texts.forget(origin) }
            memory.forget()
        }
        scope.cutsLog = true
    }

    private static func check(_ grant: Grant) throws(Problem) {
        guard grant.ask.verb == .administer, grant.ask.area == .system else {
            throw Problem(.forbidden, "Only who administers the box purges records.")
        }
    }

    private static func nothing(_ type: String, _ id: String) -> Problem {
        Problem(.notFound, "\(type)/\(id) was not found, in no version.")
    }
}

extension PurgeReport.Record {
    fileprivate init(_ row: PurgeRows.Record) {
        self.init(
            type: row.type, id: row.id, versionCount: row.versionCount, isDeleted: row.isDeleted,
            firstMs: row.firstMs, lastMs: row.lastMs)
    }
}
