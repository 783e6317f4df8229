package import AccessControl
import Kernel
import RecordStore
import Sealing

/// A code that an administrator hands over.
package struct HandedCode: Sendable {
    /// The code, such as `7K2M-Q4ZT-09HF-WXB3`; it is not kept and cannot be shown again.
    package let text: String
    /// UTC milliseconds.
    package let expiresMs: Int64
}

/// How the start of a reset ended.
package enum ResetStart: Sendable {
    case code(HandedCode)
    /// It takes a second administrator, who has to start it too.
    case waitsForSecondPerson
}

extension Accounts {
    /// How long a code holds, in milliseconds.
    static let codeMsMax: Int64 = 3_600_000
    /// How long the first of two administrators is waited for, in milliseconds.
    static let wishMsMax: Int64 = 86_400_000

    /// Makes a code with which a person who forgot the password chooses another one.
    ///
    /// The present password and sessions hold until the code is used. The second factor stays.
    ///
    /// - Throws: ``Problem`` `.forbidden` for one's own account or a rank above one's own.
    package func startPasswordCode(_ grant: Grant, id: String) async throws -> ResetStart {
        try await start(
            grant, id: id, .password, words: "choose another password", needsFactor: false)
    }

    /// Makes a code that stands in for a lost second factor once; the person then has to set up
    /// another one before anything else.
    ///
    /// The present factors hold until the code is used.
    ///
    /// - Throws: ``Problem`` `.conflict` for a person who has no second factor.
    package func startFactorReset(_ grant: Grant, id: String) async throws -> ResetStart {
        try await start(
            grant, id: id, .factorReset, words: "set up another second factor", needsFactor: true)
    }

    private func start(
        _ grant: Grant, id: String, _ kind: CodeKind, words: String, needsFactor: Bool
    ) async throws -> ResetStart {
        try await onRecord(grant, id: id) {
            try grant.require(.update, area: .users)
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Nobody resets their own account. Ask another administrator.")
            }
            let code = try SpokenCode.random()
            return try await self.store.changeRows(grant) { rows in
                let all = try UserRows.all(grant, in: rows)
                guard let user = all.first(where: { $0.id == id }) else {
                    throw Problem(.notFound, "There is no user of this id.")
                }
                guard !user.isDisabled else {
                    throw Problem(.conflict, "The account is disabled. Enable it first.")
                }
                guard !needsFactor || user.hasFactor else {
                    throw Problem(
                        .conflict,
                        "This person has no second factor; one is asked for at the next sign-in "
                            + "where the role needs it.")
                }
                guard try Self.isAgreed(grant, kind, user, all, rows) else {
                    try Self.note(
                        grant, user, "first of two administrators wants to let them \(words)", rows)
                    return .waitsForSecondPerson
                }
                let expiresMs = rows.nowMs + Self.codeMsMax
                try CodeRows.deleteAll(grant, kind, userID: id, rows)
                try CodeRows.insert(
                    grant, code, kind, userID: id,
                    .init(madeByID: grant.caller.userID, expiresMs: expiresMs), rows)
                if needsFactor {
                    try FailureRows.clear(
                        grant, FailureRows.factor(grant, userID: id, rows), rows)
                }
                try Self.note(grant, user, "code made to \(words)", rows)
                return .code(HandedCode(text: code.text, expiresMs: expiresMs))
            }
        }
    }

    /// Whether the caller may start a reset now: by rank, or as the second of two where the
    /// account is that of the last SYSTEM_ADMIN, whom nobody outranks.
    private static func isAgreed(
        _ grant: Grant, _ kind: CodeKind, _ user: User, _ all: [User], _ rows: RowWriter
    ) throws -> Bool {
        let isLast = !all.contains { $0.id != user.id && $0.isActiveAdmin }
        guard user.isActiveAdmin, isLast, grant.caller.kind == .person else {
            try checkRank(grant.caller, of: user)
            return true
        }
        if let wish = try CodeRows.wish(grant, kind, userID: user.id, rows),
            wish.madeByID != grant.caller.userID
        {
            try CodeRows.deleteWish(grant, kind, userID: user.id, rows)
            return true
        }
        try CodeRows.putWish(
            grant, kind, userID: user.id,
            .init(madeByID: grant.caller.userID, expiresMs: rows.nowMs + wishMsMax), rows)
        return false
    }

    private static func note(
        _ grant: Grant, _ user: User, _ what: String, _ rows: RowWriter
    ) throws {
        try rows.append(AuditNote(grant.ask, id: user.id, detail: what), by: grant.caller)
        let who = grant.caller.kind == .machine ? "the box's own command" : grant.caller.name
        try Factors.post("account.reset", "Reset of \(user.username) by \(who): \(what).", rows)
    }

    /// What somebody sends who has a code for another password.
    struct PasswordChoice: Sendable {
        let username: String
        let code: String
        let password: Password
    }

    /// Sets the password that a person with a code chose, and ends their sessions.
    ///
    /// - Throws: ``Problem`` `.login` if name and code do not belong together, `.throttled` after
    ///   five such, `.value` for a password that will not do; the code holds on then.
    func choosePassword(_ grant: Grant, _ choice: PasswordChoice) async throws {
        let folded = Username.folded(choice.username)
        let user = directory.user(folded: folded)
        let caller = SignIn.caller(user, grant)
        let code = SpokenCode(typed: choice.code)
        let admitted = try await admitCode(grant, folded, user, code, caller)
        guard let user, let code else { throw Self.wrongCode }
        let hash: String
        do {
            try check(choice.password, for: user)
            let secrets = try await store.changeRows(grant, isAccess: true) {
                try UserRows.secrets(grant, id: user.id, $0)
            }
            if let secrets { try await checkFresh(choice.password, secrets) }
            hash = try await passwords.hash(choice.password.bytes)
        } catch {
            try await store.changeRows(grant, isAccess: true) {
                try Tries.giveBack(grant, admitted, $0)
            }
            throw error
        }
        try await replace(grant, user, code, hash, caller)
        try await store.changeRows(grant, isAccess: true) {
            try Tries.giveBack(grant, admitted, $0)
        }
    }

    static let wrongCode = Problem(
        .login, "The name or the code is not right, or the code has expired.")

    /// Counts the try and looks whether the code holds.
    private func admitCode(
        _ grant: Grant, _ folded: String, _ user: User?, _ code: SpokenCode?, _ caller: Caller
    ) async throws -> AdmittedTry {
        let network = NetworkAddress.network(of: grant.caller.address)
        let outcome = try await store.changeRows(grant, isAccess: true) {
            rows -> Result<AdmittedTry?, Tries.Wait> in
            let keys = [
                FailureRows.code(grant, folded: folded, rows),
                FailureRows.address(grant, network, rows),
            ]
            let begun = try Tries.begin(grant, keys: keys, rows)
            let id = user?.isDisabled == false ? user?.id ?? "" : ""
            let isRight = try code.map {
                try CodeRows.find(grant, $0, .password, userID: id, rows) != nil
            }
            if case .success = begun, isRight == true { return begun.map { $0 } }
            let isWaiting = if case .failure = begun { true } else { false }
            try rows.append(
                AuditNote(
                    grant.ask, id: user?.id, outcome: .refused,
                    code: isWaiting ? .throttled : .login, detail: "wrong code for a password"),
                by: caller)
            return begun.map { _ in nil }
        }
        switch outcome {
        case .success(let admitted?): return admitted
        case .success(nil): throw Self.wrongCode
        case .failure(let wait): throw wait.problem
        }
    }

    private func replace(
        _ grant: Grant, _ user: User, _ code: SpokenCode, _ hash: String, _ caller: Caller
    ) async throws {
        let (sessions, directory) = (sessions, directory)
        let remembered = settings.passwordsRemembered
        let isDone = try await store.changeRows(grant, isAccess: true) { rows -> Bool in
            guard try CodeRows.take(grant, code, .password, userID: user.id, rows),
                var now = try UserRows.one(grant, id: user.id, in: rows), !now.isDisabled
            else { return false }
            try Self.put(grant, hash: hash, of: user.id, remembered: remembered, rows)
            now.mustChangePassword = false
            now.passwordChangedMs = rows.nowMs
            try UserRows.update(grant, now, rows)
            try sessions.endAll(grant, userID: user.id, rows)
            try DeviceRows.forgetAll(grant, userID: user.id, rows)
            try Self.forgetFailures(grant, of: now, rows)
            try rows.append(
                AuditNote(grant.ask, id: user.id, detail: "password chosen with a code"),
                by: caller)
            try Factors.post(
                "account.reset", "\(user.username) chose another password with a code.", rows)
            let changed = now
            rows.afterCommit { directory.put(changed) }
            return true
        }
        guard isDone else { throw Self.wrongCode }
    }
}
