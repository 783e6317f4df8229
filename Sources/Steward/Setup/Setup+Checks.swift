package import AccessControl
package import FHIRModel
import Kernel
import RecordStore
package import Sealing

extension Setup {
    /// The clinic that somebody answered, if it may be set up on this machine at this time.
    ///
    /// - Throws: ``Problem`` that names the answer at fault, or the machine.
    func checkedClinic(_ answers: JSON) throws(Problem) -> Clinic {
        let clinic = try Clinic(answers: answers)
        guard machine.knowsZone(clinic.timeZone) else {
            throw Problem(
                .value,
                "This machine knows no time zone of the name \(clinic.timeZone.prefix(64)). Write an "
                    + "IANA name such as America/Denver.", location: "timeZone")
        }
        if let fault = machine.clockFault(store.parts.clock.wallMs()) {
            throw Problem(.conflict, fault, location: "clock")
        }
        if let refusal = MachineVerdict(machine.facts()).refusal {
            throw Problem(.noStore, refusal, location: "machine")
        }
        return clinic
    }

    /// The first administrator that somebody answered, with the password's hash.
    ///
    /// - Throws: ``Problem`` that names the answer at fault.
    func checkedAdministrator(
        _ answers: JSON, clinicName: String
    ) async throws -> SetupState.Administrator {
        let person = try Self.person(answers)
        guard let password = answers.string("password"), !password.isEmpty else {
            throw Problem(.required, "The answer password is missing.", location: "password")
        }
        let weak = accounts.passwordProblems(person, password, clinicName)
        guard weak.isEmpty else {
            throw Problem(.value, weak.joined(separator: " "), location: "password")
        }
        return SetupState.Administrator(
            username: person.username, displayName: person.displayName,
            isClinician: person.isClinician,
            account: try await accounts.madeReady(person, password, clinicName))
    }

    /// The person of some answers, without the password.
    static func person(_ answers: JSON) throws(Problem) -> FirstAdministrator {
        guard let username = answers.string("username"), !username.isEmpty else {
            throw Problem(.required, "The answer username is missing.", location: "username")
        }
        return FirstAdministrator(
            username: username, displayName: answers.string("displayName") ?? username,
            isClinician: answers["isClinician"]?.bool ?? true)
    }

    /// What the command tells when the box is claimed.
    package struct Claimed: Sendable {
        package let clinic: Clinic
        package let username: String
        package let kitID: String
        package let code: RecoveryCode
    }

    /// Claims the box with all answers at once.
    ///
    /// The same checks as for the page; a setup that a page has begun is overtaken by it.
    ///
    /// - Throws: ``Problem`` that names the answer at fault, before anything is kept.
    package func claim(answers: JSON, _ caller: Caller) async throws -> Claimed {
        try refuseClaimed()
        let clinic = try checkedClinic(answers)
        guard let person = answers["administrator"], person.isObject else {
            throw Problem(
                .required, "The answer administrator is missing.", location: "administrator")
        }
        let administrator: SetupState.Administrator
        do {
            administrator = try await checkedAdministrator(person, clinicName: clinic.name)
        } catch let problem as Problem where problem.location != nil {
            throw Problem(
                problem.code, problem.detail,
                location: "administrator." + (problem.location ?? ""))
        }
        return try await alone {
            let grant = try await grant(caller)
            let version = try await store.changeRows(grant) { rows -> Int in
                guard try !ClinicRecord.isKept(grant, in: rows) else { throw Self.over }
                var state = try SetupRows.state(grant, in: rows)
                state.version += 1
                state.kind = clinic.isPractice ? .practice : .clinic
                state.clinic = clinic
                state.administrator = administrator
                state.kit = nil
                try SetupRows.put(grant, state, rows)
                return state.version
            }
            let kit = try await replaceKit(caller)
            try await finish(grant, version: version, token: nil)
            return Claimed(
                clinic: clinic, username: administrator.username, kitID: kit.kitID,
                code: kit.code)
        }
    }
}
