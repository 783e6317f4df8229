import AccessControl
import Kernel
import RecordStore
import Sealing

/// Six digits that unlock a session on the machine where it was begun, after nobody used it.
///
/// A PIN opens nothing but a session that is there: it is no password, and no fresh proof.
///
/// Spec: FEATURES CFG-03; NIST SP 800-63B-4, 5.2
final class Pins: Sendable {
    /// Digits of a PIN.
    static let digits = 6

    private let store: RecordStore
    private let directory: Directory
    private let sessions: Sessions
    private let factors: Factors
    private let passwords: PasswordPool
    private let live: LiveIdentitySettings

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
    }

    /// Sets the PIN of the person who asks.
    ///
    /// - Throws: ``Problem`` `.value` for what is no PIN, or one that everybody tries first.
    func set(_ grant: Grant, _ pin: String) async throws {
        try grant.require(.update, area: .ownAccount)
        guard live.current.isPINAllowed else {
            throw Problem(.notSupported, "PINs are switched off on this box.")
        }
        try Self.check(pin)
        let hash = try await passwords.hash(Array(pin.utf8))
        try await put(grant, hash, detail: "PIN set")
    }

    /// Takes the PIN of the person who asks away.
    func remove(_ grant: Grant) async throws {
        try grant.require(.update, area: .ownAccount)
        try await put(grant, nil, detail: "PIN removed")
    }

    private func put(_ grant: Grant, _ hash: String?, detail: String) async throws {
        let userID = grant.caller.userID ?? ""
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: detail)) { rows in
            try PINRows.set(grant, hash, userID: userID, rows)
            try self.factors.change(grant, userID: userID, rows) { $0.hasPIN = hash != nil }
        }
    }

    /// Unlocks the session of the person who asks; the fifth wrong PIN ends it.
    ///
    /// - Returns: the session's other token.
    /// - Throws: ``Problem`` `.value` for a wrong PIN, `.login` once the session has ended.
    func unlock(_ grant: Grant, sessionID: String, _ pin: String) async throws -> SecretToken {
        try grant.require(.update, area: .ownAccount)
        let userID = grant.caller.userID ?? ""
        let begun = try await store.changeRows(grant, isAccess: true) {
            rows -> (AdmittedTry?, String?) in
            let key = FailureRows.pin(grant, sessionID: sessionID, rows)
            guard case .success(let admitted) = try Tries.begin(grant, keys: [key], rows) else {
                return (nil, nil)
            }
            return (admitted, try PINRows.hash(grant, userID: userID, rows))
        }
        guard let admitted = begun.0 else {
            try await end(grant, sessionID)
            throw Self.ended
        }
        let isRight: Bool
        do {
            isRight = try await passwords.verify(Array(pin.prefix(64).utf8), against: begun.1)
        } catch {
            try await store.changeRows(grant, isAccess: true) {
                try Tries.giveBack(grant, admitted, $0)
            }
            throw error
        }
        guard isRight else { throw try await refuse(grant, sessionID, isLast: admitted.isLast) }
        let token = try SecretToken.random(byteCount: 32)
        let note = AuditNote(grant.ask, id: sessionID, detail: "unlocked with the PIN")
        try await store.changeRows(grant, note: note, isAccess: true) { rows in
            try Tries.succeed(grant, admitted, rows)
            try self.sessions.rotate(grant, id: sessionID, to: token, .unlocked, rows)
        }
        return token
    }

    private func refuse(
        _ grant: Grant, _ sessionID: String, isLast: Bool
    ) async throws -> Problem {
        let note = AuditNote(
            grant.ask, id: sessionID, outcome: .refused, code: .value, detail: "wrong PIN")
        guard isLast else {
            try await store.note(note, by: grant.caller)
            return Problem(
                .value, "The PIN is not right. After five wrong ones the session ends.",
                location: "pin")
        }
        try await store.changeRows(grant, note: note, isAccess: true) { rows in
            try self.factors.tell(
                "session.pin-failed",
                "A locked session of \(grant.caller.name) ended after five wrong PINs at "
                    + "\(grant.caller.address).", rows)
        }
        try await end(grant, sessionID)
        return Self.ended
    }

    private func end(_ grant: Grant, _ sessionID: String) async throws {
        sessions.table.end(ids: [sessionID])
        try await store.changeRows(grant, isAccess: true) { rows in
            try SessionRows.delete(grant, id: sessionID, rows)
        }
    }

    private static let ended = Problem(
        .login, "The session has ended after five wrong PINs. Sign in again.")

    /// - Throws: ``Problem`` `.value` for what is no PIN.
    private static func check(_ pin: String) throws(Problem) {
        let bytes = Array(pin.utf8)
        guard bytes.count == digits, bytes.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw Problem(.value, "A PIN has \(digits) digits.", location: "pin")
        }
        let steps = zip(bytes, bytes.dropFirst()).map { Int($1) - Int($0) }
        let isPair = zip(bytes, bytes.dropFirst(2)).allSatisfy { $0 == $1 }
        let isTwice = bytes.prefix(3) == bytes.suffix(3)
        guard Set(steps).count > 1, !isPair, !isTwice else {
            throw Problem(
                .value, "Choose a PIN that others do not try first, such as no row of digits.",
                location: "pin")
        }
    }
}
