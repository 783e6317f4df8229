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
        guard let noun, FHIRModel.ResourceType.isKnown(entry.type) else { return nil }
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
        writer.array("agent") { list in
            list.object { client in
                agentType(&client, "110153", "Source Role ID")
                client.object("who") { $0.member("display", entry.address) }
                client.member("requestor", entry.kind != "person")
                client.object("network") { network in
                    network.member("address", entry.address)
                    network.member("type", "2")
                }
            }
            list.object { server in
                agentType(&server, "110152", "Destination Role ID")
                server.object("who") { $0.member("display", "tribal-ehr") }
                server.member("requestor", false)
            }
            guard entry.kind == "person" else { return }
            list.object { user in
                user.object("type") { type in
                    type.array("coding") { codings in
                        codings.object { coding in
                            coding.member(
                                "system",
                                "http://terminology.hl7.org/CodeSystem/v3-ParticipationType")
                            coding.member("code", "IRCP")
                            coding.member("display", "information recipient")
                        }
                    }
                }
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

    private static func agentType(
        _ agent: inout JSONWriter, _ code: String, _ display: String
    ) {
        agent.object("type") { type in
            type.array("coding") { codings in
                codings.object { coding in
                    coding.member("system", "http://dicom.nema.org/resources/ontology/DCM")
                    coding.member("code", code)
                    coding.member("display", display)
                }
            }
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
