import AccessControl
import Kernel
import RecordStore
import Sealing
import WebAuthn

/// A sign-in whose password was right and that waits for the second factor.
package struct FactorDue: Sendable {
    /// How long it waits, in milliseconds.
    static let lifeMs: Int64 = 300_000

    /// For the cookie that carries it to the second step.
    package let token: SecretToken
    /// Whether an app can answer.
    let hasApp: Bool
    /// The passkeys that can answer, by the name of the box that they are bound to.
    let passkeys: [Factor.Passkey]
}

extension SignIn {
    /// Ends the first step: the password's try is given back, and the sign-in waits.
    func wait(_ grant: Grant, _ entrance: Entrance, _ user: User) async throws -> FactorDue {
        let token = try SecretToken.random(byteCount: 32)
        let present = try await store.changeRows(grant, isAccess: true) { rows -> [Factor]? in
            guard let secrets = try UserRows.secrets(grant, id: user.id, rows),
                secrets.current == entrance.proved?.stored
            else { return nil }
            if let proved = entrance.proved { try Tries.succeed(grant, proved.admitted, rows) }
            try rows.append(
                AuditNote(grant.ask, id: user.id, detail: "password right; second factor asked"),
                by: Self.caller(user, grant))
            return try FactorRows.of(grant, userID: user.id, rows)
        }
        guard let present else { throw Self.wrong }
        waiting.put(entrance, for: Hex.text(token.digest))
        let passkeys = present.compactMap { factor -> Factor.Passkey? in
            if case .passkey(let passkey) = factor.kind { passkey } else { nil }
        }
        return FactorDue(token: token, hasApp: present.count > passkeys.count, passkeys: passkeys)
    }

    /// The sign-in that a cookie's token stands for.
    ///
    /// - Throws: ``Problem`` `.login` if it waited too long, or is done.
    func waitingSignIn(_ token: String?) throws(Problem) -> (key: String, entrance: Entrance) {
        guard let token else { throw Self.tooLate }
        let key = Hex.text(SecretToken.digest(of: token))
        guard let entrance = waiting.look(key) else { throw Self.tooLate }
        return (key, entrance)
    }

    private static let tooLate = Problem(
        .login, "This sign-in took too long. Type your name and password again.")

    /// Takes the second step.
    ///
    /// - Throws: ``Problem`` `.login` for a wrong proof, `.throttled` after five.
    func finish(
        _ grant: Grant, token: String?, _ proof: FactorProof
    ) async throws -> Success {
        let (key, entrance) = try waitingSignIn(token)
        let success = try await enter(
            grant, entrance, proof, [.totp, .passkey, .recovery, .reset])
        _ = waiting.take(key)
        return success
    }

    /// Judges a proof and begins the session in one transaction, so that of many who use one code
    /// at once, one comes in.
    func enter(
        _ grant: Grant, _ entrance: Entrance, _ proof: FactorProof, _ methods: Set<FactorMethod>
    ) async throws -> Success {
        let beginning = try beginning(entrance)
        let user = directory.user(id: entrance.userID)
        let outcome = try await store.changeRows(grant, isAccess: true) { rows -> Entered in
            guard let user = try UserRows.one(grant, id: entrance.userID, in: rows) else {
                return .changed
            }
            let verdict = try self.factors.judge(grant, proof, of: user, methods, rows)
            guard case .right(let method, _) = verdict else {
                try self.note(grant, verdict, user, rows)
                return .refused(verdict)
            }
            let means = entrance.proved == nil ? "passkey alone" : "password and \(method.rawValue)"
            let now = try self.write(grant, entrance, beginning, by: means, rows)
            return now.map { .begun($0) } ?? .changed
        }
        switch outcome {
        case .begun(let user): return Self.success(user, beginning)
        case .refused(let verdict): throw verdict.problem
        case .changed:
            try await store.note(
                AuditNote(
                    grant.ask, id: entrance.userID, outcome: .refused, code: .login,
                    detail: "account disabled or changed"), by: Self.caller(user, grant))
            throw Self.wrong
        }
    }

    private enum Entered: Sendable {
        case begun(User)
        case refused(FactorVerdict)
        case changed
    }

    /// Puts a refused second step on record.
    private func note(
        _ grant: Grant, _ verdict: FactorVerdict, _ user: User, _ rows: RowWriter
    ) throws {
        var detail = "wrong second factor"
        switch verdict {
        case .wait: detail = "too many tries at the second factor"
        case .copied: detail = "the passkey's counter went back"
        case .wrong(isLast: true):
            detail += "; locked"
            try factors.tell(
                "factor.locked",
                "The second factor of \(user.username) is locked for 5 minutes: five wrong codes "
                    + "after the right password. Ask the person; otherwise reset the password.",
                rows)
        case .unfit(let error): detail = "the passkey's answer: \(error)"
        case .wrong, .right: break
        }
        try rows.append(
            AuditNote(
                grant.ask, id: user.id, outcome: .refused, code: verdict.problem.code,
                detail: detail), by: Self.caller(user, grant))
    }
}

extension SignIn {
    /// Signs in by a passkey alone, which must have checked the person itself.
    ///
    /// - Throws: ``Problem`` `.login` for a passkey that nobody has.
    func signIn(
        _ grant: Grant, _ answer: PasskeyAnswer, from browser: Browser
    ) async throws -> Success {
        let userID = try await store.changeRows(grant, isAccess: true) { rows -> String? in
            let owner = try FactorRows.owner(grant, credentialID: answer.credentialID, rows)
            // A passkey that is found by itself says whose it is.
            guard let owner, answer.userHandle == Array(owner.utf8) else {
                try rows.append(
                    AuditNote(
                        grant.ask, outcome: .refused, code: .login, detail: "unknown passkey"),
                    by: grant.caller)
                return nil
            }
            return owner
        }
        guard let userID else {
            throw Problem(
                .login, "The box does not know this passkey. Sign in with your password.")
        }
        return try await enter(
            grant, Entrance(userID: userID, from: browser), .passkey(answer), [.passkey])
    }
}

extension FactorVerdict {
    /// What the person is told.
    var problem: Problem {
        switch self {
        case .wait(let wait):
            Problem(
                .throttled,
                "Too many wrong codes. Wait some minutes and try again.",
                retryAfterSeconds: wait.seconds)
        case .copied:
            Problem(
                .security,
                "This passkey was used elsewhere with the same number, so somebody may have a copy "
                    + "of it. Use another second factor, and tell your administrator.")
        case .unfit(let error): Problem(.value, error.description, location: "passkey")
        case .wrong, .right:
            Problem(
                .value,
                "The code is not right, or was used before. Take the one that is shown now.",
                location: "code")
        }
    }
}
