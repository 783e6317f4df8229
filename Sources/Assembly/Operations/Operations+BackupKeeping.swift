import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Retention
import Steward

extension Operations {
    func backupStatus(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        try await box.backups.write(try await backupGrant(.read, call), to: &answer)
    }

    func backupNow(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.administer, call)
        let id = try await box.backups.make(
            grant, cause: call.flag("beforeUpgrade") ? .upgrade : .hand)
        answer.member("id", id)
        try await box.backups.write(grant, to: &answer)
    }

    func backupPrune(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.administer, call)
        let isTrial = call.flag("dryRun")
        let pruned = try await box.backups.prune(grant, isTrial: isTrial)
        answer.member("dryRun", isTrial)
        answer.array("deleted") { list in
            for copy in pruned {
                list.object { one in
                    one.member("name", copy.name)
                    one.member("place", copy.placeName)
                    one.member("cause", copy.cause.rawValue)
                    one.member("bytes", Int(copy.bytes))
                }
            }
        }
    }

    func backupPlaces(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        try await box.backups.writePlaces(try await backupGrant(.read, call), to: &answer)
    }

    func backupPlaceAdd(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.administer, call)
        let id = try await box.backups.add(
            grant,
            BackupKeeper.PlaceDraft(
                name: try call.text("name"), kind: try call.text("kind"),
                address: try call.text("address"),
                everyHours: call.flag("hourly") ? 1 : 24, adopts: call.flag("adopt")))
        answer.member("id", id)
    }

    func backupPlaceTest(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.administer, call)
        let id = try await placeID(call, grant)
        try await box.backups.test(grant, placeID: id)
        answer.member("id", id)
    }

    func backupPlaceRemove(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.administer, call)
        let id = try await placeID(call, grant)
        try await box.backups.removePlace(grant, id: id)
        answer.member("id", id)
    }

    func backupSimulate(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await backupGrant(.read, call)
        try await box.backups.writeForecast(
            grant, until: call.arguments.string("until"), policy: nil, to: &answer)
    }

    /// The id of the place that a command names.
    private func placeID(_ call: OperationCall, _ grant: Grant) async throws -> String {
        let name = try call.text("name")
        guard let id = try await box.backups.placeID(grant, named: name) else {
            throw Problem(
                .notFound, "There is no place of this name. See: tribal-ehr backup places",
                location: "name")
        }
        return id
    }

    private func backupGrant(_ verb: Verb, _ call: OperationCall) async throws -> Grant {
        try await box.grant(BackupKeeper.ask(verb), call.caller)
    }
}
