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
        let claimed = try await box.setup.claim(answers: call.arguments, call.caller)
        answer.member("clinicName", claimed.clinic.name)
        answer.member("practice", claimed.clinic.isPractice)
        answer.member("username", claimed.username)
        answer.member("kitID", claimed.kitID)
        answer.member("recoveryCode", claimed.code.text)
        try await writeTrust(call.caller, &answer)
    }

    /// Makes a setup code of a box that belongs to nobody.
    func setupCode(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        answer.member("code", try await box.setup.issueCode(call.caller))
    }

    func maintenanceSet(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(MaintenanceFeature.ask(.administer), call.caller)
        try await box.maintenance.set(grant, call.arguments)
        Maintenance.write(box.maintenance.closing, to: &answer)
    }

    func maintenanceStatus(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        _ = try await box.grant(MaintenanceFeature.ask(.read), call.caller)
        Maintenance.write(box.maintenance.closing, to: &answer)
    }

    func demoReset(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let count = try await DemoClinic(box: box).reset(caller: call.caller)
        answer.member("patients", count.patients)
        answer.member("resources", count.resources)
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
        answer.member("flawed", report.flawedCount)
        answer.object("flaws") { flaws in
            for (text, count) in report.flaws.sorted(by: { $0.key < $1.key }) {
                flaws.member(text, count)
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
