package import AccessControl
import Kernel
import RecordStore
import Sealing

/// Who is signed in where, and how that ends.
///
/// Spec: SECURITY S09; OWASP ASVS 5.0, V7
package final class Sessions: Sendable {
    /// How long the table may lag behind the last use of a session, in milliseconds.
    private static let saveAfterMs: Int64 = 60_000
    /// How much later than its lifetime a row is cleared away, in milliseconds.
    private static let clearAfterMs: Int64 = 300_000

    private let store: RecordStore
    private let directory: Directory
    private let live: LiveIdentitySettings
    private var settings: IdentitySettings { live.current }
    let table: SessionTable

    init(store: RecordStore, directory: Directory, live: LiveIdentitySettings) async throws {
        self.store = store
        self.directory = directory
        self.live = live
        table = SessionTable(
            clock: store.parts.clock,
            lifetimes: {
                let now = live.current
                return .init(
                    idleMsMax: { now.idleMsMax(directory.user(id: $0)?.roles ?? []) },
                    wholeMsMax: now.sessionMsMax,
                    hasPIN: { now.isPINAllowed && directory.user(id: $0)?.hasPIN == true })
            })
        let grant = try Grant.ofBox(.sessions(.read))
        for kept in try await store.rows(grant, { try SessionRows.all(grant, $0) }) {
            table.load(kept)
        }
    }

    /// The live sessions of a user, or of everybody, the one used last first.
    ///
    /// - Throws: ``Problem`` `.forbidden` if the grant is for neither.
    package func list(_ grant: Grant, userID: String?) async throws -> [SessionView] {
        if userID == nil || userID != grant.caller.userID {
            try grant.require(.search, .read, area: .sessions)
            try await store.note(AuditNote(grant.ask), by: grant.caller)
        } else if grant.ask.area != .sessions {
            try grant.require(.search, .read, area: .ownAccount)
        }
        return table.all().compactMap { live in
            guard userID == nil || userID == live.session.userID,
                let user = directory.user(id: live.session.userID)
            else { return nil }
            return SessionView(
                id: live.session.id, userID: user.id, username: user.username,
                displayName: user.displayName, address: live.session.address,
                agent: live.session.agent, createdMs: live.session.createdMs, seenMs: live.seenMs,
                isLocked: table.isLocked(live))
        }
    }

    /// Ends a session: at once for who asks next, and on the disk when the function returns.
    ///
    /// - Throws: ``Problem`` `.notFound` if there is none, `.forbidden` if it is another person's
    ///   and the grant is for one's own.
    package func end(_ grant: Grant, id: String) async throws {
        let live = table.find(id: id)
        if live?.session.userID != grant.caller.userID || live == nil {
            try grant.require(.delete, area: .sessions)
        } else if grant.ask.area != .sessions {
            try grant.require(.delete, .signOut, area: .ownAccount)
        }
        guard live != nil else {
            throw Problem(.notFound, "There is no session of this id; it may have ended already.")
        }
        table.end(ids: [id])
        let note = AuditNote(grant.ask, id: id)
        try await store.changeRows(grant, note: note, isAccess: true) { rows in
            try SessionRows.delete(grant, id: id, rows)
        }
    }

    /// Ends the sessions of the person who asks but the one that asks, and tells how many.
    package func endOthers(_ grant: Grant) async throws -> Int {
        try grant.require(.delete, area: .ownAccount)
        let (userID, kept) = (grant.caller.userID ?? "", grant.caller.sessionTag)
        let others = table.all().map(\.session).filter { $0.userID == userID && $0.id != kept }
        let note = AuditNote(grant.ask, detail: "\(others.count) other sessions ended")
        try await store.changeRows(grant, note: note, isAccess: true) { rows in
            try self.endAll(grant, userID: userID, except: kept, rows)
        }
        return others.count
    }

    /// Ends every session of a user.
    ///
    /// - Returns: how many there were.
    package func endAll(_ grant: Grant, userID: String) async throws -> Int {
        try grant.require(.delete, area: .sessions)
        let count = table.all().count { $0.session.userID == userID }
        let note = AuditNote(grant.ask, id: userID, detail: "sessions \(count)")
        try await store.changeRows(grant, note: note, isAccess: true) { [self] rows in
            try endAll(grant, userID: userID, rows)
        }
        return count
    }

    /// Takes out of table and memory what has expired under the settings so far.
    func forgetEnded() async throws {
        let grant = try Grant.ofBox(.sessions(.delete))
        let table = table
        try await store.changeRows(grant, isAccess: true) { rows in
            // One that was begun just now may not be in the table yet, which follows the commit.
            let before = rows.nowMs - Self.saveAfterMs
            for id in try SessionRows.ids(grant, createdBefore: before, rows)
            where table.find(id: id) == nil {
                try SessionRows.delete(grant, id: id, rows)
            }
        }
        table.forgetEnded()
    }

    /// Begins a session in the transaction of a sign-in.
    func begin(_ grant: Grant, _ session: Session, _ rows: RowWriter) throws {
        try SessionRows.deleteOld(
            grant, createdBefore: rows.nowMs - settings.sessionMsMax - Self.clearAfterMs, rows)
        // One that was begun just now may not be in the table yet, which follows the commit.
        let before = rows.nowMs - Self.clearAfterMs
        for id in try SessionRows.ids(
            grant, userID: session.userID, createdBefore: before, rows)
        where table.find(id: id) == nil {
            try SessionRows.delete(grant, id: id, rows)
        }
        let surplus = try SessionRows.insert(
            grant, session, countMax: settings.sessionsPerUserMax, rows)
        let table = table
        rows.afterCommit {
            table.end(ids: surplus)
            table.begin(session)
        }
    }

    /// Ends the session that a browser had before it signed in again, in that transaction.
    func end(_ grant: Grant, earlierID: String, _ rows: RowWriter) throws {
        try SessionRows.delete(grant, id: earlierID, rows)
        let table = table
        rows.afterCommit { table.end(ids: [earlierID]) }
    }

    /// Ends the sessions of a user in the transaction of what makes them end.
    func endAll(
        _ grant: Grant, userID: String, except kept: String? = nil, _ rows: RowWriter
    ) throws {
        let ended = try SessionRows.deleteAll(grant, userID: userID, except: kept, rows)
        let table = table
        rows.afterCommit { table.end(ids: ended) }
    }

    /// What happened to a session that goes on under another token.
    enum Turn: Sendable {
        case passwordChanged
        /// The person proved who they are.
        case proved
        case unlocked
    }

    /// Gives a session another token in a transaction; does nothing if the session has ended.
    func rotate(
        _ grant: Grant, id: String, to token: SecretToken, _ turn: Turn, _ rows: RowWriter
    ) throws {
        guard var session = table.find(id: id)?.session else { return }
        session.digest = token.digest
        if turn == .unlocked {
            session.isLocked = false
            try SessionRows.touch(grant, id: id, seenMs: rows.nowMs, rows)
        }
        try SessionRows.update(grant, session, rows)
        let table = table
        let digest = session.digest
        rows.afterCommit {
            table.rotate(
                id: id, digest: digest, isProved: turn != .unlocked, isUnlocked: turn == .unlocked)
        }
    }

    /// Locks a session of the person who asks until their PIN, also over a restart of the box.
    func lock(_ grant: Grant, id: String) async throws {
        try grant.require(.update, area: .ownAccount)
        guard var session = table.find(id: id)?.session, session.userID == grant.caller.userID
        else { return }
        table.lock(id: id)
        session.isLocked = true
        let locked = session
        let note = AuditNote(grant.ask, detail: "locked")
        try await store.changeRows(grant, note: note, isAccess: true) {
            try SessionRows.update(grant, locked, $0)
        }
    }

    /// The live session of a cookie's token, unless it is locked; counts as a use of it.
    package func use(token: String) async -> Session? {
        guard case .awake(let live, _) = await look(token: token) else { return nil }
        return live.session
    }

    /// What a cookie's token stands for; counts as a use of a session that is awake.
    func look(token: String) async -> SessionTable.Found? {
        let found = table.use(
            digest: SecretToken.digest(of: token), saveAfterMs: Self.saveAfterMs)
        if case .awake(let live, isSaveDue: true) = found { await save(live) }
        return found
    }

    /// What a cookie's token stands for; does not count as a use.
    func peek(token: String) -> SessionTable.Found? {
        table.peek(digest: SecretToken.digest(of: token))
    }

    private func save(_ live: SessionTable.Live) async {
        // Without the note the session only ends sooner after a restart; reading must go on even
        // when the disk is full.
        try? await { [store] in
            let grant = try Grant.ofBox(.sessions(.update))
            try await store.changeRows(grant, isAccess: true) { rows in
                try SessionRows.touch(grant, id: live.session.id, seenMs: live.seenMs, rows)
            }
        }()
    }
}
