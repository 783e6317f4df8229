import AccessControl
import FHIRAPI
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import Steward

extension Operations {
    /// Claims the box for a clinic: the clinic's facts, the first administrator, the recovery kit.
    ///
    /// A box is claimed once. Everything is checked before anything is written.
    func setup(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        guard !box.isClaimed else {
            throw Problem(
                .conflict,
                "This box is set up already. Use the commands for users, or another --data-dir.")
        }
        let clinic = try Clinic(answers: call.arguments)
        guard let person = call.arguments["administrator"], person.isObject else {
            throw Problem(
                .required, "The answer administrator is missing.", location: "administrator")
        }
        let draft = UserDraft(
            username: person.string("username") ?? "",
            displayName: person.string("displayName") ?? person.string("username") ?? "",
            roles: try Self.roles(person, default: [.systemAdmin, .admin, .physician]))
        let password = Password(person.string("password") ?? "")
        let weak = box.identity.accounts.problems(
            password, username: draft.username, displayName: draft.displayName)
        guard weak.isEmpty else {
            throw Problem(
                .value, weak.joined(separator: " "), location: "administrator.password")
        }
        if box.identity.accounts.isEmpty {
            _ = try await box.identity.accounts.add(
                try await box.grant(Ask.users(.create), call.caller), draft, password: password,
                mustChangePassword: false)
        }
        let system = try await box.grant(
            Ask(.administer, area: .system, type: "Clinic"), call.caller)
        let kit = try await box.store.replaceRecoveryKit(system)
        try await box.clinicRecord.write(system, clinic)
        try await box.refreshFacts()
        answer.member("clinicName", clinic.name)
        try await writeTrust(call.caller, &answer)
        answer.member("username", draft.username)
        answer.member("kitID", kit.kitID)
        answer.member("recoveryCode", kit.code.text)
    }

    func demoLoad(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let count = try await DemoClinic(box: box).load(
            force: call.flag("force"), caller: call.caller)
        answer.member("patients", count.patients)
        answer.member("resources", count.resources)
    }

    func demoRemove(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let count = try await DemoClinic(box: box).remove(
            force: call.flag("force"), caller: call.caller)
        answer.member("patients", count.patients)
        answer.member("resources", count.resources)
    }

    func importDocument(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        _ = try await box.grant(importAsk, call.caller)
        let report = try await box.importer.importDocument(call.attachment, caller: call.caller)
        Self.write(report, to: &answer)
    }

    func importLines(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        _ = try await box.grant(importAsk, call.caller)
        let lines = call.attachment.split(separator: 0x0A, omittingEmptySubsequences: false)
        let report = try await box.importer.importLines(
            lines.map(Array.init), firstLine: call.arguments["firstLine"]?.int ?? 1,
            caller: call.caller)
        Self.write(report, to: &answer)
    }

    private var importAsk: Ask { Ask(.administer, area: .recordImport, type: "Import") }

    private static func write(_ report: ImportReport, to answer: inout JSONWriter) {
        answer.member("created", report.created)
        answer.member("updated", report.updated)
        answer.member("unchanged", report.unchanged)
        answer.object("byType") { types in
            for (type, count) in report.byType.sorted(by: { $0.key < $1.key }) {
                types.member(type, count)
            }
        }
        answer.array("rejects") { list in
            for reject in report.rejects {
                list.object { one in
                    one.member("place", reject.place)
                    one.member("reason", reject.reason)
                    one.member("isWaiting", reject.isWaiting)
                }
            }
        }
    }

    /// The roles that an argument names.
    static func roles(_ json: JSON, default known: Set<Role>? = nil) throws(Problem) -> Set<Role> {
        guard let list = json["roles"] else {
            if let known { return known }
            throw Problem(.required, "Name at least one role.", location: "roles")
        }
        var roles: Set<Role> = []
        for element in list.elements {
            guard let role = element.string.flatMap(Role.init(rawValue:)) else {
                throw Problem(
                    .value,
                    "Roles are: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).",
                    location: "roles")
            }
            roles.insert(role)
        }
        guard !roles.isEmpty else {
            throw Problem(.required, "Name at least one role.", location: "roles")
        }
        return roles
    }
}
