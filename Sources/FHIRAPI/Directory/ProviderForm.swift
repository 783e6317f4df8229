import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// A Practitioner and what they do here, a PractitionerRole, in the fields of the page, both ways.
///
/// Spec: US Core Practitioner and PractitionerRole 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-practitioner.html
struct ProviderForm {
    static let names: Set<String> = [
        "family", "given", "prefix", "suffix", "npi", "dea", "phone", "isActive", "title",
        "specialty", "specialtyCode", "locations",
    ]
    private static let taxonomy = "http://nucc.org/provider-taxonomy"
    private static let locationsMax = 50

    let npi: String?
    let locations: [String]
    private let fields: BodyFields
    private let isActive: Bool
    private let dea: String?
    private let phone: String?
    private let specialtyCode: String?

    /// Reads the fields.
    ///
    /// - Throws: ``Problem`` that names the field.
    init(_ fields: BodyFields) throws(Problem) {
        self.fields = fields
        isActive = try fields.flag("isActive") ?? true
        phone = try ContactFields.phone(fields)
        npi = try fields.text("npi")
        if let npi, !ProviderNumbers.isNPI(npi) {
            throw Problem(
                .value,
                "This is no NPI: it has ten digits, and the last one checks the others. Look for a "
                    + "digit that is wrong or swapped.", location: "npi")
        }
        dea = try fields.text("dea")?.uppercased()
        if let dea, !ProviderNumbers.isDEA(dea) {
            throw Problem(
                .value,
                "This is no DEA number: it has two letters and seven digits, of which the last one "
                    + "checks the others.", location: "dea")
        }
        specialtyCode = try fields.text("specialtyCode")?.uppercased()
        if let specialtyCode, !ProviderNumbers.isTaxonomyCode(specialtyCode) {
            throw Problem(
                .value,
                "A taxonomy code has ten letters and digits and ends with X, as 207Q00000X.",
                location: "specialtyCode")
        }
        locations = try fields.texts("locations", countMax: Self.locationsMax)
        guard locations.allSatisfy(FHIRID.isValid) else {
            throw Problem(.value, "This is no id of a location.", location: "locations")
        }
        _ = try fields.required("family")
        _ = try fields.required("given")
    }

    /// The Practitioner with the fields in it.
    func practitioner(id: String, before: JSON?) throws(Problem) -> [UInt8] {
        var setting: [String: [UInt8]?] = [:]
        setting["active"] = Array((isActive ? "true" : "false").utf8)
        setting["identifier"] = .some(identifiers(before))
        setting["name"] = try names(before)
        setting["telecom"] = .some(ContactFields.telecom(before, phone: phone))
        return (before ?? EmptyResource.json("Practitioner")).rewritten(
            stamp: ResourceStamp(id: id), setting: setting)
    }

    /// The PractitionerRole with the fields in it.
    func role(id: String, practitioner: String, before: JSON?) throws(Problem) -> [UInt8] {
        var setting: [String: [UInt8]?] = [:]
        setting["active"] = Array((isActive ? "true" : "false").utf8)
        setting["practitioner"] = Self.reference("Practitioner/\(practitioner)")
        setting["code"] = .some(Self.concepts(text: try fields.text("title"), code: nil))
        setting["specialty"] = .some(
            Self.concepts(text: try fields.text("specialty"), code: specialtyCode))
        var writer = JSONWriter()
        writer.array { list in
            for id in locations { list.raw(Self.reference("Location/\(id)")) }
        }
        setting["location"] = .some(locations.isEmpty ? nil : writer.bytes)
        return (before ?? EmptyResource.json("PractitionerRole")).rewritten(
            stamp: ResourceStamp(id: id), setting: setting)
    }

    /// Identifiers of other systems stay.
    private func identifiers(_ before: JSON?) -> [UInt8]? {
        let own = [ProviderNumbers.npiSystem, ProviderNumbers.deaSystem]
        let others = (before?["identifier"].map { Array($0.elements) } ?? []).filter {
            !own.contains($0.string("system") ?? "")
        }
        guard npi != nil || dea != nil || !others.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.array { list in
            for (system, value) in [
                (ProviderNumbers.npiSystem, npi), (ProviderNumbers.deaSystem, dea),
            ] {
                guard let value else { continue }
                list.object { one in
                    one.member("system", system)
                    one.member("value", value)
                }
            }
            for other in others { list.value(other) }
        }
        return writer.bytes
    }

    /// The first name is the page's; others stay.
    private func names(_ before: JSON?) throws(Problem) -> [UInt8] {
        let family = try fields.required("family")
        let given = try fields.required("given").split(separator: " ").map(String.init)
        let prefix = try fields.text("prefix")
        let suffix = try fields.text("suffix")
        var writer = JSONWriter()
        writer.array { list in
            list.object { one in
                if let use = before?.at("name", 0, "use")?.string { one.member("use", use) }
                one.member("family", family)
                one.array("given") { names in
                    for name in given { names.string(name) }
                }
                if let prefix { one.array("prefix") { $0.string(prefix) } }
                if let suffix { one.array("suffix") { $0.string(suffix) } }
            }
            let all = before?["name"].map { Array($0.elements) } ?? []
            for other in all.dropFirst() { list.value(other) }
        }
        return writer.bytes
    }

    private static func concepts(text: String?, code: String?) -> [UInt8]? {
        guard text != nil || code != nil else { return nil }
        var writer = JSONWriter()
        writer.array { list in
            list.object { concept in
                if let code {
                    concept.array("coding") { codings in
                        codings.object { coding in
                            coding.member("system", taxonomy)
                            coding.member("code", code)
                        }
                    }
                }
                if let text { concept.member("text", text) }
            }
        }
        return writer.bytes
    }

    private static func reference(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.member("reference", text) }
        return writer.bytes
    }
}

/// A provider as stored: the person, and the first thing that they do here.
struct StoredProvider {
    let person: StoredResource
    let role: StoredResource?

    /// Rises with either of the two.
    var version: String { "\(person.version).\(role?.version ?? 0)" }

    /// The two parts of what a search found; of several roles the one that was first by id.
    static func all(_ found: [StoredResource]) throws -> [StoredProvider] {
        var roles: [String: StoredResource] = [:]
        for one in found.sorted(by: { $0.id < $1.id }) where one.type == "PractitionerRole" {
            let reference = try JSON.parse(one.json).at("practitioner", "reference")?.string
            guard let reference, case .local(_, let id, _)? = Reference(reference),
                roles[id] == nil
            else { continue }
            roles[id] = one
        }
        return found.filter { $0.type == "Practitioner" }.map {
            StoredProvider(person: $0, role: roles[$0.id])
        }
    }

    /// The provider as the page takes it.
    func write(to one: inout JSONWriter) throws {
        let json = try JSON.parse(person.json)
        one.member("id", person.id)
        one.member("version", version)
        let given = json.at("name", 0, "given")?.elements.compactMap(\.string) ?? []
        let family = json.at("name", 0, "family")?.string ?? ""
        let prefix = json.at("name", 0, "prefix", 0)?.string
        let suffix = json.at("name", 0, "suffix", 0)?.string
        let words = [prefix].compactMap { $0 } + given + [family] + [suffix].compactMap { $0 }
        let told = words.filter { !$0.isEmpty }.joined(separator: " ")
        one.member("name", told.isEmpty ? json.at("name", 0, "text")?.string ?? "" : told)
        one.member("family", family)
        one.member("given", given.joined(separator: " "))
        if let prefix { one.member("prefix", prefix) }
        if let suffix { one.member("suffix", suffix) }
        for (name, system) in [
            ("npi", ProviderNumbers.npiSystem), ("dea", ProviderNumbers.deaSystem),
        ] {
            let found = json["identifier"]?.elements.first { $0.string("system") == system }
            if let value = found?.string("value") { one.member(name, value) }
        }
        if let phone = ContactFields.phone(json) { one.member("phone", phone) }
        one.member("isActive", json["active"]?.bool ?? true)
        try writeRole(to: &one)
    }

    private func writeRole(to one: inout JSONWriter) throws {
        guard let role else { return }
        let json = try JSON.parse(role.json)
        if let text = Self.words(json.at("code", 0)) { one.member("title", text) }
        if let text = Self.words(json.at("specialty", 0)) { one.member("specialty", text) }
        if let code = json.at("specialty", 0, "coding", 0, "code")?.string {
            one.member("specialtyCode", code)
        }
        one.array("locations") { list in
            for place in json["location"].map({ Array($0.elements) }) ?? [] {
                guard let text = place.string("reference"),
                    case .local(type: "Location", let id, _)? = Reference(text)
                else { continue }
                list.string(id)
            }
        }
    }

    private static func words(_ concept: JSON?) -> String? {
        concept?.string("text") ?? concept?.at("coding", 0, "display")?.string
    }
}
