import FHIRModel

extension PathTypes {
    /// The names of the types and what they descend from, without their elements.
    ///
    /// With it an element is found by its name in JSON, and a choice such as `value` by the name
    /// with a type behind it. Enough where only plain paths are evaluated.
    package static let bare = PathTypes(bareRecords)

    static let unknownRecord = Record(
        name: "", parent: .unknown, kind: .complex)

    private static let bareRecords: [Record] = {
        var records = [unknownRecord]
        var ids: [String: TypeID] = [:]
        func add(_ name: String, _ parent: String, _ kind: Kind) {
            ids[name] = TypeID(records.count)
            records.append(
                Record(name: name, parent: ids[parent] ?? .unknown, kind: kind))
        }
        add("Element", "", .complex)
        for (name, parent) in primitiveParents { add(name, parent, .primitive) }
        add("BackboneElement", "Element", .complex)
        for (name, parent) in complexParents { add(name, parent, .complex) }
        add("Resource", "", .resource)
        add("DomainResource", "Resource", .resource)
        for name in ResourceType.all {
            let isPlain = name == "Bundle" || name == "Binary" || name == "Parameters"
            add(name, isPlain ? "Resource" : "DomainResource", .resource)
        }
        return records
    }()

    /// Each primitive type behind the one it descends from.
    private static let primitiveParents: [(String, String)] = [
        ("boolean", "Element"), ("integer", "Element"), ("positiveInt", "integer"),
        ("unsignedInt", "integer"), ("integer64", "Element"), ("decimal", "Element"),
        ("string", "Element"), ("code", "string"), ("id", "string"), ("markdown", "string"),
        ("uri", "Element"), ("url", "uri"), ("canonical", "uri"), ("oid", "uri"), ("uuid", "uri"),
        ("base64Binary", "Element"), ("instant", "Element"), ("date", "Element"),
        ("dateTime", "Element"), ("time", "Element"), ("xhtml", "Element"),
    ]

    private static let complexParents: [(String, String)] =
        [
            "Address", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactDetail",
            "ContactPoint", "Contributor", "DataRequirement", "Dosage", "ElementDefinition",
            "Expression", "Extension", "HumanName", "Identifier", "Meta", "Money", "Narrative",
            "ParameterDefinition", "Period", "Quantity", "Range", "Ratio", "Reference",
            "RelatedArtifact", "SampledData", "Signature", "Timing", "TriggerDefinition",
            "UsageContext",
        ].map { ($0, "Element") }
        + ["Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"].map {
            ($0, "Quantity")
        }

    /// The type a choice has by the ending of its name: `DateTime` is `dateTime`.
    func type(ending: Substring) -> TypeID? {
        if let exact = id(String(ending)), kind(exact) != .primitive { return exact }
        guard let first = ending.first else { return nil }
        let lowered = first.lowercased() + ending.dropFirst()
        return id(lowered)
    }
}
