import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// Proves who somebody is by name and password, and begins a session.
///
/// A name that nobody has and a wrong password are alike in answer, work and time; tries are
/// counted on disk before they reach the hash; every try is put on record.
///
/// Spec: SECURITY S02 to S04; NIST SP 800-63B-4, https://pages.nist.gov/800-63-4/sp800-63b.html
package final class SignIn: Sendable {
    /// What somebody sends to sign in, and from where.
    package struct Attempt: Sendable {
        let username: String
        let password: Password
        /// The cookie of a machine that may have been used before.
        package var deviceToken: String?
        /// The session that the browser had until now; it ends.
        package var earlierSessionID: String?
        let address: String
        /// What the browser calls itself.
        package var agent: String?
        let requestID: String

        /// An attempt from a browser that brings nothing with it.
        package init(username: String, password: Password, address: String, requestID: String) {
            self.username = username
            self.password = password
            self.address = address
            self.requestID = requestID
        }
    }

    /// What a good sign-in gives.
    package struct Success: Sendable {
        package let user: User
        package let session: Session
        /// For the cookie of the session.
        package let sessionToken: SecretToken
        /// For the cookie of the machine.
        package let deviceToken: SecretToken
    }

    /// What the first transaction found out.
    struct Admission: Sendable {
        let admitted: AdmittedTry
        let user: User?
        /// The argon2id text; nil for a name that nobody has.
        let stored: String?
        let isKnownDevice: Bool
    }

    private let store: RecordStore
    private let directory: Directory
    private let sessions: Sessions
    private let passwords: PasswordPool
    private let live: LiveIdentitySettings
    private var settings: IdentitySettings { live.current }
    private let alarm: FailureAlarm

    init(
        store: RecordStore, directory: Directory, sessions: Sessions, passwords: PasswordPool,
        live: LiveIdentitySettings
    ) {
        self.store = store
        self.directory = directory
        self.sessions = sessions
        self.passwords = passwords
        self.live = live
        alarm = FailureAlarm(clock: store.parts.clock)
    }

    /// Signs somebody in.
    ///
    /// - Throws: ``Problem`` `.login` if name and password do not belong together, `.throttled` if
    ///   too many tries came before or too many people are at it.
    package func signIn(_ attempt: Attempt) async throws -> Success {
        let ask = Ask(.signIn, area: .ownAccount, type: "Session")
        let stranger = Caller(
            kind: .anonymous, name: "anonymous", address: attempt.address,
            requestID: attempt.requestID)
        let grant = try Policy().grant(ask, to: stranger)
        let admission = try await admit(grant, attempt)
        #if FAULT_CONTROLS
        if FaultWords.isUnknownFast, admission.stored == nil {
            throw try await refuse(grant, attempt, admission, isRight: false)
        }
        #endif
        let isRight: Bool
        var renewed: String?
        do {
            isRight = try await passwords.verify(attempt.password.bytes, against: admission.stored)
            if isRight, let stored = admission.stored,
                PasswordHash.needsRehash(stored, cost: settings.passwordCost)
            {
                renewed = try await passwords.hash(attempt.password.bytes)
            }
        } catch {
            try await store.changeRows(grant, isAccess: true) {
                try Tries.giveBack(grant, admission.admitted, $0)
            }
            throw error
        }
        guard isRight, !attempt.password.isTooLong, let user = admission.user, !user.isDisabled
        else { throw try await refuse(grant, attempt, admission, isRight: isRight) }
        let success = try await begin(grant, attempt, admission, user: user, renewed: renewed)
        guard let success else { throw try await refuse(grant, attempt, admission, isRight: true) }
        return success
    }

    /// The same words whoever it is.
    static let wrong = Problem(.login, "The name or the password is not right.")

    /// Counts the try and reads what the password is checked against.
    private func admit(_ grant: Grant, _ attempt: Attempt) async throws -> Admission {
        let folded = Username.folded(attempt.username)
        let user = directory.user(folded: folded)
        let device = attempt.deviceToken.map { SecretToken.digest(of: $0) } ?? []
        let caller = Self.caller(attempt, user: user)
        let result = try await store.changeRows(grant, isAccess: true) {
            rows -> Result<Admission, Tries.Wait> in
            // A name that nobody has takes the same steps as one that somebody has.
            let id = user?.id ?? ""
            let secrets = try UserRows.secrets(grant, id: id, rows)
            let isKnown = try DeviceRows.isKnown(grant, digest: device, userID: id, rows)
            var keys = [FailureRows.device(grant, Hex.text(device), userID: id, rows)]
            if !isKnown {
                let network = NetworkAddress.network(of: attempt.address)
                keys = [
                    FailureRows.account(grant, folded: folded, rows),
                    FailureRows.address(grant, network, rows),
                ]
            }
            let admitted = try Tries.begin(grant, keys: keys, rows)
            if case .failure = admitted {
                let note = AuditNote(
                    grant.ask, id: user?.id, outcome: .refused, code: .throttled,
                    detail: "too many tries")
                try rows.append(note, by: caller)
            }
            return admitted.map {
                Admission(
                    admitted: $0, user: user, stored: secrets?.current, isKnownDevice: isKnown)
            }
        }
        switch result {
        case .success(let admission): return admission
        case .failure(let wait): throw wait.problem
        }
    }

    /// Puts a wrong try on record, tells the administrators where it locked something, and answers
    /// what the person is told.
    private func refuse(
        _ grant: Grant, _ attempt: Attempt, _ admission: Admission, isRight: Bool
    ) async throws -> Problem {
        let user = admission.user
        let caller = Self.caller(attempt, user: user)
        let reason =
            user == nil
            ? "unknown name" : isRight ? "account disabled or changed" : "wrong password"
        let isFlood = alarm.count()
        try await store.changeRows(grant, isAccess: true) { rows in
            let detail = admission.admitted.isLast ? reason + "; locked" : reason
            try rows.append(
                AuditNote(
                    grant.ask, id: user?.id, outcome: .refused, code: .login, detail: detail),
                by: caller)
            if admission.admitted.isLast {
                try rows.post(
                    topic: "account.locked",
                    payload: Self.message(user, address: attempt.address, atMs: rows.nowMs))
            }
            if isFlood {
                try rows.post(
                    topic: "sign-in.flood",
                    payload: Self.message(nil, address: attempt.address, atMs: rows.nowMs))
            }
        }
        return Self.wrong
    }

    /// Begins the session; nil if the account changed while the password was checked.
    private func begin(
        _ grant: Grant, _ attempt: Attempt, _ admission: Admission, user: User, renewed: String?
    ) async throws -> Success? {
        let token = try SecretToken.random(byteCount: 32)
        let device = try deviceToken(attempt, admission)
        let session = Session(
            id: store.parts.ids.next(), userID: user.id, digest: token.digest,
            csrfToken: try SecretToken.random(byteCount: 32).text,
            createdMs: store.parts.clock.wallMs(), address: attempt.address,
            agent: Session.shortAgent(attempt.agent))
        let caller = Caller(
            kind: .person, userID: user.id, name: user.username, roles: user.roles,
            ownPatientID: user.ownPatientID, sessionTag: session.id, address: attempt.address,
            requestID: attempt.requestID)
        let sessions = sessions
        let now = try await store.changeRows(grant, isAccess: true) { rows -> User? in
            guard var secrets = try UserRows.secrets(grant, id: user.id, rows),
                secrets.current == admission.stored,
                let now = try UserRows.all(grant, in: rows).first(where: { $0.id == user.id }),
                !now.isDisabled
            else { return nil }
            if let renewed {
                secrets.current = renewed
                try UserRows.set(grant, secrets, id: user.id, rows)
            }
            try Tries.succeed(grant, admission.admitted, rows)
            try DeviceRows.put(grant, digest: device.digest, userID: user.id, rows)
            if let earlier = attempt.earlierSessionID {
                try sessions.end(grant, earlierID: earlier, rows)
            }
            try sessions.begin(grant, session, rows)
            try rows.append(AuditNote(grant.ask, id: session.id), by: caller)
            return now
        }
        return now.map {
            Success(user: $0, session: session, sessionToken: token, deviceToken: device)
        }
    }

    /// The token of the machine: its own if the person signed in from it before, else a fresh one,
    /// so that a planted cookie never becomes a known one.
    private func deviceToken(_ attempt: Attempt, _ admission: Admission) throws -> SecretToken {
        if admission.isKnownDevice, let text = attempt.deviceToken {
            return SecretToken(text: text)
        }
        return try SecretToken.random(byteCount: 16)
    }

    /// Who the audit log says it was.
    ///
    /// The name that was typed is not kept where nobody has it: it may be a password in the wrong
    /// field.
    private static func caller(_ attempt: Attempt, user: User?) -> Caller {
        Caller(
            kind: .anonymous, name: user?.username ?? "anonymous", address: attempt.address,
            requestID: attempt.requestID)
    }

    private static func message(_ user: User?, address: String, atMs: Int64) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let user {
            writer.member("userId", user.id)
            writer.member("username", user.username)
        }
        writer.member("address", address)
        writer.member("atMs", Int(atMs))
        writer.endObject()
        return writer.bytes
    }
}
