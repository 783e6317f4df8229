import AccessControl
import Kernel
import RecordStore
import Sealing

/// What a sign-in brings to its last step, the beginning of a session.
struct Entrance: Sendable {
    /// The password that was right, with what it reserved; nil where a passkey stood for it.
    struct Proved: Sendable {
        let admitted: AdmittedTry
        /// The argon2id text that it was checked against.
        let stored: String?
        /// The text at today's cost, where that is another one.
        let renewed: String?
    }

    let userID: String
    let proved: Proved?
    /// The cookie of the machine, where the person signed in from it before.
    let knownDeviceToken: String?
    let earlierSessionID: String?
    let address: String
    let agent: String?
    let requestID: String

    init(
        _ attempt: SignIn.Attempt, _ admission: SignIn.Admission, userID: String, renewed: String?
    ) {
        self.userID = userID
        proved = Proved(
            admitted: admission.admitted, stored: admission.stored, renewed: renewed)
        knownDeviceToken = admission.isKnownDevice ? attempt.deviceToken : nil
        earlierSessionID = attempt.earlierSessionID
        address = attempt.address
        agent = attempt.agent
        requestID = attempt.requestID
    }

    /// An entrance by passkey alone.
    init(userID: String, from browser: SignIn.Browser) {
        self.userID = userID
        proved = nil
        knownDeviceToken = nil
        earlierSessionID = browser.earlierSessionID
        address = browser.address
        agent = browser.agent
        requestID = browser.requestID
    }
}

/// A session that is about to begin.
struct Beginning: Sendable {
    let session: Session
    let token: SecretToken
    let device: SecretToken
}

extension SignIn {
    /// Where a request comes from.
    struct Browser: Sendable {
        var earlierSessionID: String?
        let address: String
        let agent: String?
        let requestID: String
    }

    /// Begins the session; nil if the account changed while the password was checked.
    func enter(_ grant: Grant, _ entrance: Entrance) async throws -> Success? {
        let beginning = try beginning(entrance)
        let user = try await store.changeRows(grant, isAccess: true) { rows in
            try self.write(grant, entrance, beginning, by: "password", rows)
        }
        return user.map { Self.success($0, beginning) }
    }

    /// Draws what a session needs.
    func beginning(_ entrance: Entrance) throws -> Beginning {
        let token = try SecretToken.random(byteCount: 32)
        // The token of the machine is its own only if the person signed in from it before, so that
        // a planted cookie never becomes a known one.
        let device =
            try entrance.knownDeviceToken.map { SecretToken(text: $0) }
            ?? SecretToken.random(byteCount: 16)
        let session = Session(
            id: store.parts.ids.next(), userID: entrance.userID, digest: token.digest,
            csrfToken: try SecretToken.random(byteCount: 32).text,
            createdMs: store.parts.clock.wallMs(), address: entrance.address,
            agent: Session.shortAgent(entrance.agent))
        return Beginning(session: session, token: token, device: device)
    }

    /// Writes the session in a transaction.
    ///
    /// - Parameter means: how the person proved who they are, for the audit log.
    /// - Returns: the person as they are now; nil if the account changed in between.
    func write(
        _ grant: Grant, _ entrance: Entrance, _ beginning: Beginning, by means: String,
        _ rows: RowWriter
    ) throws -> User? {
        let userID = entrance.userID
        guard var secrets = try UserRows.secrets(grant, id: userID, rows),
            var now = try UserRows.one(grant, id: userID, in: rows), !now.isDisabled
        else { return nil }
        if let proved = entrance.proved {
            guard secrets.current == proved.stored else { return nil }
            if let renewed = proved.renewed {
                secrets.current = renewed
                try UserRows.set(grant, secrets, id: userID, rows)
            }
            try Tries.succeed(grant, proved.admitted, rows)
        }
        if factors.rules.isRequired(now), !now.hasFactor, now.factorAskedMs == nil {
            let nowMs = rows.nowMs
            try factors.change(grant, userID: userID, rows) { $0.factorAskedMs = nowMs }
            now.factorAskedMs = nowMs
        }
        try DeviceRows.put(grant, digest: beginning.device.digest, userID: userID, rows)
        if let earlier = entrance.earlierSessionID {
            try sessions.end(grant, earlierID: earlier, rows)
        }
        try sessions.begin(grant, beginning.session, rows)
        let caller = Caller(
            kind: .person, userID: userID, name: now.username, roles: now.roles,
            ownPatientID: now.ownPatientID, sessionTag: beginning.session.id,
            address: entrance.address, requestID: grant.caller.requestID)
        let detail = means == "password" ? nil : "with " + means
        try rows.append(
            AuditNote(grant.ask, id: beginning.session.id, detail: detail), by: caller)
        return now
    }

    static func success(_ user: User, _ beginning: Beginning) -> Success {
        Success(
            user: user, session: beginning.session, sessionToken: beginning.token,
            deviceToken: beginning.device)
    }
}
