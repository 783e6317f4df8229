import FHIRModel

/// Turns elements of a resource into the values that a kind of search parameter compares.
///
/// What does not fit the kind, or is not well formed, gives no value.
///
/// Spec: FHIR R4 search, parameter types, https://hl7.org/fhir/R4/search.html#ptypes
struct ValueReader {
    /// The system that stands for truth values where none is written.
    static let truthSystem = "http://terminology.hl7.org/CodeSystem/special-values"
    /// UTF-8 bytes of a text that are looked at; what is longer is cut.
    static let textBytesMax = 8_192

    let units: UnitCache
    let ownAddress: String?

    /// Whether elements of a type can have values for a kind of parameter.
    static func fits(_ type: String, _ kind: SearchParameter.Kind) -> Bool {
        switch kind {
        case .token:
            plainTypes.contains(type) || textTypes.contains(type) || type == "boolean"
                || ["Coding", "CodeableConcept", "Identifier", "ContactPoint"].contains(type)
        case .reference:
            type == "Reference" || addressTypes.contains(type)
                || ResourceType.isKnown(type) || type == "Resource"
        case .string:
            plainTypes.contains(type) || textTypes.contains(type)
                || ["HumanName", "Address", "CodeableConcept", "Coding"].contains(type)
        case .uri: plainTypes.contains(type) || textTypes.contains(type)
        case .date: ["date", "dateTime", "instant", "Period", "Timing"].contains(type)
        case .number: numberTypes.contains(type) || type == "Range"
        case .quantity: quantityTypes.contains(type)
        case .special: type == Self.positionType
        case .composite: false
        }
    }

    static let addressTypes: Set<String> = ["uri", "url", "canonical", "oid", "uuid"]
    static let plainTypes: Set<String> = addressTypes.union(["code", "id"])
    static let textTypes: Set<String> = ["string", "markdown"]
    static let numberTypes: Set<String> = ["decimal", "integer", "positiveInt", "unsignedInt"]
    static let quantityTypes: Set<String> = [
        "Quantity", "SimpleQuantity", "Age", "Count", "Distance", "Duration", "Money",
        "MoneyQuantity", "Range", "SampledData",
    ]

    /// The element that holds where a Location is.
    static let positionType = "Location.position"

    /// Where something is; nil for what is no place on the earth.
    private func position(_ json: JSON) -> IndexValue? {
        guard let latitude = json["latitude"]?.double, let longitude = json["longitude"]?.double,
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else { return nil }
        return .position(latitude: latitude, longitude: longitude)
    }

    /// Appends the values of an element.
    ///
    /// - Parameter systems: of an element of type `code`, the systems that its codes belong to.
    func append(
        _ json: JSON, _ type: String, _ kind: SearchParameter.Kind, _ systems: CodeSystems?,
        to values: inout [IndexValue]
    ) {
        switch kind {
        case .token: appendTokens(json, type, systems, to: &values)
        case .reference: appendReference(json, type, to: &values)
        case .string: appendStrings(json, type, to: &values)
        case .uri: appendURI(json, to: &values)
        case .date: if let date = date(json, type) { values.append(date) }
        case .number: if let range = number(json, type) { values.append(.number(range)) }
        case .quantity:
            if let quantity = quantity(json, type) { values.append(.quantity(quantity)) }
        case .special: if let place = position(json) { values.append(place) }
        case .composite: break
        }
    }

    /// The text of a string that is not empty, cut at the limit.
    static func text(_ json: JSON?) -> String? {
        guard let text = json?.string, !text.isEmpty else { return nil }
        guard text.utf8.count > textBytesMax else { return text }
        return String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self)
    }

    // MARK: Tokens

    private func appendTokens(
        _ json: JSON, _ type: String, _ systems: CodeSystems?, to values: inout [IndexValue]
    ) {
        switch type {
        case "CodeableConcept":
            for coding in json.list("coding") { append(coding: coding, &values) }
            if let text = Self.text(json["text"]) {
                values.append(.token(system: nil, code: nil, text: text))
            }
        case "Coding": append(coding: json, &values)
        case "Identifier": append(identifier: json, &values)
        case "ContactPoint":
            if let value = Self.text(json["value"]) {
                values.append(.token(system: nil, code: value, text: nil))
            }
        case "boolean":
            guard let truth = json.bool else { return }
            values.append(
                .token(system: Self.truthSystem, code: truth ? "true" : "false", text: nil))
        default:
            guard let code = Self.text(json) else { return }
            values.append(.token(system: systems?[code], code: code, text: nil))
        }
    }

    private func append(coding json: JSON, _ values: inout [IndexValue]) {
        let (system, code) = (Self.text(json["system"]), Self.text(json["code"]))
        let text = Self.text(json["display"])
        guard system != nil || code != nil || text != nil else { return }
        values.append(.token(system: system, code: code, text: text))
    }

    private func append(identifier json: JSON, _ values: inout [IndexValue]) {
        let (system, value) = (Self.text(json["system"]), Self.text(json["value"]))
        let type = json["type"]
        let text = Self.text(type?["text"])
        guard system != nil || value != nil || text != nil else { return }
        values.append(.token(system: system, code: value, text: text))
        guard let value else { return }
        for coding in type?.list("coding") ?? [] {
            guard let code = Self.text(coding["code"]) else { continue }
            values.append(
                .typedIdentifier(
                    typeSystem: Self.text(coding["system"]), typeCode: code, value: value))
        }
    }

    // MARK: References, addresses and texts

    private func appendReference(_ json: JSON, _ type: String, to values: inout [IndexValue]) {
        if let text = json.string {
            guard !text.isEmpty, text.utf8.count <= Self.textBytesMax else { return }
            values.append(.reference(ReferenceReader.canonical(text, ownAddress: ownAddress)))
        } else if let type = json.string("resourceType") {
            // A resource that stands inside a bundle is found by its own type and id.
            guard let id = json.string("id") else { return }
            var inner = IndexedReference()
            (inner.type, inner.id, inner.url) = (type, id, "\(type)/\(id)")
            values.append(.reference(inner))
        } else if let found = ReferenceReader.reference(json, ownAddress: ownAddress) {
            values.append(.reference(found))
        }
    }

    private func appendURI(_ json: JSON, to values: inout [IndexValue]) {
        guard let text = Self.text(json) else { return }
        values.append(.uri(text))
        // A canonical address is found without its version, too.
        if let bar = text.utf8.firstIndex(of: UInt8(ascii: "|")) {
            values.append(.uri(String(text[..<bar])))
        }
    }

    private static let nameParts = ["text", "family", "given", "prefix", "suffix"]
    private static let addressParts = [
        "text", "line", "city", "district", "state", "postalCode", "country",
    ]

    private func appendStrings(_ json: JSON, _ type: String, to values: inout [IndexValue]) {
        switch type {
        case "HumanName": append(parts: Self.nameParts, of: json, to: &values)
        case "Address": append(parts: Self.addressParts, of: json, to: &values)
        case "Coding": append(parts: ["display"], of: json, to: &values)
        case "CodeableConcept":
            append(parts: ["text"], of: json, to: &values)
            for coding in json.list("coding") {
                append(parts: ["display"], of: coding, to: &values)
            }
        default: if let text = Self.text(json) { values.append(.string(text)) }
        }
    }

    private func append(parts: [String], of json: JSON, to values: inout [IndexValue]) {
        for part in parts {
            guard let value = json[part] else { continue }
            if let text = Self.text(value) { values.append(.string(text)) }
            for element in value.elements {
                if let text = Self.text(element) { values.append(.string(text)) }
            }
        }
    }
}

extension JSON {
    /// The elements of a member that is a list.
    fileprivate func list(_ key: String) -> [JSON] {
        self[key].map { Array($0.elements) } ?? []
    }
}
