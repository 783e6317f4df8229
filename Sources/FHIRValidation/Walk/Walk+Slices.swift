import FHIRModel

/// Telling the values of an element apart.
///
/// Spec: FHIR R4 slicing, https://hl7.org/fhir/R4/profiling.html#slicing
extension Walk {
    /// Finds the slice of each value and looks at it as that one.
    mutating func sort(_ places: [Place], _ node: ProfileNode, _ slicing: SlicingRule) {
        var counts = [Int](repeating: 0, count: node.slices.count)
        var highest = 0
        var sawOther = false
        for place in places where !isOver {
            path.append(place.step)
            defer { path.removeLast() }
            guard let index = slice(of: place, node.slices, slicing) else {
                sawOther = true
                if slicing.rules == .closed { reportClosed(node) }
                continue
            }
            counts[index] += 1
            if slicing.rules == .openAtEnd, sawOther {
                report(
                    .error, .structure, .profile,
                    "The profile wants its own values of \(node.name) before all others.")
            }
            if slicing.isOrdered, index < highest {
                report(
                    .error, .structure, .profile,
                    "The profile wants the values of \(node.name) in its own order.")
            }
            highest = max(highest, index)
            check(place, node.slices[index])
        }
        for (slice, count) in zip(node.slices, counts) where !isOver {
            checkCount(count, of: slice)
        }
    }

    private mutating func slice(
        of place: Place, _ slices: [ProfileNode], _ slicing: SlicingRule
    ) -> Int? {
        for (index, slice) in slices.enumerated() {
            guard spend(5) else { return nil }
            var fits = true
            for discriminator in slicing.discriminators where fits {
                fits = self.fits(place, slice, discriminator.kind, discriminator.steps)
            }
            if fits, !slicing.discriminators.isEmpty { return index }
        }
        return nil
    }

    private mutating func reportClosed(_ node: ProfileNode) {
        report(
            .error, .structure, .profile,
            "The profile takes only these values of \(node.name): "
                + node.slices.map(\.slice).joined(separator: ", ") + ".")
    }

    private mutating func checkCount(_ count: Int, of slice: ProfileNode) {
        if count < slice.facts.min {
            report(
                .error, .required, .profile,
                "The profile requires the value \(slice.slice) of \(slice.name)"
                    + Self.telling(slice) + "; add it.", at: slice.name)
        } else if count > slice.facts.max {
            report(
                .error, .structure, .profile,
                slice.facts.max == 0
                    ? "The profile does not allow the value \(slice.slice) of \(slice.name); take it "
                        + "out."
                    : "The profile allows the value \(slice.slice) of \(slice.name) at most "
                        + "\(slice.facts.max) times.", at: slice.name)
        }
    }

    /// What a value must hold to be the slice, in words.
    private static func telling(_ slice: ProfileNode) -> String {
        if let value = slice.facts.fixed ?? slice.facts.pattern {
            return ", which holds \(PatternMatch.words(value))"
        }
        if let url = slice.facts.extensionURL { return ", the extension \(url)" }
        return ""
    }

    // MARK: Discriminators

    /// Whether one discriminator says that a value is a slice.
    private mutating func fits(
        _ place: Place, _ slice: ProfileNode, _ kind: Slicing.DiscriminatorKind,
        _ steps: [SlicingRule.Step]
    ) -> Bool {
        var levels: [(node: ProfileNode?, places: [Place])] = [(slice, [place])]
        for step in steps {
            let (node, places) = levels[levels.count - 1]
            levels.append((next(node, step), places.flatMap { next($0, step) }))
        }
        let (node, places) = levels[levels.count - 1]
        switch kind {
        case .exists:
            guard let facts = node?.facts else { return true }
            return facts.max == 0 ? places.isEmpty : facts.min == 0 || !places.isEmpty
        case .type:
            guard let types = node?.facts.types ?? slice.facts.targets else { return false }
            return places.contains { types.contains($0.type.name) }
        case .profile:
            let urls = (node?.facts.profiles ?? []) + slice.facts.targetProfiles
            for place in places {
                guard let value = place.value else { continue }
                if urls.contains(where: { fits(value, place.type, $0) }) { return true }
            }
            return false
        case .value, .pattern: return hasValue(levels, slice, steps)
        }
    }

    /// The value that tells stands at the end of the path, or is part of one above it.
    private func hasValue(
        _ levels: [(node: ProfileNode?, places: [Place])], _ slice: ProfileNode,
        _ steps: [SlicingRule.Step]
    ) -> Bool {
        for (node, places) in levels.reversed() {
            guard let facts = node?.facts else { continue }
            if let fixed = facts.fixed {
                return places.contains { $0.value?.isEqual(to: fixed) == true }
            }
            if let pattern = facts.pattern {
                return places.contains { $0.value.map { PatternMatch.fits($0, pattern) } == true }
            }
            if let binding = facts.binding, binding.strength == .required {
                return places.contains { isInside($0, binding) }
            }
        }
        guard let url = slice.facts.extensionURL, case .name("url")? = steps.last,
            let places = levels.last?.places
        else { return false }
        return places.contains { $0.value?.equals(url) == true }
    }

    private func isInside(_ place: Place, _ binding: BindingRule) -> Bool {
        guard let value = place.value else { return false }
        let codings: [JSON] =
            value.isObject ? value["coding"].map { Array($0.elements) } ?? [value] : [value]
        return codings.contains { one in
            guard let code = one.string ?? one.string("code") else { return false }
            let answer = validator.codeSets.membership(
                of: code, system: one.string("system"), in: binding.valueSet)
            return answer != .outside
        }
    }

    private func next(_ node: ProfileNode?, _ step: SlicingRule.Step) -> ProfileNode? {
        switch step {
        case .name(let name): node?.child(named: name)
        case .ofType: node
        case .extension(let url):
            node?.child(named: "extension")?.slices.first { $0.facts.extensionURL == url }
        case .resolve: nil
        }
    }

    private func next(_ place: Place, _ step: SlicingRule.Step) -> [Place] {
        guard let value = place.value else { return [] }
        switch step {
        case .name(let name): return places(of: name, in: value, place.type)
        case .ofType(let name): return place.type.name == name ? [place] : []
        case .extension(let url):
            return places(of: "extension", in: value, place.type).filter {
                $0.value?.string("url") == url
            }
        case .resolve:
            guard let text = value.string("reference"), let type = targetType(text),
                let schema = book.type(type)
            else { return [] }
            return [
                Place(
                    step: place.step, value: scope.resolve(text), sibling: nil, type: schema)
            ]
        }
    }
}
