import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing
import WebAuthn

/// How somebody proves a second factor.
enum FactorProof: Sendable {
    /// What was typed: the code of an app, a recovery code, or one that an administrator handed over.
    case code(String)
    /// An answer of a passkey, checked as far as it can be without the table.
    case passkey(PasskeyAnswer)
}

/// By what a second factor was proved.
enum FactorMethod: String, Sendable {
    case totp, passkey, recovery
    /// The code of an administrator, after which a factor has to be set up anew.
    case reset
}

/// What came of a proof.
enum FactorVerdict: Sendable {
    case right(FactorMethod, Factor?)
    /// Whether the account has to wait now.
    case wrong(isLast: Bool)
    /// A passkey whose counter went back: somebody may have a copy of it.
    case copied(String)
    /// A passkey's answer that cannot be used.
    case unfit(WebAuthnError)
    case wait(Tries.Wait)
}

/// The second factors of the people: checking, adding, taking away.
///
/// Spec: RFC 6238; W3C Web Authentication Level 2; SECURITY S05 to S08
final class Factors: Sendable {
    /// How many recovery codes a person has at first.
    static let recoveryCodesCount = 10
    /// The most passkeys of a person.
    static let passkeysMax = 10

    let store: RecordStore
    let directory: Directory
    let sessions: Sessions
    let rules: FactorRules
    /// Seeds that wait for their first code, by session.
    let seeds: ShortLived<[UInt8]>
    /// Challenges of people who are signed in, by session.
    let challenges: ShortLived<Challenge>

    init(store: RecordStore, directory: Directory, sessions: Sessions, rules: FactorRules) {
        self.store = store
        self.directory = directory
        self.sessions = sessions
        self.rules = rules
        let clock = store.parts.clock
        seeds = ShortLived(clock: clock, lifeMs: 900_000, countMax: 1_000)
        challenges = ShortLived(clock: clock, lifeMs: Challenge.lifeMs, countMax: 1_000)
    }

    /// Judges a proof inside a transaction, and keeps what it uses up.
    ///
    /// The try is counted in the same transaction, for the account and over a restart.
    func judge(
        _ grant: Grant, _ proof: FactorProof, of user: User, _ methods: Set<FactorMethod>,
        _ rows: RowWriter
    ) throws -> FactorVerdict {
        let key = FailureRows.factor(grant, userID: user.id, rows)
        let admitted: AdmittedTry
        switch try Tries.begin(grant, keys: [key], rows) {
        case .failure(let wait): return .wait(wait)
        case .success(let begun): admitted = begun
        }
        let verdict =
            switch proof {
            case .code(let typed): try judge(grant, typed: typed, of: user, methods, rows)
            case .passkey(let answer): try judge(grant, answer, of: user, rows)
            }
        guard let verdict else { return .wrong(isLast: admitted.isLast) }
        if case .right = verdict { try Tries.succeed(grant, admitted, rows) }
        return verdict
    }

    private func judge(
        _ grant: Grant, typed: String, of user: User, _ methods: Set<FactorMethod>,
        _ rows: RowWriter
    ) throws -> FactorVerdict? {
        if let digits = TOTP.digits(of: typed), methods.contains(.totp) {
            for var factor in try FactorRows.of(grant, userID: user.id, rows) {
                guard case .totp(var app) = factor.kind,
                    let step = try TOTP.match(
                        digits, app.seed, nowMs: rows.nowMs, after: app.lastStep)
                else { continue }
                app.lastStep = step
                factor.kind = .totp(app)
                factor.usedMs = rows.nowMs
                try FactorRows.update(grant, factor, rows)
                return .right(.totp, factor)
            }
            return nil
        }
        guard let code = SpokenCode(typed: typed) else { return nil }
        if methods.contains(.recovery),
            try CodeRows.take(grant, code, .recovery, userID: user.id, rows)
        {
            try tell(
                "factor.recovery-used", "\(user.username) signed in with a recovery code.", rows)
            return .right(.recovery, nil)
        }
        if methods.contains(.reset),
            try CodeRows.take(grant, code, .factorReset, userID: user.id, rows)
        {
            try forgetAll(grant, of: user, rows)
            return .right(.reset, nil)
        }
        return nil
    }

    private func judge(
        _ grant: Grant, _ answer: PasskeyAnswer, of user: User, _ rows: RowWriter
    ) throws -> FactorVerdict? {
        for var factor in try FactorRows.of(grant, userID: user.id, rows) {
            guard case .passkey(var passkey) = factor.kind,
                passkey.credentialID == answer.credentialID
            else { continue }
            let count: UInt32
            switch answer.check(passkey, userID: user.id) {
            case .success(let assertion): count = assertion.signCount
            case .failure(let error): return .unfit(error)
            }
            if (count > 0 || passkey.signCount > 0) && count <= passkey.signCount {
                try tell(
                    "factor.passkey-copied",
                    "A passkey of \(user.username) was refused: its counter went back, so somebody "
                        + "may have copied it. Remove the passkey and set up another.", rows)
                return .copied(factor.id)
            }
            passkey.signCount = count
            factor.kind = .passkey(passkey)
            factor.usedMs = rows.nowMs
            try FactorRows.update(grant, factor, rows)
            return .right(.passkey, factor)
        }
        return nil
    }

    /// Takes every factor away and asks for another one: what the code of an administrator does.
    private func forgetAll(_ grant: Grant, of user: User, _ rows: RowWriter) throws {
        try FactorRows.deleteAll(grant, userID: user.id, rows)
        try CodeRows.deleteAll(grant, .recovery, userID: user.id, rows)
        try CodeRows.deleteAll(grant, .factorReset, userID: user.id, rows)
        try change(grant, userID: user.id, rows) {
            $0.hasFactor = false
            $0.mustSetUpFactor = true
        }
        try tell(
            "factor.reset",
            "The second factor of \(user.username) was reset. Ask the person whether they wanted it.",
            rows)
    }

    /// Changes what the box knows of a user in a transaction.
    func change(
        _ grant: Grant, userID: String, _ rows: RowWriter, _ edit: (inout User) -> Void
    ) throws {
        guard var user = try UserRows.one(grant, id: userID, in: rows) else { return }
        edit(&user)
        try UserRows.update(grant, user, rows)
        let (changed, directory) = (user, directory)
        rows.afterCommit { directory.put(changed) }
    }

    /// Leaves word for the administrators.
    func tell(_ topic: String, _ text: String, _ rows: RowWriter) throws {
        try Self.post(topic, text, rows)
    }

    /// Leaves word for the administrators: a sentence under a topic.
    static func post(_ topic: String, _ text: String, _ rows: RowWriter) throws {
        var writer = JSONWriter()
        writer.object { $0.member("text", text) }
        try rows.post(topic: topic, payload: writer.bytes)
    }
}
