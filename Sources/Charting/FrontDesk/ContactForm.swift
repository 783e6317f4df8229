import FHIRModel
import Kernel
import ServerKit

/// How somebody is reached: the third step of the registration.
///
/// Spec: CLINIC T-11, T-12, T-14; US Core RelatedPerson 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-relatedperson.html
struct ContactForm: PatientForm {
    static let takes: Set<String> = [
        "addresses", "phones", "email", "household", "householdSize", "languages", "interpreter",
        "contacts",
    ]
    private static let addressesCountMax = 10
    private static let phonesCountMax = 10
    private static let languagesCountMax = 10
    private static let contactsCountMax = 20
    private static let householdSizeMax = 99
    private static let directionsURL = PatientElements.own + "directions"
    private static let seasonURL = PatientElements.own + "season"
    private static let householdURL = PatientElements.own + "household"
    private static let householdSizeURL = PatientElements.own + "household-size"
    private static let interpreterURL = PatientElements.standard + "patient-interpreterRequired"
    private static let languageSystem = "urn:ietf:bcp:47"

    /// Where somebody lives or gets mail.
    struct Address: Sendable {
        /// `home`, `mailing`, `seasonal` or `former`.
        let kind: String
        /// Line, city, county, state and ZIP code by the names of FHIR.
        let parts: [String: String]
        let directions: String?
        let season: String?
        let from: String?
        let to: String?
    }

    /// Somebody to call, who becomes a RelatedPerson.
    struct Contact: Sendable {
        /// Nil for somebody who was not there before.
        let id: String?
        let given: String?
        let family: String?
        let relationship: CodedChoice
        let phone: String?
        let isEmergency: Bool
    }

    private let addresses: [Address]
    private let phones: [(kind: String, number: String)]
    private let email: String?
    private let household: String?
    private let householdSize: Int?
    private let languages: [(code: String, name: String, isPreferred: Bool)]
    private let needsInterpreter: Bool?
    let contacts: [Contact]

    init(_ fields: BodyFields, _ moment: FormMoment) throws(Problem) {
        addresses = try Self.addresses(fields, moment)
        phones = try Self.phones(fields)
        email = try fields.text("email", charactersMax: 254)
        if let email {
            let halves = email.split(separator: "@", omittingEmptySubsequences: false)
            guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }),
                !email.contains(where: \.isWhitespace)
            else {
                throw Problem(
                    .value, "Write an e-mail address, such as name@example.org.", location: "email")
            }
        }
        household = try fields.text("household")
        if let text = try fields.text("householdSize", charactersMax: 2) {
            guard let size = Int(text), 1...Self.householdSizeMax ~= size else {
                throw Problem(
                    .value, "Write how many people live there, from 1 to 99.",
                    location: "householdSize")
            }
            householdSize = size
        } else {
            householdSize = nil
        }
        languages = try Self.languages(fields)
        needsInterpreter = try fields.flag("interpreter")
        contacts = try Self.contacts(fields)
    }

    private static func addresses(
        _ fields: BodyFields, _ moment: FormMoment
    ) throws(Problem) -> [Address] {
        let sent = try fields.objects(
            "addresses", countMax: addressesCountMax,
            takes: [
                "kind", "line", "city", "county", "state", "postalCode", "directions", "season",
                "from", "to",
            ])
        var addresses: [Address] = []
        for (index, one) in sent.enumerated() {
            let path = "addresses[\(index)]."
            let kind = try one.text("kind") ?? "home"
            guard ["home", "mailing", "seasonal", "former"].contains(kind) else {
                throw Problem(.value, "Choose a kind of address.", location: path + "kind")
            }
            var parts: [String: String] = [:]
            for (name, element) in [
                ("line", "line"), ("city", "city"), ("county", "district"), ("state", "state"),
                ("postalCode", "postalCode"),
            ] {
                parts[element] = try one.text(name)
            }
            let directions = try one.text("directions", charactersMax: 1_000)
            let season = try one.text("season")
            guard !parts.isEmpty || directions != nil else {
                throw Problem(
                    .required, "Write an address, or say in words how to get there.",
                    location: path + "line")
            }
            addresses.append(
                Address(
                    kind: kind, parts: parts, directions: directions, season: season,
                    from: try PatientElements.date(one, "from", moment, path: path),
                    to: try PatientElements.date(
                        one, "to", moment, path: path, mayComeLater: true)))
        }
        return addresses
    }

    private static func phones(
        _ fields: BodyFields
    ) throws(Problem) -> [(kind: String, number: String)] {
        let sent = try fields.objects(
            "phones", countMax: phonesCountMax, takes: ["kind", "number"])
        var phones: [(String, String)] = []
        for (index, one) in sent.enumerated() {
            let path = "phones[\(index)]."
            let kind = try one.text("kind") ?? "mobile"
            guard ["mobile", "home", "work"].contains(kind) else {
                throw Problem(.value, "Choose a kind of phone.", location: path + "kind")
            }
            phones.append((kind, try phone(one.required("number"), path + "number")))
        }
        return phones
    }

    private static func phone(_ text: String, _ place: String) throws(Problem) -> String {
        let digits = text.utf8.count { 0x30...0x39 ~= $0 }
        let isPhone = text.unicodeScalars.allSatisfy {
            $0.isASCII && ("0"..."9" ~= $0 || "+-. ()/x".unicodeScalars.contains($0))
        }
        guard isPhone, 7...20 ~= digits else {
            throw Problem(
                .value, "Write a phone number of 7 to 20 digits, such as 928 555 0142.",
                location: place)
        }
        return text
    }

    private static func languages(
        _ fields: BodyFields
    ) throws(Problem) -> [(code: String, name: String, isPreferred: Bool)] {
        let sent = try fields.objects(
            "languages", countMax: languagesCountMax, takes: ["code", "name", "preferred"])
        var languages: [(String, String, Bool)] = []
        for (index, one) in sent.enumerated() {
            let place = "languages[\(index)].code"
            guard let code = try one.text("code", charactersMax: 35) else {
                throw Problem(.required, "Choose a language of the list.", location: place)
            }
            guard code.utf8.allSatisfy({ $0 < 0x80 && ($0 == 0x2D || isAlphanumeric($0)) }) else {
                throw Problem(.value, "Choose a language of the list.", location: place)
            }
            languages.append(
                (code, try one.text("name") ?? code, try one.flag("preferred") ?? (index == 0)))
        }
        return languages
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }

    private static func contacts(_ fields: BodyFields) throws(Problem) -> [Contact] {
        let sent = try fields.objects(
            "contacts", countMax: contactsCountMax,
            takes: ["id", "given", "family", "relationship", "phone", "isEmergency"])
        var contacts: [Contact] = []
        for (index, one) in sent.enumerated() {
            let path = "contacts[\(index)]."
            let given = try one.text("given")
            let family = try one.text("family")
            guard given != nil || family != nil else {
                throw Problem(
                    .required, "Write the name of the contact.", location: path + "given")
            }
            guard
                let relationship = try PatientElements.choice(
                    one, "relationship", FrontDeskCodes.relationships, path: path)
            else {
                throw Problem(
                    .required, "Choose who this is to the patient.",
                    location: path + "relationship")
            }
            var number: String?
            if let text = try one.text("phone") { number = try phone(text, path + "phone") }
            contacts.append(
                Contact(
                    id: try one.text("id", charactersMax: 64), given: given, family: family,
                    relationship: relationship, phone: number,
                    isEmergency: try one.flag("isEmergency") ?? true))
        }
        return contacts
    }

    func apply(to patient: JSON) -> [UInt8] {
        let owned = [Self.householdURL, Self.householdSizeURL, Self.interpreterURL]
        let extensions = PatientElements.list(
            patient["extension"], keeping: { !owned.contains($0.string("url") ?? "") },
            adding: { list in
                if let household {
                    list.textExtension(Self.householdURL, "valueString", household)
                }
                if let householdSize {
                    list.object { one in
                        one.member("url", Self.householdSizeURL)
                        one.member("valueInteger", householdSize)
                    }
                }
                if let needsInterpreter {
                    list.object { one in
                        one.member("url", Self.interpreterURL)
                        one.member("valueBoolean", needsInterpreter)
                    }
                }
            })
        let address = PatientElements.list(nil) { list in
            for one in addresses { list.object { Self.write(one, to: &$0) } }
        }
        let known: Set = ["phone", "email"]
        let telecom = PatientElements.list(
            patient["telecom"], keeping: { !known.contains($0.string("system") ?? "phone") },
            adding: { list in
                for phone in phones {
                    list.object { one in
                        one.member("system", "phone")
                        one.member("value", phone.number)
                        one.member("use", phone.kind)
                    }
                }
                if let email {
                    list.object { one in
                        one.member("system", "email")
                        one.member("value", email)
                    }
                }
            })
        let communication = PatientElements.list(nil) { list in
            for language in languages {
                list.object { one in
                    one.object("language") { concept in
                        concept.array("coding") {
                            $0.coding(nil, Self.languageSystem, language.code, nil)
                        }
                        concept.member("text", language.name)
                    }
                    one.member("preferred", language.isPreferred)
                }
            }
        }
        return patient.rewritten(setting: [
            "extension": extensions, "address": address, "telecom": telecom,
            "communication": communication,
        ])
    }

    private static func write(_ address: Address, to one: inout JSONWriter) {
        if address.directions != nil || address.season != nil {
            one.array("extension") { list in
                if let text = address.directions {
                    list.textExtension(directionsURL, "valueString", text)
                }
                if let text = address.season {
                    list.textExtension(seasonURL, "valueString", text)
                }
            }
        }
        switch address.kind {
        case "mailing": one.member("type", "postal")
        case "seasonal": one.member("use", "temp")
        case "former": one.member("use", "old")
        default: one.member("use", "home")
        }
        if let line = address.parts["line"] {
            one.array("line") { list in
                for part in line.split(separator: "\n") { list.string(String(part)) }
            }
        } else if address.parts.isEmpty, let directions = address.directions {
            one.member("text", directions)
        }
        for name in ["city", "district", "state", "postalCode"] {
            if let text = address.parts[name] { one.member(name, text) }
        }
        one.period(from: address.from, to: address.to)
    }
}

extension ContactForm {
    static func write(_ patient: JSON, to out: inout JSONWriter) {
        out.array("addresses") { list in
            for address in PatientElements.elements(patient["address"]) {
                list.object { write(address: address, to: &$0) }
            }
        }
        let telecoms = PatientElements.elements(patient["telecom"])
        out.array("phones") { list in
            for one in telecoms where one.string("system") ?? "phone" == "phone" {
                guard let number = one.string("value") else { continue }
                let use = one.string("use") ?? "home"
                list.object { phone in
                    phone.member("kind", ["mobile", "work"].contains(use) ? use : "home")
                    phone.member("number", number)
                }
            }
        }
        let email = telecoms.first { $0.string("system") == "email" }?.string("value")
        if let email { out.member("email", email) }
        if let text = PatientElements.find(householdURL, in: patient)?.string("valueString") {
            out.member("household", text)
        }
        let size = PatientElements.find(householdSizeURL, in: patient)?["valueInteger"]?.int
        if let size { out.member("householdSize", "\(size)") }
        out.array("languages") { list in
            for one in PatientElements.elements(patient["communication"]) {
                guard let code = one.at("language", "coding", 0, "code")?.string else { continue }
                list.object { language in
                    language.member("code", code)
                    let name = one.at("language", "text")?.string
                    language.member(
                        "name", name ?? one.at("language", "coding", 0, "display")?.string ?? code)
                    language.member("preferred", one["preferred"]?.bool ?? false)
                }
            }
        }
        let flag = PatientElements.find(interpreterURL, in: patient)?["valueBoolean"]?.bool
        if let flag { out.member("interpreter", flag) }
    }

    private static func write(address: JSON, to one: inout JSONWriter) {
        let isMailing = address.string("type") == "postal"
        let kind =
            switch address.string("use") {
            case "temp": "seasonal"
            case "old": "former"
            default: isMailing ? "mailing" : "home"
            }
        one.member("kind", kind)
        let lines = PatientElements.elements(address["line"]).compactMap(\.string)
        if !lines.isEmpty { one.member("line", lines.joined(separator: ", ")) }
        for (name, element) in [
            ("city", "city"), ("county", "district"), ("state", "state"),
            ("postalCode", "postalCode"),
        ] {
            if let text = address.string(element) { one.member(name, text) }
        }
        let directions =
            PatientElements.find(directionsURL, in: address)?.string("valueString")
            ?? (lines.isEmpty ? address.string("text") : nil)
        if let directions { one.member("directions", directions) }
        if let season = PatientElements.find(seasonURL, in: address)?.string("valueString") {
            one.member("season", season)
        }
        if let from = address.at("period", "start")?.string { one.member("from", from) }
        if let to = address.at("period", "end")?.string { one.member("to", to) }
    }
}
