import FHIRModel

/// Functions that FHIR adds to the language.
///
/// Spec: FHIR R4, FHIRPath, additional functions, https://hl7.org/fhir/R4/fhirpath.html#functions
extension Evaluator {
    func fhir(
        _ call: Call, on focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .extension: return try extensions(call, focus, scope)
        case .hasExtension: return [.boolean(try !extensions(call, focus, scope).isEmpty)]
        case .getValue:
            guard let value = try single(focus, call.place) else { return [] }
            return plain(value).map { [$0] } ?? []
        case .resolve: return try resolved(call, focus)
        case .memberOf: return try membership(call, focus, scope)
        case .subsumes, .subsumedBy: return try subsumption(call, focus, scope)
        case .conformsTo: return try conformance(call, focus, scope)
        case .htmlChecks: return [.boolean(try Narrative.isSound(focus, self, call.place))]
        case .checkModifiers: return try checkedModifiers(call, focus, scope)
        default: return try keys(call, focus, scope)
        }
    }

    private func extensions(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let url = try string(argument(0, of: call, scope), call.place) else { return [] }
        let type = types.id("Extension") ?? .unknown
        var out: [PathValue] = []
        for case .node(let node) in focus {
            guard let list = (node.isPrimitive ? node.sibling : node.json)?["extension"] else {
                continue
            }
            for entry in list.elements {
                try charge(1, call.place)
                guard entry["url"]?.equals(url) == true else { continue }
                out.append(.node(PathNode(json: entry, type: type)))
            }
        }
        return out
    }

    // MARK: References

    private func resolved(
        _ call: Call, _ focus: [PathValue]
    ) throws(FHIRPathError) -> [PathValue] {
        var out: [PathValue] = []
        for value in focus {
            try charge(10, call.place)
            let reference = structure(value)?.string("reference") ?? plainText(value)
            guard let reference, !reference.isEmpty else { continue }
            if reference.utf8.first == 0x23 {
                if let found = contained(String(reference.dropFirst())) { out.append(found) }
            } else if let json = try inBundle(reference, call.place)
                ?? environment.resolve?(reference)
            {
                out.append(.node(PathNode(json, types: types)))
            } else if environment.resolvesToTypes, let type = targetType(of: value, reference) {
                out.append(.node(PathNode(json: nil, type: type)))
            }
        }
        return out
    }

    /// The type that a reference names, by its text or beside it.
    private func targetType(of value: PathValue, _ reference: String) -> TypeID? {
        let name = Reference(reference)?.typeAndID?.type ?? structure(value)?.string("type")
        guard let type = name.flatMap({ types.id($0) }), types.kind(type) == .resource else {
            return nil
        }
        return type
    }

    /// The resource of the bundle at the root that a reference names by its full address, or by
    /// type and id under whatever address.
    private func inBundle(
        _ reference: String, _ place: Place
    ) throws(FHIRPathError) -> JSON? {
        guard case .node(let node) = root.first, let json = node.json,
            json["resourceType"]?.equals("Bundle") == true, let entries = json["entry"]
        else { return nil }
        let isRelative = !reference.utf8.contains(0x3A)
        for entry in entries.elements {
            try charge(1, place)
            guard let url = entry.string("fullUrl") else { continue }
            if url == reference || isRelative && url.hasSuffix("/" + reference) {
                return entry["resource"]
            }
        }
        return nil
    }

    private func plainText(_ value: PathValue) -> String? {
        if case .string(let text) = plain(value) { return text }
        return nil
    }

    /// A contained resource of the one that is evaluated on; the resource itself for an empty id.
    private func contained(_ id: String) -> PathValue? {
        guard
            let owner = environment.resource
                ?? root.first.flatMap({ value -> PathNode? in
                    if case .node(let node) = value { node } else { nil }
                })
        else { return nil }
        if id.isEmpty { return .node(owner) }
        guard let list = owner.json?["contained"] else { return nil }
        for json in list.elements where json["id"]?.equals(id) == true {
            return .node(PathNode(json, types: types))
        }
        return nil
    }

    private func keys(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var wanted: String?
        if let type = call.arguments.first {
            if case .element(let element) = type {
                wanted = element.name
            } else {
                wanted = try string(argument(0, of: call, scope), call.place)
            }
        }
        var out: [PathValue] = []
        for value in focus {
            guard let json = structure(value) else { continue }
            if call.function == .getResourceKey {
                guard let type = json.string("resourceType"), let id = json.string("id") else {
                    continue
                }
                out.append(.string("\(type)/\(id)"))
            } else if let text = json.string("reference"),
                let target = Reference(text)?.typeAndID, wanted == nil || wanted == target.type
            {
                out.append(.string("\(target.type)/\(target.id)"))
            }
        }
        return out
    }

    // MARK: Terminology and profiles

    /// The codes of a code, a Coding or a CodeableConcept.
    private func codes(_ value: PathValue) -> [FHIRPathEnvironment.Code] {
        guard let json = structure(value) else {
            return plainText(value).map { [FHIRPathEnvironment.Code(system: nil, code: $0)] } ?? []
        }
        if let list = json["coding"] { return list.elements.compactMap { Self.code($0) } }
        return Self.code(json).map { [$0] } ?? []
    }

    private static func code(_ json: JSON) -> FHIRPathEnvironment.Code? {
        json.string("code").map {
            FHIRPathEnvironment.Code(
                system: json.string("system"), version: json.string("version"), code: $0)
        }
    }

    private func membership(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let value = try single(focus, call.place),
            let valueSet = try string(argument(0, of: call, scope), call.place)
        else { return [] }
        guard let memberOf = environment.memberOf else { throw missing("terminology", call) }
        var isKnown = true
        for code in codes(value) {
            try charge(20, call.place)
            switch memberOf(valueSet, code) {
            case true: return [.boolean(true)]
            case nil: isKnown = false
            default: break
            }
        }
        return isKnown ? [.boolean(false)] : []
    }

    private func missing(_ what: String, _ call: Call) -> FHIRPathError {
        FHIRPathError(
            .execution, at: call.place,
            "\(call.function.rawValue) needs \(what), which is not at hand here; leave it out.")
    }

    private func subsumption(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let value = try single(focus, call.place),
            let other = try single(argument(0, of: call, scope), call.place)
        else { return [] }
        guard let subsumes = environment.subsumes else { throw missing("terminology", call) }
        var isKnown = true
        for own in codes(value) {
            for theirs in codes(other) {
                try charge(20, call.place)
                let isAbove =
                    call.function == .subsumes ? subsumes(own, theirs) : subsumes(theirs, own)
                if isAbove == true { return [.boolean(true)] }
                if isAbove == nil { isKnown = false }
            }
        }
        return isKnown ? [.boolean(false)] : []
    }

    /// Conformance to a type of the standard is known by the type; other profiles are asked for.
    private func conformance(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let value = try single(focus, call.place),
            let profile = try string(argument(0, of: call, scope), call.place)
        else { return [] }
        guard case .node(let node) = value else { return [.boolean(false)] }
        let prefix = "http://hl7.org/fhir/StructureDefinition/"
        if profile.hasPrefix(prefix), let type = types.id(String(profile.dropFirst(prefix.count))) {
            return [.boolean(types.isA(node.type, type))]
        }
        if let json = node.json, let answer = environment.conformsTo?(profile, json) {
            return [.boolean(answer)]
        }
        throw FHIRPathError(
            .execution, at: call.place, "The profile is not known here; check its address.")
    }

    /// What it is called on, unless one has a modifier that is not named.
    private func checkedModifiers(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var known: [String] = []
        for index in call.arguments.indices {
            if let url = try string(argument(index, of: call, scope), call.place) {
                known.append(url)
            }
        }
        for value in focus {
            guard let list = structure(value)?["modifierExtension"] else { continue }
            for entry in list.elements
            where !known.contains(where: { entry["url"]?.equals($0) == true }) {
                throw FHIRPathError(
                    .execution, at: call.place,
                    "An element has a modifier extension that the expression does not know.")
            }
        }
        return focus
    }
}
