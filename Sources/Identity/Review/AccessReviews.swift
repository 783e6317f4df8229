package import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Starts, fills in and signs reviews of access, and says when the next one is due.
package struct AccessReviews: Sendable {
    let store: RecordStore
    let accounts: Accounts
    let directory: Directory

    private static let toldSetting = "access-review-told"

    /// All reviews, newest first, and when the next one is due in UTC milliseconds.
    func list(_ grant: Grant) async throws -> (reviews: [AccessReview], dueMs: Int64) {
        let reviews = try await store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try AccessReviewRows.list(grant, $0)
        }
        return (reviews, dueMs(reviews))
    }

    /// One review; put on record.
    func find(_ grant: Grant, id: String) async throws -> AccessReview {
        let reviews = try await store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try AccessReviewRows.list(grant, $0)
        }
        guard let review = reviews.first(where: { $0.id == id }) else { throw Self.unknown }
        return review
    }

    /// Begins a review with a picture of all accounts.
    ///
    /// - Parameter reading: a grant to read the accounts.
    /// - Throws: ``Problem`` `.conflict` while another one is open.
    func start(_ grant: Grant, reading: Grant) async throws -> AccessReview {
        let users = try await accounts.list(reading)
        let acts = try await store.lastActs(grant, userIDs: users.map(\.id))
        let nowMs = store.parts.clock.wallMs()
        let review = AccessReview(
            id: store.parts.ids.next(), startedMs: nowMs, startedBy: grant.caller.name,
            lines: users.map { user in
                AccessReview.Line(
                    userID: user.id, username: user.username, displayName: user.displayName,
                    roles: user.roles, isDisabled: user.isDisabled, lastActMs: acts[user.id],
                    isStale: AccessReview.isStale(user, lastActMs: acts[user.id], nowMs: nowMs))
            })
        let note = AuditNote(grant.ask, id: review.id, detail: "started; lines \(users.count)")
        try await store.changeRows(grant, note: note) { rows in
            guard try AccessReviewRows.list(grant, in: rows).allSatisfy({ $0.signedMs != nil })
            else {
                throw Problem(.conflict, "A review is open already. Finish that one first.")
            }
            try AccessReviewRows.put(grant, review, rows)
        }
        return review
    }

    /// Writes the decision about one account.
    ///
    /// - Throws: ``Problem`` `.lockError` if somebody else decided meanwhile, `.conflict` once the
    ///   review is signed.
    func decide(
        _ grant: Grant, id: String, userID: String, _ verdict: AccessReview.Verdict,
        ifVersion: String
    ) async throws -> AccessReview {
        let audit = AuditNote(
            grant.ask, id: id, detail: "decided \(verdict.decision.rawValue) for \(userID)")
        return try await change(grant, id: id, audit) { review, rows in
            guard let index = review.lines.firstIndex(where: { $0.userID == userID }) else {
                throw Problem(.notFound, "This account does not stand in the review.")
            }
            try VersionTag.check(ifVersion, is: "\(review.lines[index].version)")
            review.lines[index].decision = verdict.decision
            review.lines[index].note = verdict.note
            review.lines[index].decidedBy = grant.caller.name
            review.lines[index].decidedMs = rows.nowMs
            review.lines[index].version += 1
        }
    }

    /// Signs a review off; nothing in it changes afterwards.
    ///
    /// - Throws: ``Problem`` `.incomplete` while a line is undecided.
    func sign(_ grant: Grant, id: String, statement: String?) async throws -> AccessReview {
        try await change(grant, id: id, AuditNote(grant.ask, id: id, detail: "signed")) {
            review, rows in
            guard review.undecided == 0 else {
                throw Problem(
                    .incomplete,
                    "Decide about every account first; \(review.undecided) are left.")
            }
            review.signedMs = rows.nowMs
            review.signedBy = grant.caller.name
            review.statement = statement
        }
    }

    /// Tells the administrators, once for each due date, that a review is due.
    ///
    /// - Parameter grant: a grant of the box itself.
    package func remind(_ grant: Grant) async throws {
        let directory = directory
        try await store.changeRows(grant) { rows in
            let reviews = try AccessReviewRows.list(grant, in: rows)
            let dueMs = Self.dueMs(reviews, firstMs: directory.firstCreatedMs)
            let told = try SettingRows.value(grant, Self.toldSetting, in: rows)
            let mark = Array("\(dueMs)".utf8)
            guard dueMs <= rows.nowMs, told != mark else { return }
            try rows.post(topic: "access-review.due", payload: [])
            try SettingRows.put(grant, Self.toldSetting, mark, rows)
        }
    }

    private func dueMs(_ reviews: [AccessReview]) -> Int64 {
        Self.dueMs(reviews, firstMs: directory.firstCreatedMs)
    }

    /// A quarter after the last signature, or after the first account was made.
    private static func dueMs(_ reviews: [AccessReview], firstMs: Int64?) -> Int64 {
        let last = reviews.compactMap(\.signedMs).max() ?? firstMs
        return last.map { $0 + AccessReview.pauseMs } ?? .max
    }

    private func change(
        _ grant: Grant, id: String, _ note: AuditNote,
        _ edit: @escaping @Sendable (inout AccessReview, RowWriter) throws -> Void
    ) async throws -> AccessReview {
        try await store.changeRows(grant, note: note) { rows in
            let reviews = try AccessReviewRows.list(grant, in: rows)
            guard var review = reviews.first(where: { $0.id == id }) else { throw Self.unknown }
            guard review.signedMs == nil else {
                throw Problem(.conflict, "This review is signed; nothing in it changes any more.")
            }
            try edit(&review, rows)
            try AccessReviewRows.put(grant, review, rows)
            return review
        }
    }

    private static let unknown = Problem(.notFound, "There is no review of this id.")
}
