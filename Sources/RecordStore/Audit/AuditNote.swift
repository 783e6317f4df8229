package import AccessControl
import FHIRModel
package import Kernel

/// What one entry of the audit log says, beside who asked.
///
/// Spec: 45 CFR 164.312(b); FEATURES SEC-03; IHE BALP 1.1.3.
package struct AuditNote: Sendable {
    /// How the act ended.
    package enum Outcome: String, Sendable {
        case ok, refused, failed
    }

    package let verb: Verb
    package let area: Area
    package let type: String
    package let id: String?
    package let version: Int?
    package let patientID: String?
    package let outcome: Outcome
    /// Why it was refused or failed.
    package let code: Problem.Code?
    /// Safe words that say more: counts, names of settings.
    ///
    /// Sealed like the rest of the entry.
    package let detail: String?
    /// The patients of whose charts something was shown, where there are several.
    package var patientIDs: Set<String> = []
    /// The most patients that an entry names.
    static let patientsCountMax = 1_000

    /// Makes a note about an ask.
    package init(
        _ ask: Ask, id: String? = nil, version: Int? = nil, patientID: String? = nil,
        outcome: Outcome = .ok, code: Problem.Code? = nil, detail: String? = nil,
        patientIDs: Set<String> = []
    ) {
        self.patientIDs = patientIDs
        self.verb = ask.verb
        self.area = ask.area
        self.type = ask.type
        self.id = id ?? ask.id
        self.version = version
        self.patientID = patientID ?? ask.patientID
        self.outcome = outcome
        self.code = code
        self.detail = detail
    }
}

/// One entry as it is shown: the note, who asked, and where in the chain it stands.
package struct AuditEntry: Sendable {
    /// The place in the chain, from 1.
    package let seq: Int64
    /// UTC milliseconds of the wall clock.
    package let atMs: Int64
    package let verb: String
    package let area: String
    package let type: String
    package let id: String?
    package let version: Int?
    package let patientID: String?
    package let outcome: String
    package let code: String?
    package let detail: String?
    package let kind: String
    package let userID: String?
    package let name: String
    package let roles: [String]
    package let address: String
    package let requestID: String
    package let sessionTag: String?
    /// The patients of whose charts something was shown, where there were several.
    package let patientIDs: [String]
    /// The emergencies that the caller had open for the charts that it is about.
    package let emergencyIDs: [String]
}

extension AuditNote {
    /// The entry's canonical bytes, which are then sealed.
    func encode(by caller: Caller) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 384)
        writer.beginObject()
        writer.member("kind", caller.kind.rawValue)
        if let userID = caller.userID { writer.member("userID", userID) }
        writer.member("name", caller.name)
        writer.array("roles") { list in
            for role in caller.roles.map(\.rawValue).sorted() { list.string(role) }
        }
        writer.member("address", caller.address)
        writer.member("requestID", caller.requestID)
        if let tag = caller.sessionTag { writer.member("session", tag) }
        writer.member("verb", verb.rawValue)
        writer.member("area", area.rawValue)
        writer.member("type", type)
        if let id { writer.member("id", id) }
        if let version { writer.member("version", version) }
        if let patientID { writer.member("patient", patientID) }
        writer.member("outcome", outcome.rawValue)
        if let code { writer.member("code", code.rawValue) }
        if let detail { writer.member("detail", detail) }
        if !patientIDs.isEmpty {
            writer.array("patients") { list in
                for id in patientIDs.sorted().prefix(Self.patientsCountMax) { list.string(id) }
            }
        }
        let emergencies = emergencies(of: caller)
        if !emergencies.isEmpty {
            writer.array("emergencies") { list in for one in emergencies { list.string(one.id) } }
        }
        writer.endObject()
        return writer.bytes
    }
}

extension AuditNote {
    /// The emergencies of the caller that concern the charts of this entry.
    private func emergencies(of caller: Caller) -> [EmergencyAccess] {
        caller.access.emergencies.filter {
            $0.patientID == patientID || patientIDs.contains($0.patientID)
        }
    }
}

extension AuditEntry {
    /// The entry that canonical bytes stand for.
    init(seq: Int64, atMs: Int64, decoding bytes: [UInt8]) throws {
        let json = try JSON.parse(bytes)
        self.seq = seq
        self.atMs = atMs
        verb = json.string("verb") ?? ""
        area = json.string("area") ?? ""
        type = json.string("type") ?? ""
        id = json.string("id")
        version = json["version"]?.int
        patientID = json.string("patient")
        outcome = json.string("outcome") ?? ""
        code = json.string("code")
        detail = json.string("detail")
        kind = json.string("kind") ?? ""
        userID = json.string("userID")
        name = json.string("name") ?? ""
        roles = json["roles"]?.elements.compactMap(\.string) ?? []
        address = json.string("address") ?? ""
        requestID = json.string("requestID") ?? ""
        sessionTag = json.string("session")
        patientIDs = json["patients"]?.elements.compactMap(\.string) ?? []
        emergencyIDs = json["emergencies"]?.elements.compactMap(\.string) ?? []
    }
}
