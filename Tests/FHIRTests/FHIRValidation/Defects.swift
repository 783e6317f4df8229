import FHIRModel
import TestKit

/// One thing that is made wrong in a resource, and where that must be found.
struct Defect {
    enum Kind: String, CaseIterable {
        case cardinality, type, format, binding, invariant, slice, reference, unknownElement
    }

    let kind: Kind
    /// The operations of a JSON Patch.
    let patch: String
    let location: String
}

/// Finds the places of a resource where defects can be made, from the definitions alone.
struct DefectFinder {
    private(set) var defects: [Defect] = []
    private let isProfiled: Bool

    init(_ resource: JSON, isProfiled: Bool) {
        self.isProfiled = isProfiled
        let name = resource.string("resourceType") ?? ""
        guard let type = Definitions.r4.type(name) else { return }
        visit(resource, type, pointer: "", location: name)
        addContained(resource, name)
        if isProfiled { addSlices(resource, name) }
    }

    private mutating func add(_ kind: Defect.Kind, _ patch: String, _ location: String) {
        defects.append(Defect(kind: kind, patch: "[\(patch)]", location: location))
    }

    private static func set(_ pointer: String, _ value: String) -> String {
        #"{"op":"add","path":"\#(pointer)","value":\#(value)}"#
    }

    private static func remove(_ pointer: String) -> String {
        #"{"op":"remove","path":"\#(pointer)"}"#
    }

    // MARK: Objects

    private mutating func visit(
        _ object: JSON, _ type: TypeDefinition, pointer: String, location: String
    ) {
        add(.unknownElement, Self.set("\(pointer)/unheardOf", #""x""#), "\(location).unheardOf")
        addInvariants(object, type.name, pointer, location)
        for (key, value) in object.members where key != "resourceType" && !key.hasPrefix("_") {
            guard let (element, inner) = type.element(json: key) else { continue }
            let (place, here) = ("\(pointer)/\(key)", "\(location).\(key)")
            let isAlone = object["_\(key)"] == nil
            if element.min > 0, isAlone {
                let missing = element.isChoice ? "\(location).\(element.name)" : here
                add(.cardinality, Self.remove(place), missing)
            }
            if element.isList, value.isArray, isAlone, let first = value[0] {
                let text = String(decoding: first.rawBytes, as: UTF8.self)
                add(.cardinality, Self.set(place, text), here)
            }
            if !element.isList, isAlone, key != "id" {
                let text = String(decoding: value.rawBytes, as: UTF8.self)
                add(.cardinality, Self.set(place, "[\(text)]"), here)
            }
            let isArray = value.isArray
            for (index, one) in (isArray ? Array(value.elements) : [value]).enumerated() {
                visit(
                    one, element, inner, pointer: isArray ? "\(place)/\(index)" : place,
                    location: isArray ? "\(here)[\(index)]" : here)
            }
        }
    }

    private mutating func visit(
        _ value: JSON, _ element: ElementDefinition, _ typeName: String, pointer: String,
        location: String
    ) {
        guard let type = Definitions.r4.type(typeName) else { return }
        switch type.kind {
        case .primitive:
            guard !value.isNull else { return }
            let other = value.kind == .string ? "12345" : #""12""#
            add(.type, Self.replace(pointer, other), location)
            if let bad = Self.badForm[typeName] {
                add(.format, Self.replace(pointer, bad), location)
            }
            addBinding(element, typeName, pointer, location)
        case .complex, .backbone:
            add(.type, Self.replace(pointer, "true"), location)
            if typeName == "Reference" { addReferences(value, element, pointer, location) }
            visit(value, type, pointer: pointer, location: location)
        case .resource: return
        }
    }

    private static func replace(_ pointer: String, _ value: String) -> String {
        #"{"op":"replace","path":"\#(pointer)","value":\#(value)}"#
    }

    private static let badForm = [
        "date": #""2021-02-30""#, "dateTime": #""2021-05-06T07:08""#, "instant": #""2021-05-06""#,
        "code": #"" leading""#, "id": #""no blanks""#, "uri": #""has blank""#,
        "url": #""has blank""#, "canonical": #""has blank""#, "positiveInt": "0",
        "unsignedInt": "-1", "integer": "1.5", "time": #""25:00:00""#, "string": #""""#,
        "markdown": #""""#, "oid": #""urn:oid:x""#, "base64Binary": #""abc""#,
    ]

    private mutating func addBinding(
        _ element: ElementDefinition, _ typeName: String, _ pointer: String, _ location: String
    ) {
        guard typeName == "code", let binding = element.binding, binding.strength == .required,
            let url = binding.valueSet, Definitions.r4.valueSet(url)?.isEnumerable == true
        else { return }
        add(.binding, Self.replace(pointer, #""no-such-code""#), location)
    }

    private mutating func addReferences(
        _ value: JSON, _ element: ElementDefinition, _ pointer: String, _ location: String
    ) {
        guard let text = value.string("reference"), !text.hasPrefix("#") else { return }
        let (place, here) = ("\(pointer)/reference", "\(location).reference")
        add(.reference, Self.set(place, ##""#no-such""##), here)
        add(.reference, Self.set(place, #""Nothing/1""#), here)
        let targets = element.types.first { $0.code == "Reference" }?.targetProfiles ?? []
        let other = "http://hl7.org/fhir/StructureDefinition/"
        guard !targets.isEmpty, !targets.contains(other + "Resource"),
            !targets.contains(other + "Binary"), value["type"] == nil
        else { return }
        add(.reference, Self.set(place, #""Binary/1""#), here)
    }

    // MARK: Rules

    private mutating func addInvariants(
        _ object: JSON, _ type: String, _ pointer: String, _ location: String
    ) {
        let isElement = Definitions.r4.type(type)?.kind != .resource
        if isElement, type != "Extension", type != "Narrative" {
            let count = object["extension"]?.count ?? 0
            let bare = #"{"url":"http://example.org/bare"}"#
            add(
                .invariant,
                count == 0
                    ? Self.set("\(pointer)/extension", "[\(bare)]")
                    : Self.set("\(pointer)/extension/-", bare), "\(location).extension[\(count)]")
        }
        switch type {
        case "Period" where object["start"] != nil:
            add(.invariant, Self.set("\(pointer)/end", #""1800-01-01""#), location)
        case "Quantity" where object["code"] != nil && object["system"] != nil:
            add(.invariant, Self.remove("\(pointer)/system"), location)
        case "Attachment" where object["data"] != nil && object["contentType"] != nil:
            add(.invariant, Self.remove("\(pointer)/contentType"), location)
        case "ContactPoint" where object["value"] != nil && object["system"] != nil:
            add(.invariant, Self.remove("\(pointer)/system"), location)
        case "Narrative":
            add(
                .invariant, Self.set("\(pointer)/div", #""<div><script>x</script></div>""#),
                "\(location).div")
        case "Observation" where object.members.contains { $0.key.hasPrefix("value") }:
            add(
                .invariant, Self.set("\(pointer)/dataAbsentReason", #"{"text":"unknown"}"#),
                location)
        default: return
        }
    }

    private mutating func addContained(_ resource: JSON, _ name: String) {
        guard Definitions.r4.isType(name, a: "DomainResource") else { return }
        let count = resource["contained"]?.count ?? 0
        let one = #"{"resourceType":"Basic","id":"unused-one","code":{"text":"x"}}"#
        add(
            .invariant,
            count == 0
                ? Self.set("/contained", "[\(one)]") : Self.set("/contained/-", one),
            "\(name).contained[\(count)]")
    }

    // MARK: Slices

    /// Takes what a required slice is told by out of the values.
    private mutating func addSlices(_ resource: JSON, _ name: String) {
        let claims = resource["meta"]?["profile"]?.elements.compactMap(\.string) ?? []
        for profile in claims.compactMap({ Definitions.r4.profile($0) }) {
            for element in profile.elements where element.sliceName != nil && element.min > 0 {
                guard element.parentID == name, let list = resource[element.name], list.isArray,
                    let inner = Definitions.r4.type(name)?.element(json: element.name)?.type
                else { continue }
                let other = #"{"coding":[{"system":"http://example.org/none","code":"none"}]}"#
                let value =
                    switch inner {
                    case "CodeableConcept": other
                    case "Observation.component": #"{"code":\#(other),"valueString":"x"}"#
                    default: ""
                    }
                guard !value.isEmpty else { continue }
                add(
                    .slice, Self.set("/\(element.name)", "[\(value)]"), "\(name).\(element.name)")
            }
        }
        addExtensionParts(resource, name)
    }

    private mutating func addExtensionParts(_ resource: JSON, _ name: String) {
        for (index, one) in (resource["extension"]?.elements.enumerated().map { $0 } ?? []) {
            guard let parts = one["extension"], parts.count > 1,
                let text = parts.elements.enumerated().first(where: {
                    $1.string("url") == "text"
                })
            else { continue }
            add(
                .slice, Self.remove("/extension/\(index)/extension/\(text.offset)"),
                "\(name).extension[\(index)].extension")
        }
    }
}
