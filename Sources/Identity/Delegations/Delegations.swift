package import AccessControl
import Kernel
import RecordStore
import Synchronization

/// Who stands in for whom, and until when.
///
/// Whoever stands in has the other's relationships to patients for that time, and no other rights
/// than those of the own roles. It is not handed on: who stands in for somebody has nothing of those
/// for whom that one stands in.
///
/// Spec: FEATURES AUTH-11.
package final class Delegations: Sendable {
    /// The longest, in days.
    package static let daysMax = 366
    /// How many one person may have that have not ended.
    package static let openCountMax = 50
    /// The most characters of a note.
    package static let noteCharactersMax = 200
    private static let dayMs: Int64 = 86_400_000

    private let store: RecordStore
    private let directory: Directory
    private let state: Mutex<[String: Delegation]>

    init(store: RecordStore, directory: Directory) async throws {
        self.store = store
        self.directory = directory
        let grant = try Grant.ofBox(.delegations(.read))
        let all = try await store.rows(grant) { try DelegationRows.all(grant, $0) }
        state = Mutex(Dictionary(all.map { ($0.id, $0) }) { first, _ in first })
    }

    /// Those by which a person stands in for others now; from memory and not put on record.
    package func received(userID: String) -> [Delegation] {
        let nowMs = store.parts.clock.wallMs()
        return sorted { $0.toUserID == userID && $0.holds(atMs: nowMs) }
    }

    /// Those that a person gave or got and that have not ended long ago.
    package func of(_ grant: Grant, userID: String) async throws -> [Delegation] {
        try grant.require(.search, area: .delegations)
        try await store.note(AuditNote(grant.ask), by: grant.caller)
        let fromMs = store.parts.clock.wallMs() - Int64(Self.daysMax) * Self.dayMs
        return sorted {
            ($0.fromUserID == userID || $0.toUserID == userID) && $0.endsMs > fromMs
        }
    }

    /// All of them, for those who administer.
    package func all(_ grant: Grant) async throws -> [Delegation] {
        try grant.require(.administer, area: .delegations)
        try await store.note(AuditNote(grant.ask), by: grant.caller)
        return sorted { _ in true }
    }

    /// Who is out of the office now, and who stands in; from memory.
    package func away() -> [Delegation] {
        let nowMs = store.parts.clock.wallMs()
        return sorted { $0.isAway && $0.holds(atMs: nowMs) }
    }

    /// Names a substitute.
    ///
    /// - Parameter grant: `create` for oneself, `administer` for somebody else.
    /// - Throws: ``Problem`` `.value` for times or people that will not do, `.duplicate` where the
    ///   same two have one in the same time.
    package func make(_ grant: Grant, _ draft: DelegationDraft) async throws -> Delegation {
        try grant.require(.create, .administer, area: .delegations)
        let note = AuditNote(grant.ask, detail: words(draft))
        do {
            let isOwn = draft.fromUserID == grant.caller.userID
            guard isOwn || grant.ask.verb == .administer else {
                throw Problem(.forbidden, "Only an administrator names substitutes for others.")
            }
            try check(draft)
            return try await store.changeRows(grant, note: note) { [self] rows in
                try checkOthers(draft, nowMs: rows.nowMs)
                let one = Delegation(
                    id: store.parts.ids.next(), fromUserID: draft.fromUserID,
                    toUserID: draft.toUserID, beginsMs: draft.beginsMs, endsMs: draft.endsMs,
                    isAway: draft.isAway, note: Self.trimmed(draft.note),
                    madeByUserID: grant.caller.userID ?? grant.caller.name, madeMs: rows.nowMs)
                try DelegationRows.put(grant, one, rows)
                rows.afterCommit { [self] in state.withLock { $0[one.id] = one } }
                return one
            }
        } catch let problem as Problem {
            try await refused(grant, problem)
        }
    }

    /// Takes one back, from the next request on.
    ///
    /// - Parameter grant: `delete` for one's own, given or got; `administer` for those of others.
    package func revoke(_ grant: Grant, id: String) async throws {
        try grant.require(.delete, .administer, area: .delegations)
        do {
            try await store.changeRows(grant, note: AuditNote(grant.ask, id: id)) { [self] rows in
                guard var one = state.withLock({ $0[id] }), isOpen(one, to: grant) else {
                    throw Problem(.notFound, "There is no such delegation.")
                }
                guard one.revokedMs == nil, one.endsMs > rows.nowMs else {
                    throw Problem(.conflict, "This delegation has ended already.")
                }
                one.revokedMs = rows.nowMs
                one.revokedByUserID = grant.caller.userID
                try DelegationRows.put(grant, one, rows)
                let changed = one
                rows.afterCommit { [self] in state.withLock { $0[id] = changed } }
            }
        } catch let problem as Problem {
            try await refused(grant, problem)
        }
    }

    private func isOpen(_ one: Delegation, to grant: Grant) -> Bool {
        grant.ask.verb == .administer
            || [one.fromUserID, one.toUserID].contains(grant.caller.userID)
    }

    private func sorted(_ isWanted: (Delegation) -> Bool) -> [Delegation] {
        state.withLock { $0.values.filter(isWanted) }
            .sorted { ($0.beginsMs, $0.id) > ($1.beginsMs, $1.id) }
    }

    private func refused(_ grant: Grant, _ problem: Problem) async throws -> Never {
        try await store.note(
            AuditNote(grant.ask, outcome: .refused, code: problem.code), by: grant.caller)
        throw problem
    }

    private func words(_ draft: DelegationDraft) -> String {
        "from \(draft.fromUserID) to \(draft.toUserID); \(Timestamp.text(ms: draft.beginsMs)) to "
            + Timestamp.text(ms: draft.endsMs)
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension Delegations {
    private func check(_ draft: DelegationDraft) throws(Problem) {
        guard let from = directory.user(id: draft.fromUserID), Self.isStaff(from) else {
            throw Problem(.value, "There is no such person who works here.", location: "from")
        }
        guard let to = directory.user(id: draft.toUserID), Self.isStaff(to) else {
            throw Problem(.value, "Choose somebody who works here.", location: "to")
        }
        guard from.id != to.id else {
            throw Problem(.value, "Nobody stands in for oneself.", location: "to")
        }
        guard draft.endsMs > draft.beginsMs else {
            throw Problem(.value, "The last day is before the first.", location: "until")
        }
        guard draft.endsMs > store.parts.clock.wallMs() else {
            throw Problem(.value, "The last day is in the past.", location: "until")
        }
        guard draft.endsMs - draft.beginsMs <= Int64(Self.daysMax) * Self.dayMs else {
            throw Problem(
                .value, "Name a substitute for at most \(Self.daysMax) days.", location: "until")
        }
        guard Self.trimmed(draft.note).count <= Self.noteCharactersMax else {
            throw Problem(
                .tooLong, "A note has at most \(Self.noteCharactersMax) characters.",
                location: "note")
        }
    }

    private func checkOthers(_ draft: DelegationDraft, nowMs: Int64) throws(Problem) {
        let open = sorted {
            $0.fromUserID == draft.fromUserID && $0.revokedMs == nil && $0.endsMs > nowMs
        }
        guard open.count < Self.openCountMax else {
            throw Problem(
                .conflict, "There are \(Self.openCountMax) delegations already. Take one back.")
        }
        let isThere = open.contains {
            $0.toUserID == draft.toUserID && $0.beginsMs < draft.endsMs
                && draft.beginsMs < $0.endsMs
        }
        guard !isThere else {
            throw Problem(
                .duplicate, "This person stands in already in that time. Take that back first.",
                location: "to")
        }
    }

    /// Whether somebody can sign in and works with charts.
    static func isStaff(_ user: User) -> Bool {
        !user.isDisabled && user.roles.contains { AccessRule.roles.contains($0) }
    }
}

extension Ask {
    /// An ask about who stands in for whom; `administer` reaches those of others.
    package static func delegations(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .delegations, type: "Delegation", id: id)
    }
}
