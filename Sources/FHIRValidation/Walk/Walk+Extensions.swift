import FHIRModel

/// Extensions, by their definitions.
///
/// Spec: FHIR R4 extensibility, https://hl7.org/fhir/R4/extensibility.html
extension Walk {
    /// Looks at an extension where it stands.
    mutating func check(extension json: JSON) {
        guard let url = json.string("url"), let name = path.last?.name else { return }
        let isModifier = name == "modifierExtension"
        guard let tree = validator.profiles.tree(url), tree.type == "Extension" else {
            return reportUnknown(url, isModifier: isModifier)
        }
        if isModifier != tree.isModifier {
            report(
                .error, .extension, .profile,
                tree.isModifier
                    ? "\(tree.title) can change the meaning of what it stands in, so it stands in "
                        + "modifierExtension."
                    : "\(tree.title) is no modifier, so it stands in extension.")
        }
        if !isAllowed(tree) {
            report(
                .error, .extension, .profile,
                "\(tree.title) may not stand here; it belongs to "
                    + tree.contexts.map(\.expression).prefix(5).joined(separator: ", ") + ".")
        }
        if tree.root.child(named: "url") != nil || !tree.root.children.isEmpty {
            apply(tree, to: json, book.types[book.extensionIndex])
        }
    }

    private mutating func reportUnknown(_ url: String, isModifier: Bool) {
        if isModifier {
            return report(
                .error, .extension, .profile,
                "This modifier extension is not known here, and it can change the meaning of what it "
                    + "stands in. Take it out, or say the same with elements of FHIR.")
        }
        guard !url.utf8.contains(0x3A) else {
            return report(
                .information, .informational, .profile,
                "This extension is not known here, so it is kept and not checked.")
        }
        // Parts of an extension with parts have short names that its definition gives.
        let isPart = path.count >= 2 && path[path.count - 2].name == "extension"
        if !isPart {
            report(
                .error, .value, .profile, "The url of an extension is a whole address.", at: "url")
        }
    }

    /// Whether the definition allows the extension at the place of the visit.
    private func isAllowed(_ tree: ProfileTree) -> Bool {
        guard !tree.contexts.isEmpty else { return true }
        let names = ownerNames()
        return tree.contexts.contains { context in
            switch context.kind {
            case .fhirpath: true
            case .element: names.contains(context.expression)
            case .extension: names.contains("Extension")
            }
        }
    }

    /// What the element that the extension stands in can be called: its type, what that is made
    /// from, and its paths.
    private func ownerNames() -> Set<String> {
        guard var type = scope.resource.string("resourceType").flatMap({ book.type($0) }) else {
            return []
        }
        var paths = [type.name]
        for step in path.dropFirst(scope.depth).dropLast() {
            guard let member = type.members[step.name] else { return type.lineage }
            let element = type.elements[member.element]
            type = book.types[member.type]
            paths = paths.flatMap { path -> [String] in
                let longer = "\(path).\(element.name)"
                return element.isChoice ? [longer, longer + "[x]"] : [longer]
            }
            if type.kind == .complex { paths.append(type.name) }
        }
        // The standard's own extensions for every element stand on resources too.
        return type.lineage.union(paths + ["Element"])
    }
}
