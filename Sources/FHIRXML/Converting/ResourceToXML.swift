import FHIRModel

/// What is wrong with a resource in JSON, and where.
struct JSONFault: Error {
    let code: XMLError.Code
    /// The way to the place, the innermost step first.
    var steps: [String] = []

    /// The same fault, one step further out.
    func inside(_ step: String) -> JSONFault { JSONFault(code: code, steps: steps + [step]) }

    /// The way from the resource to the place.
    var path: String { steps.reversed().joined(separator: ".") }
}

/// Writes the XML of a resource in JSON.
///
/// Used for one document.
struct ResourceToXML {
    private let shapes: Shapes
    private let isPretty: Bool
    private var out: [UInt8] = []
    private var depth = 0

    /// A member of an object with what belongs to it.
    private struct Slot {
        let entry: Shape.Entry
        var value: JSON?
        /// The ids and extensions of primitives.
        var more: JSON?
    }

    init(shapes: Shapes, isPretty: Bool) {
        self.shapes = shapes
        self.isPretty = isPretty
    }

    /// The XML of the document.
    mutating func document(_ json: JSON) throws(JSONFault) -> [UInt8] {
        out.reserveCapacity(json.rawBytes.count * 2)
        out += #"<?xml version="1.0" encoding="UTF-8"?>"#.utf8
        try resource(json)
        if isPretty { out.append(0x0A) }
        return out
    }

    private mutating func resource(_ json: JSON) throws(JSONFault) {
        guard let type = json.string("resourceType") else { throw JSONFault(code: .notAResource) }
        let step = XMLStorage.shown(type)
        guard let shape = shapes.resource(type) else {
            throw JSONFault(code: .unknownResource, steps: [step])
        }
        do {
            let slots = try slots(of: json, shape, isResource: true)
            let isRoot = depth == 0
            open(type)
            if isRoot { out.appendAttribute("xmlns", XMLTree.fhir.utf8) }
            try content(of: type, slots)
        } catch {
            throw error.inside(step)
        }
    }

    private mutating func object(
        _ name: String, _ json: JSON, _ shape: Shape
    ) throws(JSONFault) {
        guard json.isObject else { throw JSONFault(code: .wrongKind) }
        let slots = try slots(of: json, shape, isResource: false)
        guard !slots.isEmpty else { throw JSONFault(code: .emptyElement) }
        open(name)
        for slot in slots where slot.entry.form == .attribute { try attribute(slot) }
        try content(of: name, slots)
    }

    /// The members of an object in the order of the specification, each with its extensions.
    private func slots(
        of json: JSON, _ shape: Shape, isResource: Bool
    ) throws(JSONFault) -> [Slot] {
        var slots: [Slot] = []
        for (key, value) in json.members {
            if isResource, key == "resourceType" { continue }
            let isMore = key.utf8.first == 0x5F
            guard let entry = shape.entry(isMore ? String(key.dropFirst()) : key),
                !isMore || entry.form.isPrimitive
            else { throw JSONFault(code: .unknownElement, steps: [XMLStorage.shown(key)]) }
            guard let index = slots.firstIndex(where: { $0.entry.order == entry.order }) else {
                slots.append(
                    Slot(
                        entry: entry, value: isMore ? nil : value, more: isMore ? value : nil))
                continue
            }
            let isTaken = isMore ? slots[index].more != nil : slots[index].value != nil
            guard slots[index].entry.name == entry.name, !isTaken else {
                throw JSONFault(code: .tooMany, steps: [key])
            }
            if isMore { slots[index].more = value } else { slots[index].value = value }
        }
        return slots.sorted { $0.entry.order < $1.entry.order }
    }

    private mutating func attribute(_ slot: Slot) throws(JSONFault) {
        guard let value = slot.value, value.kind == .string else {
            throw JSONFault(code: .wrongKind, steps: [slot.entry.name])
        }
        do {
            try append(attribute: slot.entry.name, value)
        } catch {
            throw error.inside(slot.entry.name)
        }
    }

    /// What stands between the tags of an element, and the end of it.
    private mutating func content(of name: String, _ slots: [Slot]) throws(JSONFault) {
        let start = out.count
        out.append(0x3E)
        depth += 1
        for slot in slots where slot.entry.form != .attribute { try member(slot) }
        depth -= 1
        if out.count == start + 1 {
            out[start] = 0x2F
            out.append(0x3E)
        } else {
            close(name)
        }
    }

    private mutating func member(_ slot: Slot) throws(JSONFault) {
        let entry = slot.entry
        guard entry.isList else {
            do {
                return try occurrence(entry, slot.value, slot.more)
            } catch {
                throw error.inside(entry.name)
            }
        }
        guard slot.value?.isArray != false, slot.more?.isArray != false else {
            throw JSONFault(code: .wrongKind, steps: [entry.name])
        }
        var values = slot.value?.elements.makeIterator()
        var mores = slot.more?.elements.makeIterator()
        let count = max(slot.value?.count ?? 0, slot.more?.count ?? 0)
        guard count > 0 else { throw JSONFault(code: .emptyElement, steps: [entry.name]) }
        for index in 0..<count {
            do {
                try occurrence(entry, present(values?.next()), present(mores?.next()))
            } catch {
                throw error.inside("\(entry.name)[\(index)]")
            }
        }
    }

    /// A value that is not the `null` by which lists of primitives leave a place empty.
    private func present(_ json: JSON?) -> JSON? { json.flatMap { $0.isNull ? nil : $0 } }

    private mutating func occurrence(
        _ entry: Shape.Entry, _ value: JSON?, _ more: JSON?
    ) throws(JSONFault) {
        if entry.form.isPrimitive { return try primitive(entry, value, more) }
        guard let value else { throw JSONFault(code: .emptyElement) }
        switch entry.form {
        case .elements(let number): try object(entry.name, value, shapes[number])
        case .resource:
            open(entry.name)
            out.append(0x3E)
            depth += 1
            try resource(value)
            depth -= 1
            close(entry.name)
        default: try narrative(value)
        }
    }

    private mutating func primitive(
        _ entry: Shape.Entry, _ value: JSON?, _ more: JSON?
    ) throws(JSONFault) {
        guard value != nil || more != nil else { throw JSONFault(code: .emptyElement) }
        guard more?.isObject != false else { throw JSONFault(code: .wrongKind) }
        let slots = try more.map { (more) throws(JSONFault) in
            try self.slots(of: more, shapes.primitive, isResource: false)
        }
        open(entry.name)
        for slot in slots ?? [] where slot.entry.form == .attribute { try attribute(slot) }
        if let value { try append(value, as: entry.form) }
        try content(of: entry.name, slots ?? [])
    }

    private mutating func append(_ value: JSON, as form: Shape.Form) throws(JSONFault) {
        switch (form, value.kind) {
        case (.text, .string): return try append(attribute: "value", value)
        case (.boolean, .bool), (.decimal, .number): break
        case (.integer, .number):
            guard [UInt8].isJSONNumber(value.rawBytes, isWhole: true) else {
                throw JSONFault(code: .invalidValue)
            }
        default: throw JSONFault(code: .wrongKind)
        }
        out.appendAttribute("value", value.rawBytes)
    }

    private mutating func append(attribute name: String, _ value: JSON) throws(JSONFault) {
        let content = value.rawBytes.dropFirst().dropLast()
        guard !content.isEmpty else { throw JSONFault(code: .invalidValue) }
        let text = content.contains(0x5C) ? Array((value.string ?? "").utf8)[...] : content
        guard Self.fitsXML(text) else { throw JSONFault(code: .invalidCharacter) }
        out.appendAttribute(name, text)
    }

    /// Whether XML can hold a text: no control characters but tab and line ends, and neither U+FFFE
    /// nor U+FFFF.
    private static func fitsXML(_ text: ArraySlice<UInt8>) -> Bool {
        var isAfterPrefix = 0
        for byte in text {
            if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D { return false }
            switch (isAfterPrefix, byte) {
            case (_, 0xEF): isAfterPrefix = 1
            case (1, 0xBF): isAfterPrefix = 2
            case (2, 0xBE...0xBF): return false
            default: isAfterPrefix = 0
            }
        }
        return true
    }

    private mutating func narrative(_ value: JSON) throws(JSONFault) {
        guard let markup = value.string else { throw JSONFault(code: .wrongKind) }
        guard let root = Self.markup(markup), root.name == "div", root.namespace == XMLTree.xhtml
        else { throw JSONFault(code: .narrative) }
        line()
        Narrative.append(root.sourceBytes, to: &out)
    }

    private static func markup(_ text: String) -> XMLElement? {
        // What the reader refuses is no narrative, for whatever reason.
        try? XMLTree.parse(Array(text.utf8)).root
    }

    private mutating func open(_ name: String) {
        line()
        out.append(0x3C)
        out += name.utf8
    }

    private mutating func close(_ name: String) {
        line()
        out += "</".utf8
        out += name.utf8
        out.append(0x3E)
    }

    private mutating func line() {
        guard isPretty else { return }
        out.append(0x0A)
        out.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }
}
