import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// Proves who somebody is by name and password, and by a second factor where the account has one,
/// and begins a session.
///
/// A name that nobody has and a wrong password are alike in answer, work and time; tries are
/// counted on disk before they reach the hash; every try is put on record.
///
/// Spec: SECURITY S02 to S05; NIST SP 800-63B-4, https://pages.nist.gov/800-63-4/sp800-63b.html
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

    /// How far a sign-in came.
    package enum Step: Sendable {
        case signedIn(Success)
        /// The password was right, and the account has a second factor.
        case factorDue(FactorDue)
    }

    /// What the first transaction found out.
    struct Admission: Sendable {
        let admitted: AdmittedTry
        let user: User?
        /// The argon2id text; nil for a name that nobody has.
        let stored: String?
        let isKnownDevice: Bool
    }

    let store: RecordStore
    let directory: Directory
    let sessions: Sessions
    let factors: Factors
    /// Sign-ins between the password and the second factor, by the digest of their token.
    let waiting: ShortLived<Entrance>
    /// Challenges for signing in with a passkey alone, by the digest of the browser's token.
    let challenges: ShortLived<Challenge>
    private let passwords: PasswordPool
    private let live: LiveIdentitySettings
    private var settings: IdentitySettings { live.current }
    private let alarm: FailureAlarm

    init(
        store: RecordStore, sessions: Sessions, factors: Factors, passwords: PasswordPool,
        live: LiveIdentitySettings
    ) {
        self.store = store
        self.directory = factors.directory
        self.sessions = sessions
        self.factors = factors
        self.passwords = passwords
        self.live = live
        let clock = store.parts.clock
        waiting = ShortLived(clock: clock, lifeMs: FactorDue.lifeMs, countMax: 1_000)
        challenges = ShortLived(clock: clock, lifeMs: Challenge.lifeMs, countMax: 1_000)
        alarm = FailureAlarm(clock: clock)
    }

    /// Checks name and password; signs in where the account has no second factor.
    ///
    /// - Throws: ``Problem`` `.login` if name and password do not belong together, `.throttled` if
    ///   too many tries came before or too many people are at it.
    package func signIn(_ attempt: Attempt) async throws -> Step {
        let grant = try grant(address: attempt.address, requestID: attempt.requestID)
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
        let entrance = Entrance(attempt, admission, userID: user.id, renewed: renewed)
        if user.hasFactor { return .factorDue(try await wait(grant, entrance, user)) }
        let success = try await enter(grant, entrance)
        guard let success else { throw try await refuse(grant, attempt, admission, isRight: true) }
        return .signedIn(success)
    }

    /// The same words whoever it is.
    static let wrong = Problem(.login, "The name or the password is not right.")

    /// The grant of somebody who is not known yet.
    func grant(address: String, requestID: String) throws -> Grant {
        try Policy().grant(
            Ask(.signIn, area: .ownAccount, type: "Session"),
            to: Caller(
                kind: .anonymous, name: "anonymous", address: address, requestID: requestID))
    }

    /// Counts the try and reads what the password is checked against.
    private func admit(_ grant: Grant, _ attempt: Attempt) async throws -> Admission {
        let folded = Username.folded(attempt.username)
        let user = directory.user(folded: folded)
        let device = attempt.deviceToken.map { SecretToken.digest(of: $0) } ?? []
        let caller = Self.caller(user, grant)
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
        let caller = Self.caller(user, grant)
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

    /// Who the audit log says it was.
    ///
    /// The name that was typed is not kept where nobody has it: it may be a password in the wrong
    /// field.
    static func caller(_ user: User?, _ grant: Grant) -> Caller {
        Caller(
            kind: .anonymous, name: user?.username ?? "anonymous", address: grant.caller.address,
            requestID: grant.caller.requestID)
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
