import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing
import ServerKit

/// What a browser proves itself with at every step, and which state it has before its eyes.
struct SetupVisit: Sendable {
    /// The value of its cookie.
    let token: String?
    /// The version that it saw last; another browser may have gone on since.
    let version: Int
    let caller: Caller
}

/// A recovery kit at the one time that its code is shown.
struct FreshKit: Sendable {
    let state: SetupState
    let kit: SetupState.Kit
    let code: RecoveryCode
}

extension Setup {
    /// How many groups of the recovery code are typed back.
    private static let provedGroups = 3

    /// How far the setup has come, for a browser that was let in; nil for any other.
    func state(token: String?, _ caller: Caller) async throws -> SetupState? {
        let grant = try await grant(caller)
        let state = try await store.rows(grant) { try SetupRows.state(grant, $0) }
        return state.admits(token) ? state : nil
    }

    /// Chooses what the box is for.
    func choose(_ kind: ClinicKind, _ visit: SetupVisit) async throws -> SetupState {
        try await edit(visit, detail: "kind \(kind.rawValue)") { $0.kind = kind }
    }

    /// Takes the facts of the clinic.
    func take(clinic answers: JSON, _ visit: SetupVisit) async throws -> SetupState {
        let clinic = try checkedClinic(answers)
        return try await edit(visit, detail: "clinic") { state in
            guard state.kind != nil else { throw Self.tooEarly }
            state.clinic = clinic
        }
    }

    /// Takes the first administrator.
    func take(administrator answers: JSON, _ visit: SetupVisit) async throws -> SetupState {
        guard let clinic = try await state(token: visit.token, visit.caller)?.clinic else {
            throw Self.tooEarly
        }
        let administrator = try await checkedAdministrator(answers, clinicName: clinic.name)
        return try await edit(visit, detail: "first administrator") { state in
            guard state.clinic != nil else { throw Self.tooEarly }
            state.administrator = administrator
        }
    }

    /// Makes a recovery kit, which ends the one before.
    ///
    /// A kit that was shown is never shown again: whoever lost it gets another one.
    func makeKit(_ visit: SetupVisit) async throws -> FreshKit {
        try await alone {
            let cleared = try await edit(visit, detail: "recovery kit") { state in
                guard state.administrator != nil else { throw Self.tooEarly }
                state.kit = nil
            }
            let next = SetupVisit(
                token: visit.token, version: cleared.version, caller: visit.caller)
            let made = try await replaceKit(visit.caller)
            let groups = try pickGroups()
            let salt = try randomBytes(16)
            let kit = SetupState.Kit(
                id: made.kitID, madeMs: store.parts.clock.wallMs(), groups: groups, salt: salt,
                digest: SetupState.Kit.digest(
                    groups.map { made.code.groups[$0 - 1] }, salt: salt))
            let state = try await edit(next, detail: "kit \(kit.id)") { $0.kit = kit }
            return FreshKit(state: state, kit: kit, code: made.code)
        }
    }

    /// Takes the groups that were typed back from the kit; right ones claim the box.
    func prove(_ groups: [String], _ visit: SetupVisit) async throws -> SetupState {
        guard let state = try await state(token: visit.token, visit.caller) else {
            throw Self.stranger
        }
        guard let kit = state.kit else { throw Self.tooEarly }
        guard kit.isProved(by: groups) else {
            throw Problem(
                .value,
                "These are not the groups of kit \(kit.id). Compare them with the sheet, or make "
                    + "another kit.", location: "groups")
        }
        let grant = try await grant(visit.caller)
        let slots = try await store.keyStatus(grant).slots
        guard slots.contains(where: { $0.kind == .recovery && $0.id == kit.id }) else {
            throw Problem(
                .conflict,
                "Kit \(kit.id) no longer opens the box, because another one was made since. Make "
                    + "another kit here.", location: "groups")
        }
        try await finish(grant, version: visit.version, token: visit.token)
        return state
    }

    /// The claim: account, clinic and the end of the setup in one transaction.
    ///
    /// - Parameter token: nil for the command, which needs none.
    func finish(_ grant: Grant, version: Int, token: String?) async throws {
        let accounts = accounts
        let isCommand = token == nil
        let clinic = try await store.changeRows(grant) { rows -> Clinic in
            guard try !ClinicRecord.isKept(grant, in: rows) else { throw Self.over }
            let state = try SetupRows.state(grant, in: rows)
            guard isCommand || state.admits(token) else { throw Self.stranger }
            guard state.version == version else { throw Self.overtaken }
            guard var clinic = state.clinic, let person = state.administrator else {
                throw Self.tooEarly
            }
            clinic.isPractice = state.kind == .practice
            try accounts.insert(grant, person.account, rows)
            try ClinicRecord.put(grant, clinic, rows)
            try SetupRows.clear(grant, rows)
            try rows.append(
                AuditNote(
                    grant.ask, detail: "set up as \(clinic.isPractice ? "practice" : "clinic")"),
                by: grant.caller)
            return clinic
        }
        desk.close()
        await box.claimed(clinic)
    }

    /// Changes the state in a transaction, if nobody else did meanwhile.
    func edit(
        _ visit: SetupVisit, detail: String,
        _ body: @escaping @Sendable (inout SetupState) throws -> Void
    ) async throws -> SetupState {
        let grant = try await grant(visit.caller)
        let note = AuditNote(grant.ask, detail: "setup: " + detail)
        return try await store.changeRows(grant, note: note) { rows in
            guard try !ClinicRecord.isKept(grant, in: rows) else { throw Self.over }
            var state = try SetupRows.state(grant, in: rows)
            guard state.admits(visit.token) else { throw Self.stranger }
            guard state.version == visit.version else { throw Self.overtaken }
            try body(&state)
            state.version += 1
            try SetupRows.put(grant, state, rows)
            return state
        }
    }

    /// A new kit from the key ring, with its failures in words.
    func replaceKit(_ caller: Caller) async throws -> (code: RecoveryCode, kitID: String) {
        let grant = try await gate.grant(
            Ask(.administer, area: .system, type: "Keys"), to: caller)
        do {
            return try await store.replaceRecoveryKit(grant)
        } catch let error as KeyRingError {
            throw Problem(.incomplete, "The recovery kit cannot be made. \(error)")
        }
    }

    private func pickGroups() throws(Problem) -> [Int] {
        var left = Array(1...RecoveryCode.groupCount)
        let draws = try randomBytes(Self.provedGroups)
        return draws.map { left.remove(at: Int($0) % left.count) }.sorted()
    }

    static var stranger: Problem {
        Problem(.login, "Type the setup code of the box first.")
    }

    static var overtaken: Problem {
        Problem(
            .lockError,
            "The setup has gone on in another browser. This page follows it now; look through what "
                + "is there and go on.")
    }

    static var over: Problem { Problem(.notFound, "There is nothing at this address.") }

    static var tooEarly: Problem {
        Problem(.conflict, "A step before this one is still open. Load the page again.")
    }
}
