import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// A Location in the fields of the page, both ways.
///
/// Spec: FHIR R4 Location, https://hl7.org/fhir/R4/location.html
struct LocationForm {
    static let names: Set<String> = ContactFields.names.union([
        "name", "description", "status", "kind", "phone", "partOf", "hours",
    ])
    private static let kindSystem =
        "http://terminology.hl7.org/CodeSystem/location-physical-type"
    /// The kinds of place that a clinic has, by their codes.
    private static let kinds = [
        "si": "Site", "bu": "Building", "wi": "Wing", "ro": "Room", "ve": "Vehicle", "ho": "House",
        "area": "Area",
    ]
    private static let statuses = ["active", "suspended", "inactive"]

    /// The place that this one lies in.
    let partOf: String?
    private let setting: [String: [UInt8]?]

    /// Reads the fields.
    ///
    /// - Parameter before: the resource so far, of which everything is kept that the page does not
    ///   know.
    /// - Throws: ``Problem`` that names the field.
    init(_ fields: BodyFields, before: JSON?) throws(Problem) {
        let status = try fields.text("status") ?? "active"
        guard Self.statuses.contains(status) else {
            throw Problem(
                .value, "A status is one of: \(Self.statuses.joined(separator: ", ")).",
                location: "status")
        }
        partOf = try fields.text("partOf", charactersMax: 64)
        if let partOf, !FHIRID.isValid(partOf) {
            throw Problem(.value, "This is no id of a location.", location: "partOf")
        }
        var setting: [String: [UInt8]?] = [:]
        setting["name"] = Self.text(try fields.required("name"))
        setting["status"] = Self.text(status)
        setting["description"] = .some(
            try fields.text("description", charactersMax: 500).map(Self.text))
        setting["physicalType"] = .some(try Self.kind(fields))
        setting["telecom"] = .some(
            ContactFields.telecom(before, phone: try ContactFields.phone(fields)))
        setting["address"] = .some(try ContactFields.address(fields))
        setting["hoursOfOperation"] = .some(try OpeningHours.element(fields))
        setting["partOf"] = .some(partOf.map { Self.reference("Location/\($0)") })
        self.setting = setting
    }

    /// The resource with the fields in it.
    func bytes(id: String, before: JSON?) -> [UInt8] {
        let base = before ?? Self.empty
        return base.rewritten(stamp: ResourceStamp(id: id), setting: setting)
    }

    /// The resource as the page takes it.
    static func write(_ stored: StoredResource, to one: inout JSONWriter) throws {
        let json = try JSON.parse(stored.json)
        one.member("id", stored.id)
        one.member("version", "\(stored.version)")
        one.member("name", json.string("name") ?? "")
        one.member("status", json.string("status") ?? "active")
        if let text = json.string("description") { one.member("description", text) }
        if let kind = json.at("physicalType", "coding", 0, "code")?.string {
            one.member("kind", kind)
        }
        if let phone = ContactFields.phone(json) { one.member("phone", phone) }
        if let parent = parent(of: json) { one.member("partOf", parent) }
        ContactFields.write(address: json["address"], to: &one)
        OpeningHours.write(json["hoursOfOperation"], to: &one)
    }

    /// The id of the place that a resource says it lies in.
    static func parent(of json: JSON) -> String? {
        guard let text = json.at("partOf", "reference")?.string,
            case .local(type: "Location", let id, _)? = Reference(text)
        else { return nil }
        return id
    }

    private static func kind(_ fields: BodyFields) throws(Problem) -> [UInt8]? {
        guard let code = try fields.text("kind") else { return nil }
        guard let display = kinds[code] else {
            throw Problem(
                .value, "A kind is one of: \(kinds.keys.sorted().joined(separator: ", ")).",
                location: "kind")
        }
        var writer = JSONWriter()
        writer.object { concept in
            concept.array("coding") { list in
                list.object { coding in
                    coding.member("system", kindSystem)
                    coding.member("code", code)
                    coding.member("display", display)
                }
            }
        }
        return writer.bytes
    }

    private static func text(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }

    private static func reference(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.member("reference", text) }
        return writer.bytes
    }

    private static var empty: JSON { EmptyResource.json("Location") }
}
