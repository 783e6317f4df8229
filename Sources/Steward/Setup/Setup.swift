package import AccessControl
import FHIRModel
import Kernel
package import RecordStore
import Sealing
package import ServerKit
import Synchronization

/// How a box comes to belong to a clinic: the one place of all its rules, for the page and for
/// `tribal-ehr setup --answers`.
///
/// Every step is kept on the disk before it is answered. The claim itself, with the account of the
/// first administrator, is one transaction, so that it happens once or not at all.
///
/// Spec: SECURITY S13.
package final class Setup: Sendable {
    let store: RecordStore
    let gate: Gate
    let accounts: SetupAccounts
    let machine: SetupMachine
    let box: SetupBox
    let desk: SetupCodeDesk
    private let isMakingKit = Mutex(false)
    private let measured = Mutex<(facts: MachineFacts, steadyMs: Int64)?>(nil)
    /// How long a measurement is shown before the disk is measured again, in milliseconds.
    private static let measuredMsMax: Int64 = 60_000

    /// Makes the setup of an open box.
    ///
    /// - Parameter codeFile: where the setup code is written for the owner of the data folder.
    package init(
        gate: Gate, store: RecordStore, codeFile: String, accounts: SetupAccounts,
        machine: SetupMachine, box: SetupBox
    ) {
        self.gate = gate
        self.store = store
        self.accounts = accounts
        self.machine = machine
        self.box = box
        desk = SetupCodeDesk(path: codeFile, clock: store.parts.clock, draw: machine.draw)
    }

    /// Makes a setup code, which ends the one before and a pause after wrong ones.
    ///
    /// - Throws: ``Problem`` `.conflict` on a box that is set up, `.transient` without randomness.
    package func issueCode(_ caller: Caller) async throws -> String {
        try refuseClaimed()
        let grant = try await grant(caller)
        let code = try desk.issue()
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: "setup code")) {
            try SetupRows.put(grant, SetupTries(), $0)
        }
        return code
    }

    /// Lets a browser in that proves the code.
    ///
    /// - Returns: the text for its cookie.
    /// - Throws: ``Problem`` `.value` for a typing mistake, `.forbidden` for a wrong code,
    ///   `.conflict` for one that was used, `.expired` for an old one, `.throttled` in a pause.
    package func claim(code typed: String, _ caller: Caller) async throws -> String {
        try refuseClaimed()
        let code: SetupCode
        do throws(SetupCodeError) {
            code = try SetupCode(typed: typed)
        } catch {
            throw Problem(.value, "\(error)", location: "code")
        }
        let grant = try await grant(caller)
        let token = Hex.text(try randomBytes(32))
        let desk = desk
        let outcome: ClaimOutcome
        do {
            outcome = try await store.changeRows(grant) {
                try Self.claim(grant, code, token, desk, $0)
            }
        } catch {
            desk.giveBack(for: token)
            throw error
        }
        guard case .admitted = outcome else { throw outcome.problem }
        return token
    }

    private enum ClaimOutcome: Sendable {
        case admitted
        case refused(SetupCodeDesk.Verdict)
        case paused(seconds: Int)

        var problem: Problem {
            switch self {
            case .paused(let seconds):
                Problem(
                    .throttled,
                    "Too many wrong codes. Wait ten minutes, or run on the box: "
                        + "tribal-ehr setup-code",
                    location: "code", retryAfterSeconds: seconds)
            case .refused(.used):
                Problem(
                    .conflict,
                    "This setup code was used already. If that was not you, somebody else is "
                        + "setting up this box. For another code run on the box: "
                        + "tribal-ehr setup-code", location: "code")
            case .refused(.expired):
                Problem(
                    .value,
                    "This setup code is too old. For another one run on the box: "
                        + "tribal-ehr setup-code", location: "code")
            case .refused, .admitted:
                Problem(
                    .forbidden,
                    "This is not the setup code of this box. Look at the newest one that the box "
                        + "shows.", location: "code")
            }
        }
    }

    private static func claim(
        _ grant: Grant, _ code: SetupCode, _ token: String, _ desk: SetupCodeDesk,
        _ rows: RowWriter
    ) throws -> ClaimOutcome {
        var tries = try SetupRows.tries(grant, in: rows)
        if let seconds = tries.waitSeconds(nowMs: rows.nowMs) { return .paused(seconds: seconds) }
        let verdict = desk.take(code, for: token)
        guard verdict == .right else {
            if verdict == .wrong {
                tries.countWrong(nowMs: rows.nowMs)
                try SetupRows.put(grant, tries, rows)
            }
            try rows.append(
                AuditNote(
                    grant.ask, outcome: .refused, code: .forbidden,
                    detail: "setup code \(verdict)"), by: grant.caller)
            return .refused(verdict)
        }
        var state = try SetupRows.state(grant, in: rows)
        state.admit(token)
        try SetupRows.put(grant, state, rows)
        try SetupRows.put(grant, SetupTries(), rows)
        try rows.append(AuditNote(grant.ask, detail: "setup code right"), by: grant.caller)
        return .admitted
    }

    /// What the pages show of the machine; at most a minute old.
    func shownFacts() -> MachineFacts {
        let nowMs = store.parts.clock.steadyMs()
        if let last = measured.withLock({ $0 }), nowMs - last.steadyMs < Self.measuredMsMax {
            return last.facts
        }
        let facts = machine.facts()
        measured.withLock { $0 = (facts, nowMs) }
        return facts
    }

    /// The caller that stands for whoever sets the box up.
    func visitor(address: String, requestID: String) -> Caller {
        Caller(kind: .machine, name: "setup", address: address, requestID: requestID)
    }

    func grant(_ caller: Caller) async throws -> Grant {
        try await gate.grant(Ask(.administer, area: .system, type: "Setup"), to: caller)
    }

    /// - Throws: ``Problem`` `.conflict` on a box that belongs to a clinic.
    func refuseClaimed() throws(Problem) {
        guard !box.isClaimed() else {
            throw Problem(
                .conflict,
                "This box is set up already. Use the commands for users, or another --data-dir.")
        }
    }

    func randomBytes(_ count: Int) throws(Problem) -> [UInt8] {
        do {
            return try machine.draw(count)
        } catch {
            throw Problem(
                .transient, "The machine gives no random numbers yet. Wait a minute and try again.")
        }
    }

    /// Runs the making of a kit alone: of two at once, one would end the other's unseen.
    func alone<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let isFree = isMakingKit.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFree else {
            throw Problem(
                .conflict, "Another browser is making a recovery kit at this moment. Try again.")
        }
        defer { isMakingKit.withLock { $0 = false } }
        return try await body()
    }
}
