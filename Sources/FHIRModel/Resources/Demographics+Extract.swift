extension Demographics {
    /// What a Patient resource says; elements of the wrong kind are passed over.
    ///
    /// Spec: FHIR R4 Patient, https://hl7.org/fhir/R4/patient.html
    package static func extract(patient: JSON) -> Demographics {
        var found = Demographics()
        found.id = patient.string("id")
        found.names = list(patient["name"]).map(PersonName.init(json:))
        found.birthDate = patient.string("birthDate")
        found.gender = patient.string("gender")
        found.identifiers = list(patient["identifier"]).compactMap(Identifier.init(json:))
        found.telecoms = list(patient["telecom"]).compactMap(Contact.init(json:))
        found.addresses = list(patient["address"]).map(Address.init(json:))
        if let time = patient.string("deceasedDateTime") {
            found.deceased = .at(time)
        } else if patient["deceasedBoolean"]?.bool == true {
            found.deceased = .yes
        }
        found.isActive = patient["active"]?.bool ?? true
        found.languages = languages(of: patient)
        found.mergedInto =
            list(patient["link"])
            .first { $0["type"]?.equals("replaced-by") == true }?
            .at("other", "reference")?.string
        found.readExtensions(of: patient)
        return found
    }

    private static func list(_ json: JSON?) -> [JSON] { json.map { Array($0.elements) } ?? [] }

    private static func languages(of patient: JSON) -> [String] {
        let all = list(patient["communication"])
        let preferred = all.filter { $0["preferred"]?.bool == true }
        let others = all.filter { $0["preferred"]?.bool != true }
        return (preferred + others).compactMap { item in
            item.at("language", "coding", 0, "code")?.string ?? item.at("language", "text")?.string
        }
    }

    private mutating func readExtensions(of patient: JSON) {
        let usCore = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
        for item in Self.list(patient["extension"]) {
            guard let url = item.string("url"), url.hasPrefix(usCore) else { continue }
            switch url.dropFirst(usCore.count) {
            case "race": race = race ?? Self.text(of: item)
            case "ethnicity": ethnicity = ethnicity ?? Self.text(of: item)
            case "tribal-affiliation": tribalAffiliations.append(TribalAffiliation(json: item))
            default: break
            }
        }
    }

    /// The `text` part of a race or ethnicity, else the displays of its categories.
    private static func text(of item: JSON) -> String? {
        let parts = list(item["extension"])
        if let text = parts.first(where: { $0["url"]?.equals("text") == true }),
            let value = text.string("valueString")
        {
            return value
        }
        let displays = parts.compactMap { $0.at("valueCoding", "display")?.string }
        return displays.isEmpty ? nil : displays.joined(separator: ", ")
    }
}

extension PersonName {
    /// What a HumanName says.
    package init(json: JSON) {
        func texts(_ key: String) -> [String] {
            json[key].map { $0.elements.compactMap(\.string) } ?? []
        }
        use = json.string("use")
        text = json.string("text")
        family = json.string("family")
        given = texts("given")
        prefix = texts("prefix")
        suffix = texts("suffix")
        periodEnd = json.at("period", "end")?.string
    }
}

extension Demographics.Identifier {
    fileprivate init?(json: JSON) {
        guard let value = json.string("value") else { return nil }
        self.init(
            system: json.string("system"), value: value,
            typeCode: json.at("type", "coding", 0, "code")?.string)
    }
}

extension Demographics.Contact {
    fileprivate init?(json: JSON) {
        guard let value = json.string("value") else { return nil }
        self.init(system: json.string("system"), value: value, use: json.string("use"))
    }
}

extension Demographics.Address {
    fileprivate init(json: JSON) {
        lines = json["line"].map { $0.elements.compactMap(\.string) } ?? []
        city = json.string("city")
        district = json.string("district")
        state = json.string("state")
        postalCode = json.string("postalCode")
        country = json.string("country")
        use = json.string("use")
        text = json.string("text")
        periodEnd = json.at("period", "end")?.string
    }
}

extension Demographics.TribalAffiliation {
    fileprivate init(json: JSON) {
        for part in json["extension"]?.elements ?? json.elements {
            switch part.string("url") {
            case "tribalAffiliation":
                let concept = part["valueCodeableConcept"]
                code = concept?.at("coding", 0, "code")?.string
                display = concept?.string("text") ?? concept?.at("coding", 0, "display")?.string
            case "isEnrolled": isEnrolled = part["valueBoolean"]?.bool
            default: break
            }
        }
    }
}
