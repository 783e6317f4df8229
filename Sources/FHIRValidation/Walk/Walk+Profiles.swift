import FHIRModel

/// What profiles add to types.
extension Walk {
    /// More profiles inside of each other than any set of profiles needs.
    private static let profileDepthMax = 8

    /// A value of an element, with its place.
    struct Place {
        let step: Step
        /// Nil for a primitive that has only an id or extensions.
        let value: JSON?
        let sibling: JSON?
        let type: TypeSchema
    }

    /// Looks whether a value fits a profile.
    ///
    /// - Parameter isAsked: whether it is the question's profile, so that one that is not known is
    ///   an error.
    mutating func check(_ value: JSON, _ type: TypeSchema, against url: String, isAsked: Bool) {
        guard let tree = validator.profiles.tree(url) else {
            guard isAsked else { return }
            return report(
                .error, .notSupported, .profile,
                "The profile that is asked for is not known here. Ask for one of FHIR R4 or US Core "
                    + "6.1.0 by its address.")
        }
        guard type.lineage.contains(tree.type) else {
            return report(
                .error, .value, .profile,
                "\(tree.title) is a profile of \(tree.type), not of \(type.name); claim another one."
            )
        }
        apply(tree, to: value, type)
    }

    mutating func apply(_ tree: ProfileTree, to value: JSON, _ type: TypeSchema) {
        guard profileDepth < Self.profileDepthMax, spend(10) else { return }
        profileDepth += 1
        defer { profileDepth -= 1 }
        keepAll(tree.root.facts.rules, on: value, type)
        apply(tree.root.children, to: value, type)
    }

    private mutating func apply(
        _ children: [ProfileNode], to object: JSON, _ type: TypeSchema
    ) {
        for child in children where !isOver {
            guard spend(3) else { return }
            let places = places(of: child.name, in: object, type)
            checkCount(places.count, child)
            for place in places where !isOver {
                path.append(place.step)
                check(place, child)
                path.removeLast()
            }
            if let slicing = child.slicing, !child.slices.isEmpty {
                sort(places, child, slicing)
            }
        }
    }

    /// The values of an element in the order in which they stand.
    func places(of name: String, in object: JSON, _ type: TypeSchema) -> [Place] {
        var places: [Place] = []
        for (json, member) in type.memberNames(of: name) {
            let value = object[json]
            let own = book.types[member.type]
            let sibling = own.kind == .primitive ? object["_" + json] : nil
            guard let one = value ?? sibling else { continue }
            guard one.isArray else {
                places.append(
                    Place(
                        step: Step(name: json, index: -1), value: value, sibling: sibling,
                        type: own))
                continue
            }
            var others = sibling?.elements.makeIterator()
            for (index, element) in one.elements.enumerated() {
                let other = value == nil ? element : others?.next()
                places.append(
                    Place(
                        step: Step(name: json, index: index),
                        value: value == nil || element.isNull ? nil : element,
                        sibling: other?.isNull == true ? nil : other, type: resolved(own, element)))
            }
        }
        return places
    }

    /// The type of a resource inside of another is the one that it names.
    private func resolved(_ type: TypeSchema, _ value: JSON) -> TypeSchema {
        guard type.kind == .resource, let name = value.string("resourceType") else { return type }
        return book.type(name) ?? type
    }

    private mutating func checkCount(_ count: Int, _ node: ProfileNode) {
        if count < node.facts.min {
            report(
                .error, .required, .profile,
                node.facts.min == 1
                    ? "The profile requires \(node.name); add it."
                    : "The profile requires \(node.name) at least \(node.facts.min) times; add it.",
                at: node.name)
        } else if count > node.facts.max {
            report(
                .error, .structure, .profile,
                node.facts.max == 0
                    ? "The profile does not allow \(node.name); take it out."
                    : "The profile allows \(node.name) at most \(node.facts.max) times.",
                at: node.name)
        }
    }

    /// Looks at one value that an element or a slice of a profile stands for.
    mutating func check(_ place: Place, _ node: ProfileNode) {
        let facts = node.facts
        if let types = facts.types, !types.contains(place.type.name) {
            return report(
                .error, .structure, .profile,
                "The profile allows \(types.sorted().joined(separator: " or ")) here.")
        }
        if let value = place.value {
            checkValue(value, place.type, facts)
            keepAll(facts.rules, on: value, place.type)
            if value.isObject { apply(node.children, to: value, place.type) }
        }
        if place.type.kind == .primitive, !node.children.isEmpty, let sibling = place.sibling {
            apply(node.children, to: sibling, book.types[book.elementIndex])
        }
    }

    private mutating func checkValue(
        _ value: JSON, _ type: TypeSchema, _ facts: ProfileFacts
    ) {
        if let fixed = facts.fixed, !value.isEqual(to: fixed) {
            report(
                .error, .value, .profile,
                "The profile requires exactly \(PatternMatch.words(fixed)) here.")
        }
        if let pattern = facts.pattern, !PatternMatch.fits(value, pattern) {
            report(
                .error, .value, .profile,
                "The profile requires at least \(PatternMatch.words(pattern)) here.")
        }
        if let binding = facts.binding { check(value, type, binding, .binding) }
        if let targets = facts.targets { checkTarget(value, targets) }
        guard !facts.profiles.isEmpty else { return }
        if facts.profiles.count == 1 {
            check(value, type, against: facts.profiles[0], isAsked: false)
        } else if !facts.profiles.contains(where: { fits(value, type, $0) }) {
            report(.error, .structure, .profile, "The value fits none of the profiles it may have.")
        }
    }

    private mutating func checkTarget(_ reference: JSON, _ targets: Set<String>) {
        guard let text = reference.string("reference"),
            let type = targetType(text) ?? reference.string("type"), !targets.contains(type)
        else { return }
        report(
            .error, .value, .profile,
            "The profile allows references to \(targets.sorted().joined(separator: ", ")) here.",
            at: "reference")
    }

    /// The type of the resource that a reference names.
    func targetType(_ text: String) -> String? {
        if text.utf8.first == 0x23 { return scope.resolve(text)?.string("resourceType") }
        return Reference(text)?.typeAndID?.type ?? scope.resolve(text)?.string("resourceType")
    }

    /// Whether a value fits a profile without an error.
    mutating func fits(_ value: JSON, _ type: TypeSchema, _ url: String) -> Bool {
        var trial = Walk(validator, scope.container, question)
        trial.scope = scope
        trial.environment = environment
        trial.path = path
        trial.stepsLeft = stepsLeft
        trial.profileDepth = profileDepth
        trial.check(value, type, against: url, isAsked: true)
        stepsLeft = trial.stepsLeft
        return !trial.findings.contains { $0.severity == .error }
    }

    private mutating func keepAll(_ rules: [Rule], on value: JSON, _ type: TypeSchema) {
        guard !rules.isEmpty else { return }
        let present = value.isObject ? presence(value, type) : nil
        for rule in rules where !isOver { keep(rule, on: value, type, present, .invariant) }
    }

    /// A bit for each element that an object has.
    private func presence(_ object: JSON, _ type: TypeSchema) -> UInt64 {
        var bits: UInt64 = 0
        for (key, _) in object.members {
            let name = key.utf8.first == 0x5F ? String(key.dropFirst()) : key
            if let member = type.members[name] { bits |= 1 << UInt64(member.element) }
        }
        return bits
    }
}
