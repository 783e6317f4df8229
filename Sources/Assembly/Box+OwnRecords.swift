import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import Steward

extension Box {
    /// Keeps the records that say in the name of which clinic, and by which box, something was
    /// written.
    ///
    /// They are written where they differ only.
    func keepOwnRecords() async throws {
        guard let clinic, settings.current.isTraced else { return }
        let organization = Self.json { one in
            one.member("resourceType", "Organization")
            one.member("id", WritingRules.clinicID)
            one.member("active", true)
            one.member("name", clinic.name)
        }
        let device = Self.json { one in
            one.member("resourceType", "Device")
            one.member("id", WritingRules.boxID)
            one.member("status", "active")
            one.array("deviceName") { list in
                list.object { name in
                    name.member("name", "Tribal EHR box")
                    name.member("type", "user-friendly-name")
                }
            }
            one.object("owner") {
                $0.member("reference", "Organization/\(WritingRules.clinicID)")
            }
        }
        var changes: [Change] = []
        for (type, id, bytes) in [
            ("Organization", WritingRules.clinicID, organization),
            ("Device", WritingRules.boxID, device),
        ] {
            let grant = try await grant(Ask(.update, type, id: id), machine("job"))
            changes.append(
                Change(grant, .importing, type: type, id: id, json: try JSON.parse(bytes)))
        }
        _ = try await store.change(changes)
        store.parts.writing.setPlace(clinicName: clinic.name)
    }

    /// Says who stands behind a caller, for what is put on record with a write.
    func author(of caller: Caller) -> ProvenanceAuthor? {
        guard let id = caller.userID, let user = identity.accounts.user(id: id) else { return nil }
        let reference =
            user.practitionerID.map { "Practitioner/\($0)" }
            ?? user.ownPatientID.map { "Patient/\($0)" }
        return ProvenanceAuthor(reference: reference, display: user.displayName)
    }

    private static func json(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(nil, body)
        return writer.bytes
    }
}
