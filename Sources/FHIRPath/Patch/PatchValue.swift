import FHIRModel

/// A value as an operation of a FHIRPath Patch carries it.
struct PatchValue {
    let type: String
    let value: JSON?
    /// What stands beside the value of a primitive.
    let sibling: JSON?

    /// Whether both are the same, value and what stands beside it.
    func isEqual(to other: PatchValue) -> Bool {
        Self.areEqual(value, other.value) && Self.areEqual(sibling, other.sibling)
    }

    /// Writes the value as a parameter or part of that name.
    ///
    /// A value of a type that a parameter takes is one; another structure is written by its parts.
    func write(named name: String, to list: inout JSONWriter) {
        list.object { part in
            part.member("name", name)
            let definition = Definitions.r4.type(type)
            if definition?.kind == .resource || value?["resourceType"] != nil {
                if let value { part.member("resource", value) }
            } else if let value, value.isObject, !Self.carried.contains(type),
                let definition
            {
                part.array("part") { Self.write(value, definition, to: &$0) }
            } else {
                writeValue(to: &part)
            }
        }
    }

    private func writeValue(to part: inout JSONWriter) {
        let ending = value?.isObject == true ? type : Self.primitive(type)
        let name = "value\(ending.prefix(1).uppercased())\(ending.dropFirst())"
        if let value { part.member(name, value) }
        if let sibling { part.member("_\(name)", sibling) }
    }

    private static func write(
        _ json: JSON, _ type: TypeDefinition, to list: inout JSONWriter
    ) {
        var seen: Set<String> = []
        for (key, _) in json.members {
            let plain = key.hasPrefix("_") ? String(key.dropFirst()) : key
            guard seen.insert(plain).inserted, let (element, code) = type.element(json: plain)
            else { continue }
            let (value, sibling) = (json[plain], json["_\(plain)"])
            guard element.isList else {
                PatchValue(type: code, value: value, sibling: sibling)
                    .write(named: element.name, to: &list)
                continue
            }
            for index in 0..<max(value?.count ?? 0, sibling?.count ?? 0) {
                func side(_ list: JSON?) -> JSON? {
                    list?[index].flatMap { $0.isNull ? nil : $0 }
                }
                PatchValue(type: code, value: side(value), sibling: side(sibling))
                    .write(named: element.name, to: &list)
            }
        }
    }

    private static func areEqual(_ a: JSON?, _ b: JSON?) -> Bool {
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): a.isEqual(to: b)
        default: false
        }
    }

    /// The name of a primitive type in a parameter; text for those that no parameter takes.
    private static func primitive(_ type: String) -> String {
        primitives.contains(type) ? type : "string"
    }

    private static let primitives: Set = [
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id",
        "instant", "integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt",
        "uri", "url", "uuid",
    ]

    /// The structures that a parameter takes as its value.
    ///
    /// Spec: FHIR R4 open type element, https://hl7.org/fhir/R4/datatypes.html#open
    private static let carried: Set = [
        "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint",
        "Count", "Distance", "Duration", "HumanName", "Identifier", "Money", "Period", "Quantity",
        "Range", "Ratio", "Reference", "SampledData", "Signature", "Timing", "ContactDetail",
        "Contributor", "DataRequirement", "Expression", "ParameterDefinition", "RelatedArtifact",
        "TriggerDefinition", "UsageContext", "Dosage", "Meta",
    ]
}
