import FHIRModel

/// Writes a value as a part of Parameters, with its type and its place in the resource.
struct LabPart {
    let types: PathTypes
    let resource: JSON?

    func write(_ value: PathValue, to writer: inout JSONWriter) {
        writer.object { writer in
            guard case .node(let node) = value else {
                writeOwn(value, to: &writer)
                return
            }
            let place = resource.flatMap { ElementPlace.text(of: node, in: $0, types: types) }
            let valueName = valueName(of: node)
            let isResource = types.kind(node.type) == .resource
            let needsText = valueName == nil && !isResource
            if place != nil || needsText {
                writer.array("extension") { writer in
                    if let place { Self.write(FHIRPathLab.pathURL, place, to: &writer) }
                    guard needsText, let json = node.json else { return }
                    let text = String(decoding: json.canonicalBytes(), as: UTF8.self)
                    Self.write(FHIRPathLab.jsonURL, text, to: &writer)
                }
            }
            let name = node.typeName(types)
            let isEmptyText = node.json?.equals("") == true
            writer.member("name", isEmptyText ? "empty-string" : name.isEmpty ? "Element" : name)
            if isResource, let json = node.json {
                writer.member("resource", json)
            } else if let valueName, !isEmptyText {
                if let json = node.json { writer.member(valueName, json) }
                if let sibling = node.sibling { writer.member("_" + valueName, sibling) }
            }
        }
    }

    private static func write(_ url: String, _ text: String, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("url", url)
            writer.member("valueString", text)
        }
    }

    /// The name of the member that takes a value of the type; nil if a parameter cannot hold it.
    private func valueName(of node: PathNode) -> String? {
        guard let parameter = types.id("Parameters.parameter"),
            let forms = types[parameter].children?["value"]?.forms
        else { return nil }
        return forms.first { $0.type == node.type }?.name
    }

    /// A value of the language's own types.
    private func writeOwn(_ value: PathValue, to writer: inout JSONWriter) {
        switch value {
        case .node: break
        case .boolean(let truth):
            writer.member("name", "boolean")
            writer.member("valueBoolean", truth)
        case .string(let text):
            writer.member("name", text.isEmpty ? "empty-string" : "string")
            if !text.isEmpty { writer.member("valueString", text) }
        case .integer(let number):
            writer.member("name", "integer")
            writer.member("valueInteger", Int(number))
        case .long(let number): writeText("Long", "\(number)", to: &writer)
        case .decimal(let number):
            writer.member("name", "decimal")
            writer.member("valueDecimal", raw: number.text.utf8)
        case .moment(let moment): write(moment, to: &writer)
        case .quantity(let quantity): write(quantity, to: &writer)
        case .typeInfo(let info):
            writeText("TypeInfo", "\(info.namespace).\(info.name)", to: &writer)
        }
    }

    /// A value that FHIR has no type for, as text.
    private func writeText(_ name: String, _ text: String, to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("valueString", text)
    }

    private func write(_ moment: PathMoment, to writer: inout JSONWriter) {
        let text = moment.text
        switch moment.kind {
        case .date:
            writer.member("name", "date")
            writer.member("valueDate", text)
        case .dateTime:
            // A time without zone or without seconds is one of the language and not of FHIR.
            let isOfFHIR = (try? FHIRDateTime(text)) != nil
            writer.member("name", isOfFHIR ? "dateTime" : "DateTime")
            writer.member(isOfFHIR ? "valueDateTime" : "valueString", text)
        case .time:
            let isOfFHIR = FHIRTime.isValid(text)
            writer.member("name", isOfFHIR ? "time" : "Time")
            writer.member(isOfFHIR ? "valueTime" : "valueString", text)
        }
    }

    private func write(_ quantity: PathQuantity, to writer: inout JSONWriter) {
        writer.member("name", "Quantity")
        writer.object("valueQuantity") { writer in
            writer.member("value", raw: quantity.value.text.utf8)
            writer.member("unit", quantity.unit)
            guard quantity.calendar == nil else { return }
            writer.member("system", "http://unitsofmeasure.org")
            writer.member("code", quantity.unit)
        }
    }
}
