import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Steward

/// Destroying records.
extension Operations {
    func purgeLook(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (type, id) = (try call.text("type"), try call.text("id"))
        let grant = try await box.grant(PurgeFeature.ask(type, id), call.caller)
        let report = try await box.store.purgeReport(grant, type: type, id: id)
        PurgeAnswer.write(report, type, id, to: &answer)
    }

    func purge(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (type, id) = (try call.text("type"), try call.text("id"))
        let grant = try await box.grant(PurgeFeature.ask(type, id), call.caller)
        let report = try await box.store.purge(
            grant, type: type, id: id, reason: try call.text("reason"))
        PurgeAnswer.write(report, type, id, to: &answer)
    }
}
