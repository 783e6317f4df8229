import FHIRModel

/// Steps from an element to those it holds.
extension Evaluator {
    func elements(
        _ element: Element, of focus: [PathValue]
    ) throws(FHIRPathError) -> [PathValue] {
        var found: [PathValue] = []
        for value in focus {
            guard case .node(let node) = value else {
                if let part = Self.part(element.name, of: value) { found.append(part) }
                continue
            }
            if element.isEntry, element.startsUpper, isNamed(element.name, node) {
                found.append(value)
            } else {
                append(element, of: node, to: &found)
            }
        }
        try charge(1 + found.count, element.place)
        try check(count: found.count, element.place)
        return found
    }

    /// Whether the name is that of the node's type or of one it descends from.
    private func isNamed(_ name: String, _ node: PathNode) -> Bool {
        if node.type != .unknown {
            let record = types[node.type]
            return record.name == name || record.kind == .resource && types.isA(node.type, name)
        }
        return node.json?["resourceType"]?.equals(name) ?? false
    }

    /// A part of a value of the language's own types.
    private static func part(_ name: String, of value: PathValue) -> PathValue? {
        switch (value, name) {
        case (.quantity(let quantity), "value"): .decimal(quantity.value)
        case (.quantity(let quantity), "unit"), (.quantity(let quantity), "code"):
            .string(quantity.unit)
        case (.typeInfo(let info), "name"): .string(info.name)
        case (.typeInfo(let info), "namespace"): .string(info.namespace)
        default: nil
        }
    }

    private func append(_ element: Element, of node: PathNode, to found: inout [PathValue]) {
        // The elements of a primitive, its id and extensions, stand in the sibling.
        guard let json = node.isPrimitive ? node.sibling : node.json else { return }
        guard !node.isPrimitive, let children = types[node.type].children else {
            appendUntyped(element, of: json, to: &found)
            return
        }
        guard let child = children[element.name] else { return }
        for form in child.forms {
            let value = json[form.name]
            let sibling = form.isPrimitive ? json[form.siblingName] : nil
            guard value != nil || sibling != nil else { continue }
            append(value, sibling, form.type, to: &found)
            return
        }
    }

    /// An element by its name in JSON, or a choice by its name with a type behind it.
    private func appendUntyped(_ element: Element, of json: JSON, to found: inout [PathValue]) {
        let value = json[element.name]
        let sibling = json[element.siblingName]
        if value != nil || sibling != nil {
            let isExtension = element.name == "extension" || element.name == "modifierExtension"
            let type = isExtension ? types.id("Extension") ?? .unknown : .unknown
            append(value, sibling, type, to: &found)
            return
        }
        let name = element.name.utf8
        for (key, value) in json.members {
            guard key.utf8.count > name.count, key.utf8.starts(with: name),
                let type = types.type(ending: key.dropFirst(element.name.count))
            else { continue }
            append(value, json["_" + key], type, to: &found)
            return
        }
    }

    private func append(
        _ value: JSON?, _ sibling: JSON?, _ type: TypeID, to found: inout [PathValue]
    ) {
        guard let array = value?.isArray == true ? value : sibling?.isArray == true ? sibling : nil
        else {
            append(one: value, sibling, type, to: &found)
            return
        }
        guard let value else {
            for element in array.elements { append(one: nil, element, type, to: &found) }
            return
        }
        guard value.isArray, let sibling, sibling.isArray else {
            for element in array.elements { append(one: element, nil, type, to: &found) }
            return
        }
        var beside = sibling.elements
        for element in array.elements { append(one: element, beside.next(), type, to: &found) }
    }

    private func append(
        one value: JSON?, _ sibling: JSON?, _ type: TypeID, to found: inout [PathValue]
    ) {
        let json = value?.isNull == true ? nil : value
        let beside = sibling?.isObject == true ? sibling : nil
        guard json != nil || beside != nil else { return }
        var type = type
        if let json, json.isObject, type == .unknown || types[type].kind == .resource {
            type = types.resourceType(of: json) ?? type
        }
        found.append(.node(PathNode(json: json, sibling: beside, type: type)))
    }

    // MARK: All elements

    /// The elements directly below, in the order of the document.
    func children(of value: PathValue, to found: inout [PathValue]) {
        guard case .node(let node) = value,
            let json = node.isPrimitive ? node.sibling : node.json
        else { return }
        let known = node.isPrimitive ? nil : types[node.type].formTypes
        for (key, member) in json.members where key != "resourceType" {
            if key.utf8.first == 0x5F {
                // The sibling of a primitive that has no value stands alone.
                let name = String(key.dropFirst())
                if json[name] == nil { append(nil, member, type(of: name, known), to: &found) }
            } else {
                append(member, json["_" + key], type(of: key, known), to: &found)
            }
        }
    }

    private func type(of key: String, _ known: [String: TypeID]?) -> TypeID {
        if let type = known?[key] { return type }
        let isExtension = key == "extension" || key == "modifierExtension"
        return isExtension ? types.id("Extension") ?? .unknown : .unknown
    }

    /// All elements below, each before those it holds.
    func descendants(
        of values: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        var found: [PathValue] = []
        var waiting: [PathValue] = []
        for value in values.reversed() {
            var below: [PathValue] = []
            children(of: value, to: &below)
            waiting += below.reversed()
        }
        while let value = waiting.popLast() {
            found.append(value)
            var below: [PathValue] = []
            children(of: value, to: &below)
            try charge(1 + below.count, place)
            try check(count: found.count + below.count, place)
            waiting += below.reversed()
        }
        return found
    }
}
