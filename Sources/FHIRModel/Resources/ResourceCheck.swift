package import Kernel

/// The structural minimum that a resource meets before it is kept.
///
/// It looks at what holds for every type: names, ids, and that nothing is empty or null. What a
/// type's own definition asks is not looked at.
///
/// Spec: FHIR R4 JSON, https://hl7.org/fhir/R4/json.html
package enum ResourceCheck {
    /// What is wrong with a resource, in source order; empty if nothing is.
    ///
    /// Each finding has the FHIRPath of its place, and none has content of the resource.
    package static func problems(in json: JSON, findingsMax: Int = 20) -> [Problem] {
        var walk = Walk(findingsMax: findingsMax)
        walk.checkResource(json, path: "")
        return walk.findings
    }
}

private struct Walk {
    private(set) var findings: [Problem] = []
    private let findingsMax: Int

    init(findingsMax: Int) { self.findingsMax = findingsMax }

    private var isFull: Bool { findings.count >= findingsMax }

    private mutating func report(_ code: Problem.Code, _ detail: String, at path: String) {
        guard !isFull else { return }
        findings.append(Problem(code, detail, location: path.isEmpty ? nil : path))
    }

    mutating func checkResource(_ json: JSON, path: String) {
        guard json.isObject else {
            return report(.structure, "A resource is a JSON object; send one.", at: path)
        }
        guard let type = json["resourceType"] else {
            return report(.required, "The resource has no resourceType; name its type.", at: path)
        }
        guard let name = type.string, ResourceType.isKnown(name) else {
            let detail = "The resourceType is not one of FHIR R4; name a type of R4."
            return report(
                .value, detail, at: path.isEmpty ? "resourceType" : "\(path).resourceType")
        }
        let here = path.isEmpty ? name : path
        if let id = json["id"], !(id.string.map(FHIRID.isValid) ?? false) {
            let detail = "An id has 1 to 64 letters, digits, hyphens and dots; correct it."
            report(.value, detail, at: "\(here).id")
        }
        if let meta = json["meta"], !meta.isObject {
            report(.structure, "The element meta is an object; send one.", at: "\(here).meta")
        }
        checkMembers(of: json, path: here)
    }

    private mutating func checkMembers(of object: JSON, path: String) {
        for (key, value) in object.members {
            if isFull { return }
            guard Self.isElementName(key) else {
                report(.structure, "A member has a name that no element has; correct it.", at: path)
                continue
            }
            let isResource = key == "contained" || key == "resource"
            let place = "\(path).\(key)"
            if value.isArray {
                checkElements(of: value, key: key, in: object, path: place)
            } else if isResource, value["resourceType"] != nil {
                checkResource(value, path: place)
            } else {
                checkValue(value, path: place)
            }
        }
    }

    private mutating func checkElements(of array: JSON, key: String, in object: JSON, path: String)
    {
        guard array.count > 0 else {
            return report(.structure, "An array is empty; leave the element out.", at: path)
        }
        var partner = Self.partner(of: key, in: object)?.elements.makeIterator()
        for (index, element) in array.elements.enumerated() {
            if isFull { return }
            let place = "\(path)[\(index)]"
            let other = partner?.next()
            if element.isNull, let other, !other.isNull { continue }
            if element.isArray {
                report(.structure, "An array stands in an array; FHIR has none.", at: place)
            } else if key == "contained" {
                checkResource(element, path: place)
            } else {
                checkValue(element, path: place)
            }
        }
    }

    private mutating func checkValue(_ value: JSON, path: String) {
        switch value.kind {
        case .null: report(.structure, "A value is null; leave the element out.", at: path)
        case .object:
            guard value.count > 0 else {
                return report(.structure, "An object is empty; leave the element out.", at: path)
            }
            checkMembers(of: value, path: path)
        case .string:
            let text = value.string ?? ""
            if text.isEmpty {
                report(.value, "A text is empty; leave the element out.", at: path)
            } else if text.utf8.contains(where: { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 }) {
                report(.value, "A text holds a control character; take it out.", at: path)
            }
        case .array, .bool, .number: break
        }
    }

    /// The array that goes with a primitive array: `_given` with `given`.
    private static func partner(of key: String, in object: JSON) -> JSON? {
        let name = key.hasPrefix("_") ? String(key.dropFirst()) : "_\(key)"
        let found = object[name]
        return found?.isArray == true ? found : nil
    }

    private static func isElementName(_ key: String) -> Bool {
        let name = key.utf8.first == 0x5F ? key.utf8.dropFirst() : key.utf8[...]
        guard !name.isEmpty, name.count <= 64 else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
    }
}
