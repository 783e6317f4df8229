package import AccessControl
import FHIRModel
import Kernel
import RecordStore

/// Charts opened for an emergency: begun with a reason and nobody's leave, ended by time or by hand,
/// reviewed by somebody else.
///
/// Spec: 45 CFR 164.312(a)(2)(ii); 42 CFR 2.51; FEATURES AUTH-10; SECURITY S22.
package final class Emergencies: Sendable {
    /// The fewest and most characters of a reason.
    package static let reasonCharacters = 10...1_000
    /// The most characters of a reviewer's comment.
    package static let commentCharactersMax = 2_000
    /// How many one person may have open.
    package static let runningCountMax = 10

    private let store: RecordStore
    private let directory: Directory
    private let table: EmergencyTable

    init(store: RecordStore, directory: Directory) async throws {
        self.store = store
        self.directory = directory
        table = EmergencyTable(clock: store.parts.clock)
        let grant = try Grant.ofBox(.emergencies(.read))
        let nowMs = store.parts.clock.wallMs()
        for one in try await store.rows(
            grant, { try EmergencyRows.running(grant, atMs: nowMs, $0) })
        {
            table.put(one)
        }
    }

    /// Those of a person that run; from memory and not put on record.
    package func open(userID: String) -> [Emergency] { table.running(userID: userID) }

    /// Whether one runs; from memory and not put on record.
    package func isRunning(_ id: String) -> Bool { table.isRunning(id) }

    /// Opens a chart for reading, at once.
    ///
    /// Goes on while the disk is full, and needs nobody else and no network. The entry in the audit
    /// log and the word to the administrators are on the disk with it.
    /// - Throws: ``Problem`` `.value` for a reason that is too short or a time that is too long,
    ///   `.notFound` where there is no such patient, `.duplicate` where the same is open already.
    package func begin(_ grant: Grant, _ draft: EmergencyDraft) async throws -> Emergency {
        do throws(Problem) {
            try grant.require(.create, area: .emergencies)
            try check(draft)
        } catch {
            try await refuse(grant, draft, error)
        }
        guard let userID = grant.caller.userID else {
            throw Problem(.forbidden, "An emergency is a person's. Sign in for this.")
        }
        let id = store.parts.ids.next()
        let name = directory.user(id: userID)?.displayName ?? grant.caller.name
        let note = AuditNote(
            grant.ask, id: id, patientID: draft.patientID, detail: Self.words(draft))
        return try await store.changeRows(grant, note: note, isAccess: true) { [table] rows in
            try Self.check(table.running(userID: userID), draft)
            let one = Emergency(
                id: id, userID: userID, patientID: draft.patientID,
                compartments: draft.compartments, category: draft.category,
                reason: Self.trimmed(draft.reason), beganMs: rows.nowMs,
                untilMs: rows.nowMs + Int64(draft.minutes) * 60_000)
            try EmergencyRows.put(grant, one, rows)
            try rows.post(topic: "emergency.began", payload: Self.payload(name, draft))
            rows.afterCommit { table.put(one) }
            return one
        }
    }

    /// Ends one at once: from the next request on nothing is open by it.
    ///
    /// - Parameter grant: one's own account for one's own, a review for those of others.
    package func end(_ grant: Grant, id: String) async throws {
        try await change(grant, id: id, detail: "ended") { [table] one, rows in
            guard table.isRunning(id) else {
                throw Problem(.conflict, "This emergency has ended already.")
            }
            one.endedMs = rows.nowMs
            one.endedByUserID = grant.caller.userID
            rows.afterCommit { table.end(id) }
        }
    }

    /// Says what a review came to.
    ///
    /// - Throws: ``Problem`` `.forbidden` for one's own, `.conflict` while it runs or after it was
    ///   closed, `.required` without a comment where the finding needs one.
    package func review(
        _ grant: Grant, id: String, _ finding: Emergency.Finding, comment: String
    ) async throws {
        try grant.require(.update, area: .emergencies)
        let comment = Self.trimmed(comment)
        guard comment.count <= Self.commentCharactersMax else {
            throw Problem(
                .tooLong, "A comment has at most \(Self.commentCharactersMax) characters.",
                location: "comment")
        }
        guard finding == .appropriate || !comment.isEmpty else {
            throw Problem(.required, "Say in a comment what you found.", location: "comment")
        }
        guard let reviewer = grant.caller.userID else {
            throw Problem(.forbidden, "A review is a person's. Sign in for this.")
        }
        let detail = "review \(finding.rawValue)"
        try await change(grant, id: id, detail: detail) { [table] one, rows in
            guard one.userID != reviewer else {
                throw Problem(.forbidden, "Somebody else must review what you opened yourself.")
            }
            guard !table.isRunning(id) else {
                throw Problem(.conflict, "This emergency still runs. End it first, or wait.")
            }
            guard !one.isClosed else {
                throw Problem(.conflict, "This review was closed already.")
            }
            one.reviews.append(
                Emergency.Review(
                    finding: finding, comment: comment, userID: reviewer, atMs: rows.nowMs))
        }
    }

    /// Those whose review is open, or closed; newest first, put on record.
    package func list(_ grant: Grant, isClosed: Bool) async throws -> [Emergency] {
        try grant.require(.search, area: .emergencies)
        return try await store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try EmergencyRows.list(grant, isClosed: isClosed, $0)
        }
    }

    /// One of them, put on record.
    package func find(_ grant: Grant, id: String) async throws -> Emergency {
        try grant.require(.read, area: .emergencies)
        let found = try await store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try EmergencyRows.find(grant, id: id, $0)
        }
        guard let found else { throw Self.missing }
        return found
    }

    private func change(
        _ grant: Grant, id: String, detail: String,
        _ edit: @escaping @Sendable (inout Emergency, RowWriter) throws -> Void
    ) async throws {
        do {
            try await store.changeRows(grant, isAccess: true) { rows in
                guard var one = try EmergencyRows.find(grant, id: id, in: rows) else {
                    throw Self.missing
                }
                let isOwn = grant.caller.userID == one.userID
                guard isOwn || grant.ask.area == .emergencies else { throw Self.missing }
                try edit(&one, rows)
                try EmergencyRows.put(grant, one, rows)
                let note = AuditNote(
                    grant.ask, id: id, patientID: one.patientID, detail: detail)
                try rows.append(note, by: grant.caller)
            }
        } catch let problem as Problem {
            try await store.note(
                AuditNote(grant.ask, id: id, outcome: .refused, code: problem.code),
                by: grant.caller)
            throw problem
        }
    }

    private func refuse(
        _ grant: Grant, _ draft: EmergencyDraft, _ problem: Problem
    ) async throws -> Never {
        try await store.note(
            AuditNote(
                grant.ask, patientID: draft.patientID, outcome: .refused, code: problem.code),
            by: grant.caller)
        throw problem
    }

    static let missing = Problem(.notFound, "There is no such emergency.")
}

extension Emergencies {
    private func check(_ draft: EmergencyDraft) throws(Problem) {
        let reason = Self.trimmed(draft.reason)
        guard Self.reasonCharacters.contains(reason.count) else {
            throw Problem(
                .value,
                "Write a reason of \(Self.reasonCharacters.lowerBound) to "
                    + "\(Self.reasonCharacters.upperBound) characters, for those who review it.",
                location: "reason")
        }
        guard (1...EmergencyAccess.minutesMax).contains(draft.minutes) else {
            throw Problem(
                .value,
                "A chart can be open for 1 to \(EmergencyAccess.minutesMax) minutes. It cannot be "
                    + "made longer later; it can be asked for anew.", location: "minutes")
        }
        guard !draft.compartments.isEmpty else {
            throw Problem(
                .required, "Choose at least one part of the chart.", location: "compartments")
        }
        guard draft.compartments.isSubset(of: EmergencyAccess.compartments) else {
            throw Problem(
                .value, "This part of a chart is not opened for emergencies.",
                location: "compartments")
        }
        guard store.people.person(draft.patientID) != nil else {
            throw Problem(.notFound, "There is no such patient.", location: "patientId")
        }
    }

    private static func check(_ running: [Emergency], _ draft: EmergencyDraft) throws(Problem) {
        let isOpen = running.contains {
            $0.patientID == draft.patientID && draft.compartments.isSubset(of: $0.compartments)
        }
        guard !isOpen else {
            throw Problem(
                .duplicate,
                "This is open to you already. When its time is over, you can ask for it anew.")
        }
        guard running.count < runningCountMax else {
            throw Problem(
                .conflict,
                "You have \(runningCountMax) charts open in emergencies. End one of them first.")
        }
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func words(_ draft: EmergencyDraft) -> String {
        let parts = draft.compartments.map(\.rawValue).sorted().joined(separator: " ")
        return "\(draft.category.rawValue); \(parts); minutes \(draft.minutes); "
            + "reason \(trimmed(draft.reason).prefix(300))"
    }

    private static func payload(_ name: String, _ draft: EmergencyDraft) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { out in
            out.member("name", name)
            out.member("category", draft.category.rawValue)
        }
        return writer.bytes
    }
}

extension Ask {
    /// An ask about charts that were opened for an emergency; `create` opens one, the others review.
    package static func emergencies(
        _ verb: Verb, id: String? = nil, patientID: String? = nil
    ) -> Ask {
        Ask(verb, area: .emergencies, type: "EmergencyAccess", id: id, patientID: patientID)
    }

    /// An ask of a person about emergencies of their own.
    static func ownEmergency(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .ownAccount, type: "EmergencyAccess", id: id)
    }
}
