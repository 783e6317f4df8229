package import AccessControl
import Kernel
import RecordStore
import Sealing

extension Accounts {
    /// What is wrong with a password for a person, as sentences; empty if it is accepted.
    package func problems(
        _ password: Password, username: String, displayName: String
    ) -> [String] {
        problems(
            password, username: username, displayName: displayName, clinicName: clinicName.text)
    }

    /// The same for a clinic that the box does not belong to.
    package func problems(
        _ password: Password, username: String, displayName: String, clinicName: String
    ) -> [String] {
        PasswordRules(charactersMin: settings.passwordCharactersMin, clinicName: clinicName)
            .problems(password, username: username, displayName: displayName)
    }

    /// Gives a user another password, ends their sessions and the lock of their account, and
    /// forgets the machines they signed in from.
    ///
    /// - Throws: ``Problem`` `.value` if the password will not do.
    package func resetPassword(
        _ grant: Grant, id: String, to password: Password, mustChangePassword: Bool = true
    ) async throws {
        let hash = try await onRecord(grant, id: id) {
            try grant.require(.update, area: .users)
            guard grant.caller.userID != id else {
                throw Problem(
                    .forbidden, "Change your own password with the present one, on your own page.")
            }
            guard let user = self.directory.user(id: id) else {
                throw Problem(.notFound, "There is no user of this id.")
            }
            try Self.checkRank(grant.caller, of: user)
            try self.check(password, for: user)
            return try await self.passwords.hash(password.bytes)
        }
        let sessions = sessions
        let remembered = settings.passwordsRemembered
        try await change(grant, id: id, detail: "password reset") { user, rows in
            user.mustChangePassword = mustChangePassword
            user.passwordChangedMs = rows.nowMs
            try Self.put(grant, hash: hash, of: id, remembered: remembered, rows)
            try sessions.endAll(grant, userID: id, rows)
            try DeviceRows.forgetAll(grant, userID: id, rows)
            try Self.forgetFailures(grant, of: user, rows)
        }
    }

    /// Changes the password of the person who asks, and ends their other sessions.
    ///
    /// - Throws: ``Problem`` `.login` if the current password is wrong, `.throttled` after five
    ///   wrong ones, `.value` if the new one will not do.
    package func changeOwnPassword(
        _ grant: Grant, current: Password, new: Password
    ) async throws {
        _ = try await changeOwnPassword(grant, current: current, new: new, token: nil)
    }

    /// As ``changeOwnPassword(_:current:new:)``; the session that asks goes on under another token.
    func changeOwnPassword(
        _ grant: Grant, current: Password, new: Password, token: SecretToken?
    ) async throws {
        let id = grant.caller.userID ?? ""
        try await onRecord(grant, id: id) {
            try grant.require(.update, area: .ownAccount)
            guard let user = self.directory.user(id: id) else {
                throw Problem(.notFound, "There is no user of this id.")
            }
            let secrets = try await self.prove(grant, current, of: user, location: "current")
            try self.check(new, for: user)
            try await self.checkFresh(new, secrets)
            let hash = try await self.passwords.hash(new.bytes)
            try await self.replace(grant, secrets, with: hash, token: token)
        }
    }

    /// - Throws: ``Problem`` `.value` with all that is wrong with a password.
    func check(_ password: Password, for user: User) throws(Problem) {
        let problems = problems(
            password, username: user.username, displayName: user.displayName)
        guard problems.isEmpty else {
            throw Problem(.value, problems.joined(separator: " "), location: "new")
        }
    }

    /// Checks the current password; tries are counted for the session, so that who finds a screen
    /// unlocked cannot guess on.
    ///
    /// - Parameter location: the name of the field that it was typed in.
    func prove(
        _ grant: Grant, _ current: Password, of user: User, location: String
    ) async throws -> UserRows.Secrets {
        let session = grant.caller.sessionTag ?? ""
        let begun = try await store.changeRows(grant) {
            rows -> Result<(AdmittedTry, UserRows.Secrets?), Tries.Wait> in
            let key = FailureRows.device(grant, "session " + session, userID: user.id, rows)
            let secrets = try UserRows.secrets(grant, id: user.id, rows)
            return try Tries.begin(grant, keys: [key], rows).map { ($0, secrets) }
        }
        guard case .success(let (admitted, secrets)) = begun else {
            if case .failure(let wait) = begun { throw wait.problem }
            throw SignIn.wrong
        }
        let isRight: Bool
        do {
            isRight = try await passwords.verify(current.bytes, against: secrets?.current)
        } catch {
            try await store.changeRows(grant) { try Tries.giveBack(grant, admitted, $0) }
            throw error
        }
        guard isRight, let secrets else {
            throw Problem(.value, "The password is not right.", location: location)
        }
        try await store.changeRows(grant) { try Tries.succeed(grant, admitted, $0) }
        return secrets
    }

    /// - Throws: ``Problem`` `.value` if the password is one of the last.
    func checkFresh(_ password: Password, _ secrets: UserRows.Secrets) async throws {
        let last = [secrets.current] + secrets.earlier
        for stored in last.prefix(settings.passwordsRemembered) {
            if try await passwords.verify(password.bytes, against: stored) {
                throw Problem(
                    .value, "Choose a password that you did not have before.", location: "new")
            }
        }
    }

    private func replace(
        _ grant: Grant, _ proved: UserRows.Secrets, with hash: String, token: SecretToken?
    ) async throws {
        let id = grant.caller.userID ?? ""
        let (sessions, directory) = (sessions, directory)
        let remembered = settings.passwordsRemembered
        let note = AuditNote(grant.ask, id: id, detail: "password changed")
        try await store.changeRows(grant, note: note) { rows in
            guard let secrets = try UserRows.secrets(grant, id: id, rows),
                secrets.current == proved.current,
                var user = try UserRows.all(grant, in: rows).first(where: { $0.id == id })
            else { throw Problem(.conflict, "The password was changed elsewhere just now.") }
            try Self.put(grant, hash: hash, of: id, remembered: remembered, rows)
            user.mustChangePassword = false
            user.passwordChangedMs = rows.nowMs
            try UserRows.update(grant, user, rows)
            try sessions.endAll(grant, userID: id, except: grant.caller.sessionTag, rows)
            if let token, let tag = grant.caller.sessionTag {
                try sessions.rotate(grant, id: tag, to: token, .passwordChanged, rows)
            }
            let changed = user
            rows.afterCommit { directory.put(changed) }
        }
    }

    /// Writes a password's hash and moves the one before it into the history.
    static func put(
        _ grant: Grant, hash: String, of id: String, remembered: Int, _ rows: RowWriter
    ) throws {
        guard var secrets = try UserRows.secrets(grant, id: id, rows) else { return }
        let history = [secrets.current] + secrets.earlier
        secrets.earlier = Array(history.prefix(max(0, remembered - 1)))
        secrets.current = hash
        try UserRows.set(grant, secrets, id: id, rows)
    }
}
