import FHIRModel
import Kernel
package import RecordStore

/// An audit entry as the FHIR resource that other systems read.
///
/// Spec: IHE Basic Audit Log Patterns 1.1.3, https://profiles.ihe.net/ITI/BALP/1.1.3/;
/// FHIR R4 AuditEvent, https://hl7.org/fhir/R4/auditevent.html
package enum AuditEventResource {
    private static let profiles = "https://profiles.ihe.net/ITI/BALP/StructureDefinition"

    /// The resource of one entry.
    package static func encode(_ entry: AuditEntry) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_536)
        writer.beginObject()
        writer.member("resourceType", "AuditEvent")
        writer.member("id", "audit-\(entry.seq)")
        if let profile = profile(entry) {
            writer.object("meta") { meta in
                meta.array("profile") { $0.string("\(profiles)/\(profile)") }
            }
        }
        writeKind(entry, to: &writer)
        writer.member("action", action(entry.verb))
        writer.member("recorded", Timestamp.text(ms: entry.atMs))
        writer.member("outcome", entry.outcome == "ok" ? "0" : "4")
        if let code = entry.code { writer.member("outcomeDesc", code) }
        writeAgents(entry, to: &writer)
        writer.object("source") { source in
            source.object("observer") { $0.member("display", "tribal-ehr") }
            source.array("type") { list in
                list.object { coding in
                    coding.member(
                        "system", "http://terminology.hl7.org/CodeSystem/security-source-type")
                    coding.member("code", "4")
                    coding.member("display", "Application Server")
                }
            }
        }
        writeEntities(entry, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private static func profile(_ entry: AuditEntry) -> String? {
        let noun: String? =
            switch entry.verb {
            case "read", "vread": "Read"
            case "search": "Query"
            case "create": "Create"
            case "update": "Update"
            case "delete": "Delete"
            default: nil
            }
        // The patterns are for what was done; a refusal or a failure is told by its outcome.
        guard let noun, entry.outcome == "ok", FHIRModel.ResourceType.isKnown(entry.type),
            entry.id != nil || entry.verb == "search"
        else { return nil }
        return entry.patientID == nil ? "IHE.BasicAudit.\(noun)" : "IHE.BasicAudit.Patient\(noun)"
    }

    private static func action(_ verb: String) -> String {
        switch verb {
        case "create": "C"
        case "read", "vread": "R"
        case "update": "U"
        case "delete": "D"
        default: "E"
        }
    }

    private static func writeKind(_ entry: AuditEntry, to writer: inout JSONWriter) {
        let isSignIn = entry.verb == "sign-in" || entry.verb == "sign-out"
        writer.object("type") { type in
            if isSignIn {
                type.member("system", "http://dicom.nema.org/resources/ontology/DCM")
                type.member("code", "110114")
                type.member("display", "User Authentication")
            } else {
                type.member(
                    "system", "http://terminology.hl7.org/CodeSystem/audit-event-type")
                type.member("code", "rest")
                type.member("display", "RESTful Operation")
            }
        }
        writer.array("subtype") { list in
            list.object { subtype in
                if isSignIn {
                    subtype.member("system", "http://dicom.nema.org/resources/ontology/DCM")
                    subtype.member("code", entry.verb == "sign-in" ? "110122" : "110123")
                } else {
                    subtype.member("system", "http://hl7.org/fhir/restful-interaction")
                    subtype.member("code", interaction(entry.verb))
                }
            }
        }
    }

    private static func interaction(_ verb: String) -> String {
        switch verb {
        case "read", "vread", "create", "update", "delete": verb
        case "search": "search-type"
        default: "operation"
        }
    }

    /// The client, the server, and the user.
    private static func writeAgents(_ entry: AuditEntry, to writer: inout JSONWriter) {
        let parts = Parts(entry.verb)
        writer.array("agent") { list in
            list.object { client in
                codedType(&client, parts.client)
                client.object("who") { $0.member("display", entry.address) }
                client.member("requestor", entry.kind != "person")
                network(&client, address: entry.address, type: "2")
            }
            list.object { server in
                codedType(&server, parts.server)
                server.object("who") { $0.member("display", "tribal-ehr") }
                server.member("requestor", false)
                network(&server, address: "tribal-ehr", type: "1")
            }
            guard entry.kind == "person" else { return }
            list.object { user in
                codedType(&user, parts.user)
                user.object("who") { who in
                    if let userID = entry.userID {
                        who.object("identifier") { $0.member("value", userID) }
                    }
                    who.member("display", entry.name)
                }
                user.member("requestor", true)
            }
        }
    }

    /// A code with its system and its words.
    private struct Code {
        let system: String
        let code: String
        let display: String

        static func dicom(_ code: String, _ display: String) -> Code {
            Code(
                system: "http://dicom.nema.org/resources/ontology/DCM", code: code,
                display: display)
        }

        static func participation(_ code: String, _ display: String) -> Code {
            Code(
                system: "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", code: code,
                display: display)
        }
    }

    /// Who plays which part; the data of a read flows from the server to the client.
    private struct Parts {
        var client = Code.dicom("110153", "Source Role ID")
        var server = Code.dicom("110152", "Destination Role ID")
        var user = Code.participation("IRCP", "information recipient")

        init(_ verb: String) {
            switch verb {
            case "read", "vread": swap(&client, &server)
            case "create", "update": user = .participation("AUT", "author (originator)")
            case "delete":
                user = .participation("AUT", "author (originator)")
                client = .dicom("110150", "Application")
                server = Code(
                    system: "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                    code: "custodian", display: "Custodian")
            default: break
            }
        }
    }

    private static func codedType(_ agent: inout JSONWriter, _ code: Code) {
        agent.object("type") { type in
            type.array("coding") { codings in
                codings.object { coding in
                    coding.member("system", code.system)
                    coding.member("code", code.code)
                    coding.member("display", code.display)
                }
            }
        }
    }

    /// An address of the network, 2, or a name of a machine, 1.
    private static func network(_ agent: inout JSONWriter, address: String, type: String) {
        agent.object("network") { network in
            network.member("address", address)
            network.member("type", type)
        }
    }

    private static func writeEntities(_ entry: AuditEntry, to writer: inout JSONWriter) {
        writer.array("entity") { list in
            if FHIRModel.ResourceType.isKnown(entry.type), let id = entry.id {
                list.object { entity in
                    entity.object("what") { $0.member("reference", "\(entry.type)/\(id)") }
                    entityRole(&entity, type: "2", role: "4")
                }
            }
            if let patientID = entry.patientID {
                list.object { entity in
                    entity.object("what") { $0.member("reference", "Patient/\(patientID)") }
                    entityRole(&entity, type: "1", role: "1")
                }
            }
            if entry.verb == "search", FHIRModel.ResourceType.isKnown(entry.type) {
                list.object { entity in
                    entityRole(&entity, type: "2", role: "24")
                    let patient = entry.patientID.map { "?patient=\($0)" } ?? ""
                    entity.member("query", Base64.text(Array("\(entry.type)\(patient)".utf8)))
                }
            }
            list.object { entity in
                entity.object("what") { what in
                    what.object("identifier") { $0.member("value", entry.requestID) }
                }
                entity.object("type") { type in
                    type.member(
                        "system",
                        "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType")
                    type.member("code", "XrequestId")
                }
            }
        }
    }

    private static func entityRole(_ entity: inout JSONWriter, type: String, role: String) {
        entity.object("type") { one in
            one.member("system", "http://terminology.hl7.org/CodeSystem/audit-entity-type")
            one.member("code", type)
        }
        entity.object("role") { one in
            one.member("system", "http://terminology.hl7.org/CodeSystem/object-role")
            one.member("code", role)
        }
    }
}

/// Base64 as FHIR's base64Binary takes it.
///
/// Spec: RFC 4648 section 4, https://www.rfc-editor.org/rfc/rfc4648#section-4
private enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for place in 0..<4 {
                let letter = letters[bits >> (18 - 6 * place) & 63]
                out.append(place <= group.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
