import AccessControl
import FHIRModel
import ServerKit
import Steward

extension Operations {
    func settingList(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(
            Ask(.search, area: .system, type: "Setting"), call.caller)
        let listed = try JSON.parse(try await box.settingsRecord.listed(grant), limits: .any)
        for (name, value) in listed.members { answer.member(name, value) }
    }

    /// Sets a setting; without a value it goes back to its default.
    func settingSet(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let key = try call.text("key")
        let grant = try await box.grant(
            Ask(.update, area: .system, type: "Setting", id: key), call.caller)
        try await box.gate.recordingRefusal(of: grant) {
            try await box.settingsRecord.set(
                grant, key: key, to: call.arguments.string("value"), ifVersion: nil)
        }
        answer.member("key", key)
    }
}
