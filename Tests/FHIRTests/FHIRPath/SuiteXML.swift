import FHIRModel

/// An element of a small XML document that is known to be sound.
final class SuiteXML {
    let name: String
    private(set) var attributes: [String: String] = [:]
    private(set) var children: [SuiteXML] = []
    private(set) var text = ""

    init(name: String) { self.name = name }

    subscript(_ attribute: String) -> String? { attributes[attribute] }

    func all(_ name: String) -> [SuiteXML] { children.filter { $0.name == name } }

    /// Reads a document: elements, attributes, text and comments.
    static func read(_ bytes: [UInt8]) -> SuiteXML {
        let root = SuiteXML(name: "")
        var open = [root]
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        while !rest.isEmpty {
            let text = rest.prefix { $0 != "<" }
            open[open.count - 1].text += unescaped(String(text))
            rest = rest.dropFirst(text.count)
            if rest.starts(with: "<!--".unicodeScalars) {
                rest = after("-->", rest)
            } else if rest.starts(with: "<?".unicodeScalars) {
                rest = after("?>", rest)
            } else if rest.starts(with: "</".unicodeScalars) {
                rest = after(">", rest)
                open.removeLast()
            } else if !rest.isEmpty {
                openTag(&rest, &open)
            }
        }
        return root.children[0]
    }

    private static func after(
        _ mark: String, _ rest: Substring.UnicodeScalarView
    ) -> Substring.UnicodeScalarView {
        var rest = rest
        while !rest.isEmpty, !rest.starts(with: mark.unicodeScalars) { rest = rest.dropFirst() }
        return rest.dropFirst(mark.unicodeScalars.count)
    }

    private static func openTag(
        _ rest: inout Substring.UnicodeScalarView, _ open: inout [SuiteXML]
    ) {
        rest = rest.dropFirst()
        let name = rest.prefix { !$0.properties.isWhitespace && $0 != ">" && $0 != "/" }
        rest = rest.dropFirst(name.count)
        let element = SuiteXML(name: String(name))
        while let scalar = rest.first, scalar != ">", scalar != "/" {
            guard !scalar.properties.isWhitespace else {
                rest = rest.dropFirst()
                continue
            }
            let key = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(key.count + 1)
            let quote = rest.first ?? "\""
            let value = rest.dropFirst().prefix { $0 != quote }
            rest = rest.dropFirst(value.count + 2)
            let trimmed = String(key).split(whereSeparator: \.isWhitespace).joined()
            element.attributes[trimmed] = unescaped(String(value))
        }
        open[open.count - 1].children.append(element)
        if rest.first == "/" {
            rest = rest.dropFirst(2)
        } else {
            rest = rest.dropFirst()
            open.append(element)
        }
    }

    private static func unescaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        let names: [String: Unicode.Scalar] = [
            "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
        ]
        while let scalar = rest.popFirst() {
            guard scalar == "&", let end = rest.firstIndex(of: ";") else {
                out.append(scalar)
                continue
            }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            let code =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16)
                : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            out.append(code.flatMap { Unicode.Scalar($0) } ?? names[name] ?? "?")
        }
        return String(out)
    }
}

extension SuiteXML {
    /// A resource in the JSON form, by the definitions.
    func resource() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("resourceType", name)
        writeMembers(of: name, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeMembers(of type: String, to writer: inout JSONWriter) {
        guard let definition = Definitions.r4.type(type) else { return }
        for attribute in ["id", "url"] {
            if let value = attributes[attribute] { writer.member(attribute, value) }
        }
        var done: Set<String> = []
        for child in children where done.insert(child.name).inserted {
            guard let (element, type) = definition.element(json: child.name), child.name != "div"
            else { continue }
            let group = all(child.name)
            if Definitions.r4.type(type)?.kind == .primitive {
                Self.writePrimitives(group, type, isList: element.isList, &writer)
            } else {
                writer.key(child.name)
                if element.isList { writer.beginArray() }
                for one in group {
                    writer.beginObject()
                    one.writeMembers(of: type, to: &writer)
                    writer.endObject()
                }
                if element.isList { writer.endArray() }
            }
        }
    }

    private static func writePrimitives(
        _ group: [SuiteXML], _ type: String, isList: Bool, _ writer: inout JSONWriter
    ) {
        let name = group[0].name
        let isPlain = ["boolean", "integer", "positiveInt", "unsignedInt", "decimal"].contains(type)
        writer.key(name)
        if isList { writer.beginArray() }
        for one in group {
            let value = one["value"] ?? ""
            if isPlain { writer.raw(Array(value.utf8)) } else { writer.string(value) }
        }
        if isList { writer.endArray() }
        guard group.contains(where: { !$0.children.isEmpty || $0["id"] != nil }) else { return }
        writer.key("_" + name)
        if isList { writer.beginArray() }
        for one in group {
            writer.beginObject()
            one.writeMembers(of: "Element", to: &writer)
            writer.endObject()
        }
        if isList { writer.endArray() }
    }
}
