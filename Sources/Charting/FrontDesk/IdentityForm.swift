import FHIRModel
import Kernel
import ServerKit

/// Who somebody is: the first step of the registration.
///
/// Spec: US Core Patient 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-patient.html
struct IdentityForm: PatientForm {
    static let takes: Set<String> = [
        "names", "nameUnknown", "birthDate", "birthDateUnknown", "sex", "birthSex",
        "genderIdentity", "race", "ethnicity", "maritalStatus", "mothersMaidenName",
        "chartNumbers",
    ]
    /// The most names of one person.
    static let namesCountMax = 12
    private static let facilitiesCountMax = 10

    /// A name as it was typed.
    struct Name: Sendable {
        /// One of ``kinds``.
        let kind: String
        let family: String?
        let given: String?
        let prefix: String?
        let suffix: String?
        let from: String?
        let to: String?
    }

    /// The number of the paper or electronic chart at one facility.
    struct ChartNumber: Sendable, Hashable {
        /// The id of the Location.
        let facility: String
        let facilityName: String
        /// 1 to 6 digits.
        let number: String
        /// The field that it was typed into.
        let place: String

        var system: String { RecordNumber.chartSystem + facility }
    }

    /// The kinds of names, with the use that FHIR has for each.
    static let kinds: [(key: String, use: String?)] = [
        ("legal", "official"), ("used", "usual"), ("former", "old"), ("maiden", "maiden"),
        ("nickname", "nickname"), ("traditional", nil),
    ]
    private static let kindURL = PatientElements.own + "name-kind"

    /// Empty where nobody knows the name.
    let names: [Name]
    let birthDate: String?
    let sex: CodedChoice
    let chartNumbers: [ChartNumber]
    private let birthSex: CodedChoice?
    private let gender: CodedChoice?
    private let races: [CodedChoice]
    private let ethnicity: CodedChoice?
    private let marital: CodedChoice?
    private let mothersName: String?

    init(_ fields: BodyFields, _ moment: FormMoment) throws(Problem) {
        let isUnknown = try fields.flag("nameUnknown") ?? false
        names = isUnknown ? [] : try Self.names(fields, moment)
        birthDate = try PatientElements.date(fields, "birthDate", moment)
        let isDateUnknown = try fields.flag("birthDateUnknown") ?? false
        guard birthDate != nil || isDateUnknown else {
            throw Problem(
                .required,
                "Write the date of birth as far as it is known, or say that nobody knows it.",
                location: "birthDate")
        }
        guard let sex = try PatientElements.choice(fields, "sex", FrontDeskCodes.sexes) else {
            throw Problem(.required, "Choose the sex; “Not known” is an answer.", location: "sex")
        }
        self.sex = sex
        birthSex = try PatientElements.choice(fields, "birthSex", FrontDeskCodes.birthSexes)
        gender = try PatientElements.choice(fields, "genderIdentity", FrontDeskCodes.genders)
        ethnicity = try PatientElements.choice(fields, "ethnicity", FrontDeskCodes.ethnicities)
        marital = try PatientElements.choice(fields, "maritalStatus", FrontDeskCodes.maritalStates)
        mothersName = try fields.text("mothersMaidenName")
        var races: [CodedChoice] = []
        for code in try fields.texts("race", countMax: FrontDeskCodes.races.count) {
            guard let race = FrontDeskCodes.races.first(where: { $0.key == code }) else {
                throw Problem(.value, "Choose among the races of the list.", location: "race")
            }
            races.append(race)
        }
        self.races = races
        chartNumbers = try Self.chartNumbers(fields)
    }

    private static func names(
        _ fields: BodyFields, _ moment: FormMoment
    ) throws(Problem) -> [Name] {
        let sent = try fields.objects(
            "names", countMax: namesCountMax,
            takes: ["kind", "family", "given", "prefix", "suffix", "from", "to"])
        var names: [Name] = []
        for (index, one) in sent.enumerated() {
            let path = "names[\(index)]."
            let kind = try one.text("kind") ?? "legal"
            guard kinds.contains(where: { $0.key == kind }) else {
                throw Problem(.value, "Choose a kind of name.", location: path + "kind")
            }
            let family = try one.text("family")
            let given = try one.text("given")
            guard family != nil || given != nil else {
                throw Problem(
                    .required, "Write a family name or a given name.", location: path + "family")
            }
            let from = try PatientElements.date(one, "from", moment, path: path)
            let to = try PatientElements.date(one, "to", moment, path: path)
            names.append(
                Name(
                    kind: kind, family: family, given: given, prefix: try one.text("prefix"),
                    suffix: try one.text("suffix"), from: from, to: to))
        }
        guard names.contains(where: { $0.kind == "legal" || $0.kind == "used" }) else {
            throw Problem(
                .required,
                "Write the legal name or the name in use, or say that nobody knows the name.",
                location: names.isEmpty ? "names[0].family" : "names[0].kind")
        }
        return names
    }

    private static func chartNumbers(_ fields: BodyFields) throws(Problem) -> [ChartNumber] {
        let sent = try fields.objects(
            "chartNumbers", countMax: facilitiesCountMax,
            takes: ["facility", "facilityName", "number"])
        var numbers: [ChartNumber] = []
        for (index, one) in sent.enumerated() {
            let path = "chartNumbers[\(index)]."
            let facility = try one.required("facility")
            guard FHIRID.isValid(facility), !numbers.contains(where: { $0.facility == facility })
            else {
                throw Problem(
                    .value, "Choose each place once.", location: path + "facility")
            }
            let number = try one.required("number", charactersMax: 6)
            guard number.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                throw Problem(
                    .value, "A chart number has 1 to 6 digits.", location: path + "number")
            }
            numbers.append(
                ChartNumber(
                    facility: facility, facilityName: try one.text("facilityName") ?? facility,
                    number: number, place: path + "number"))
        }
        return numbers
    }

    func apply(to patient: JSON) -> [UInt8] {
        var setting: [String: [UInt8]?] = [:]
        setting["name"] = .some(nameElement())
        setting["gender"] = PatientElements.text(sex.key)
        setting["birthDate"] = .some(birthDate.map(PatientElements.text))
        setting["extension"] = .some(extensions(patient["extension"]))
        setting["identifier"] = .some(identifiers(patient["identifier"]))
        var writer = JSONWriter()
        if let marital { writer.concept(nil, marital) }
        setting["maritalStatus"] = .some(marital == nil ? nil : writer.bytes)
        return patient.rewritten(setting: setting)
    }

    private func nameElement() -> [UInt8]? {
        PatientElements.list(nil) { list in
            guard !names.isEmpty else {
                let words = sex.key == "male" ? "Male" : sex.key == "female" ? "Female" : "Person"
                return list.object { one in
                    one.member("use", "temp")
                    one.member("text", "Unknown \(words.lowercased())")
                    one.member("family", "Unknown")
                    one.array("given") { $0.string(words) }
                }
            }
            for name in names { list.object { Self.write(name, to: &$0) } }
        }
    }

    private static func write(_ name: Name, to one: inout JSONWriter) {
        let use = kinds.first { $0.key == name.kind }?.use
        if let use {
            one.member("use", use)
        } else {
            one.array("extension") { $0.textExtension(kindURL, "valueCode", name.kind) }
        }
        if let family = name.family { one.member("family", family) }
        for (key, text) in [
            ("given", name.given), ("prefix", name.prefix), ("suffix", name.suffix),
        ] {
            guard let text else { continue }
            one.array(key) { list in
                for word in text.split(whereSeparator: \.isWhitespace) { list.string(String(word)) }
            }
        }
        one.period(from: name.from, to: name.to)
    }

    private func identifiers(_ before: JSON?) -> [UInt8]? {
        PatientElements.list(
            before,
            keeping: { !($0.string("system") ?? "").hasPrefix(RecordNumber.chartSystem) },
            adding: { list in
                for number in chartNumbers {
                    list.object { one in
                        one.object("type") {
                            $0.array("coding") {
                                $0.coding(
                                    nil, "http://terminology.hl7.org/CodeSystem/v2-0203", "MR",
                                    "Medical record number")
                            }
                        }
                        one.member("system", number.system)
                        one.member("value", number.number)
                        one.object("assigner") { $0.member("display", number.facilityName) }
                    }
                }
            })
    }

    private static let raceURL = PatientElements.usCore + "us-core-race"
    private static let ethnicityURL = PatientElements.usCore + "us-core-ethnicity"
    private static let birthSexURL = PatientElements.usCore + "us-core-birthsex"
    private static let genderURL = PatientElements.usCore + "us-core-genderIdentity"
    private static let mothersNameURL = PatientElements.standard + "patient-mothersMaidenName"

    private func extensions(_ before: JSON?) -> [UInt8]? {
        let owned = [
            Self.raceURL, Self.ethnicityURL, Self.birthSexURL, Self.genderURL, Self.mothersNameURL,
        ]
        return PatientElements.list(
            before, keeping: { !owned.contains($0.string("url") ?? "") },
            adding: { list in
                Self.ombExtension(Self.raceURL, races, to: &list)
                Self.ombExtension(Self.ethnicityURL, ethnicity.map { [$0] } ?? [], to: &list)
                if let birthSex {
                    list.textExtension(Self.birthSexURL, "valueCode", birthSex.key)
                }
                if let gender {
                    list.object { one in
                        one.member("url", Self.genderURL)
                        one.concept("valueCodeableConcept", gender)
                    }
                }
                if let mothersName {
                    list.textExtension(Self.mothersNameURL, "valueString", mothersName)
                }
            })
    }

    private static func ombExtension(
        _ url: String, _ choices: [CodedChoice], to list: inout JSONWriter
    ) {
        guard !choices.isEmpty else { return }
        list.object { one in
            one.member("url", url)
            one.array("extension") { parts in
                for choice in choices {
                    guard let system = choice.system, let code = choice.code else { continue }
                    parts.object { part in
                        part.member("url", "ombCategory")
                        part.coding("valueCoding", system, code, choice.words)
                    }
                }
                parts.textExtension(
                    "text", "valueString", choices.map(\.words).joined(separator: ", "))
            }
        }
    }
}

extension IdentityForm {
    static func write(_ patient: JSON, to out: inout JSONWriter) {
        let names = PatientElements.elements(patient["name"])
        let isUnknown =
            !names.isEmpty
            && names.allSatisfy { ["temp", "anonymous"].contains($0.string("use") ?? "") }
        out.member("nameUnknown", isUnknown)
        out.array("names") { list in
            for name in isUnknown ? [] : names { list.object { write(name: name, to: &$0) } }
        }
        if let date = patient.string("birthDate") { out.member("birthDate", date) }
        out.member("birthDateUnknown", patient["birthDate"] == nil)
        out.member("sex", patient.string("gender") ?? "unknown")
        if let code = PatientElements.find(birthSexURL, in: patient)?.string("valueCode") {
            out.member("birthSex", code)
        }
        let gender = PatientElements.find(genderURL, in: patient)?["valueCodeableConcept"]
        let code = gender?.at("coding", 0, "code")?.string
        let known = FrontDeskCodes.genders.first {
            code == nil ? $0.words == gender?.string("text") : $0.code == code
        }
        if let known { out.member("genderIdentity", known.key) }
        let races = PatientElements.all(
            "ombCategory", in: PatientElements.find(raceURL, in: patient))
        out.array("race") { list in
            for race in races.compactMap({ $0.at("valueCoding", "code")?.string }) {
                list.string(race)
            }
        }
        let ethnicity = PatientElements.find(
            "ombCategory", in: PatientElements.find(ethnicityURL, in: patient))
        if let code = ethnicity?.at("valueCoding", "code")?.string { out.member("ethnicity", code) }
        if let code = patient.at("maritalStatus", "coding", 0, "code")?.string {
            out.member("maritalStatus", code)
        }
        if let name = PatientElements.find(mothersNameURL, in: patient)?.string("valueString") {
            out.member("mothersMaidenName", name)
        }
        writeNumbers(patient, to: &out)
    }

    private static func writeNumbers(_ patient: JSON, to out: inout JSONWriter) {
        out.array("chartNumbers") { list in
            for one in PatientElements.elements(patient["identifier"]) {
                guard let system = one.string("system"), let value = one.string("value"),
                    system.hasPrefix(RecordNumber.chartSystem)
                else { continue }
                list.object { number in
                    number.member(
                        "facility", String(system.dropFirst(RecordNumber.chartSystem.count)))
                    number.member("facilityName", one.at("assigner", "display")?.string ?? "")
                    number.member("number", value)
                }
            }
        }
    }

    private static func write(name: JSON, to one: inout JSONWriter) {
        let use = name.string("use")
        let own = PatientElements.find(kindURL, in: name)?.string("valueCode")
        let kind = own ?? kinds.first { $0.use != nil && $0.use == use }?.key ?? "legal"
        one.member("kind", kind)
        let family = name.string("family")
        let given = words(name, "given")
        if let family { one.member("family", family) }
        if let given { one.member("given", given) }
        if family == nil, given == nil, let text = name.string("text") {
            one.member("family", text)
        }
        if let prefix = words(name, "prefix") { one.member("prefix", prefix) }
        if let suffix = words(name, "suffix") { one.member("suffix", suffix) }
        if let from = name.at("period", "start")?.string { one.member("from", from) }
        if let to = name.at("period", "end")?.string { one.member("to", to) }
    }

    private static func words(_ name: JSON, _ key: String) -> String? {
        let words = PatientElements.elements(name[key]).compactMap(\.string)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
