import FHIRModel

/// Where references lead.
extension Walk {
    /// Checks form and target of a reference.
    ///
    /// - Parameter targets: the types that it may lead to; empty for any.
    mutating func check(reference json: JSON, _ targets: Set<String>) {
        let named = json["type"]?.string
        if let named, !ResourceType.isKnown(named) {
            reportReference(
                .value, "The type of the reference is not a resource of FHIR R4.", at: "type")
        }
        guard let value = json["reference"], let text = value.string else {
            return checkTarget(named, nil, targets, at: "type")
        }
        scope.note(address: value)
        guard let reference = Reference(text) else {
            return reportReference(
                .value,
                "The reference cannot be read; write Type/id, a whole address, urn:uuid: or #id.",
                at: "reference")
        }
        switch reference {
        case .contained(let id): checkContained(id, named, targets)
        case .conditional(let type, _):
            guard path.first?.name == "Bundle" else {
                return reportReference(
                    .value, "A search may stand for a reference in a transaction only.",
                    at: "reference")
            }
            checkTarget(type, named, targets, at: "reference")
        default: checkTarget(reference.typeAndID?.type, named, targets, at: "reference")
        }
    }

    private mutating func checkContained(_ id: String, _ named: String?, _ targets: Set<String>) {
        let type =
            id.isEmpty ? scope.container.string("resourceType") : scope.contained[id]
        guard let type else {
            return reportReference(
                .notFound,
                "The reference names a contained resource that is not there; add it or correct the "
                    + "id.", at: "reference")
        }
        checkTarget(type, named, targets, at: "reference")
    }

    private mutating func checkTarget(
        _ type: String?, _ named: String?, _ targets: Set<String>, at name: String
    ) {
        guard let type else { return }
        if let named, named != type, ResourceType.isKnown(named) {
            return reportReference(
                .value, "The reference leads to another type than it says; correct one of the two.",
                at: name)
        }
        guard ResourceType.isKnown(type), !targets.isEmpty, !targets.contains(type) else { return }
        reportReference(
            .value,
            "The reference leads to a resource of type \(type); this element takes "
                + "\(targets.sorted().joined(separator: ", ")).", at: name)
    }

    private mutating func reportReference(_ code: Finding.Code, _ text: String, at name: String) {
        report(.error, code, .reference, text, at: name)
    }
}
