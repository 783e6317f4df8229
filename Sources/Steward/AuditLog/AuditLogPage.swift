import FHIRModel
import Kernel
package import RecordStore

/// One page of the audit log as the web page takes it.
struct AuditLogPage {
    let entries: [AuditEntry]
    let limit: Int
    let patients: PersonIndex
    let staff: AuditLogFeature.Staff

    /// The page as JSON.
    func encode() -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 512 * entries.count + 64)
        writer.beginObject()
        writer.array("items") { list in
            for entry in entries { list.object { write(entry, to: &$0) } }
        }
        if entries.count == limit, let last = entries.last {
            writer.member("nextBefore", Int(last.seq))
        }
        writer.endObject()
        return writer.bytes
    }

    private func write(_ entry: AuditEntry, to item: inout JSONWriter) {
        item.member("seq", Int(entry.seq))
        item.member("at", Timestamp.text(ms: entry.atMs))
        item.member("name", entry.name)
        if let display = entry.userID.flatMap(staff.displayNameByID) {
            item.member("displayName", display)
        }
        item.array("roles") { list in
            for role in entry.roles { list.string(role) }
        }
        item.member("kind", entry.kind)
        item.member("action", entry.verb)
        item.member("area", entry.area)
        item.member("type", entry.type)
        if let id = entry.id { item.member("id", id) }
        if let patientID = entry.patientID {
            item.member("patientId", patientID)
            if let person = patients.person(patientID) { item.member("patientName", person.name) }
        }
        item.member("outcome", entry.outcome)
        if let code = entry.code { item.member("code", code) }
        if let userID = entry.userID { item.member("userId", userID) }
        item.member("address", entry.address)
        item.member("requestId", entry.requestID)
        if let tag = entry.sessionTag { item.member("session", tag) }
        if let detail = entry.detail { item.member("detail", detail) }
    }
}

/// The result of a check of the chain as JSON.
package enum AuditVerdictBody {
    /// `status`, `entries`, `seconds`, `firstBad`, `headMac`, and what was anchored last.
    package static func encode(_ verdict: AuditVerdict) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", verdict.firstBad == nil ? "intact" : "broken")
        writer.member("entries", Int(verdict.entries))
        writer.key("seconds")
        writer.number(text: "\(Double(verdict.milliseconds) / 1_000)")
        if let fault = verdict.firstBad {
            writer.object("firstBad") { bad in
                bad.member("seq", Int(fault.seq))
                bad.member("reason", fault.reason)
            }
        }
        writer.member("headMac", Hex.text(verdict.headMac))
        if let anchored = verdict.anchored {
            writer.member("anchoredAt", Timestamp.text(ms: anchored.atMs))
            writer.member("anchoredSeq", Int(anchored.seq))
        }
        writer.endObject()
        return writer.bytes
    }
}
