import FHIRModel
import Kernel
import ServerKit

/// Somebody to call as a RelatedPerson, both ways.
enum ContactRecords {
    private static let v2Relationship = "http://terminology.hl7.org/CodeSystem/v2-0131"

    /// The RelatedPerson with the fields in it; what the form does not know stays.
    static func bytes(
        _ contact: ContactForm.Contact, id: String, patientID: String, before: JSON?
    ) -> [UInt8] {
        var setting: [String: [UInt8]?] = [:]
        setting["active"] = Array("true".utf8)
        setting["patient"] = RelatedRecords.reference("Patient/\(patientID)")
        setting["relationship"] = .some(
            PatientElements.list(nil) { list in
                list.concept(nil, contact.relationship)
                guard contact.isEmergency else { return }
                list.object { concept in
                    concept.array("coding") {
                        $0.coding(nil, v2Relationship, "C", "Emergency Contact")
                    }
                }
            })
        setting["name"] = .some(
            PatientElements.list(nil) { list in
                list.object { name in
                    if let family = contact.family { name.member("family", family) }
                    guard let given = contact.given else { return }
                    name.array("given") { words in
                        for word in given.split(whereSeparator: \.isWhitespace) {
                            words.string(String(word))
                        }
                    }
                }
            })
        setting["telecom"] = .some(
            PatientElements.list(
                before?["telecom"], keeping: { $0.string("system") != "phone" },
                adding: { list in
                    guard let phone = contact.phone else { return }
                    list.object { one in
                        one.member("system", "phone")
                        one.member("value", phone)
                    }
                }))
        let base = before ?? RelatedRecords.empty("RelatedPerson", "us-core-relatedperson")
        return base.rewritten(stamp: ResourceStamp(id: id), setting: setting)
    }

    /// The fields of those who are still in use.
    static func write(_ records: [ChartRecord], to out: inout JSONWriter) {
        out.array("contacts") { list in
            for record in records where record.type == "RelatedPerson" {
                let json = record.json
                guard json["active"]?.bool ?? true else { continue }
                let codes = PatientElements.elements(json["relationship"]).compactMap {
                    $0.at("coding", 0, "code")?.string
                }
                list.object { one in
                    one.member("id", record.id)
                    let given = PatientElements.elements(json.at("name", 0, "given"))
                        .compactMap(\.string).joined(separator: " ")
                    let text = json.at("name", 0, "text")?.string ?? ""
                    one.member("given", given.isEmpty ? text : given)
                    if let family = json.at("name", 0, "family")?.string {
                        one.member("family", family)
                    }
                    let known = codes.first { code in
                        FrontDeskCodes.relationships.contains { $0.key == code }
                    }
                    one.member("relationship", known ?? "EXT")
                    let phone = json["telecom"]?.elements.first { $0.string("system") == "phone" }
                    if let number = phone?.string("value") { one.member("phone", number) }
                    one.member("isEmergency", codes.contains("C"))
                }
            }
        }
    }
}

/// One record of a chart.
struct ChartRecord: Sendable {
    let type: String
    let id: String
    let version: Int
    let json: JSON
}

/// What the records beside a Patient share.
enum RelatedRecords {
    static func reference(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.member("reference", text) }
        return writer.bytes
    }

    /// A resource with nothing but its type and profile.
    static func empty(_ type: String, _ profile: String) -> JSON {
        var writer = JSONWriter()
        writer.object { out in
            out.member("resourceType", type)
            out.object("meta") { meta in
                meta.array("profile") { $0.string(PatientElements.usCore + profile) }
            }
        }
        return parsed(writer.bytes)
    }

    /// What was just written by a ``JSONWriter``, read again.
    static func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            preconditionFailure("A form wrote what is no JSON: \(error).")
        }
    }
}
