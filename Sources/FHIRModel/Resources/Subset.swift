/// A part of a resource that a client asks for instead of the whole.
///
/// Elements that a resource must have stay in every part, so that the part is a resource too, and
/// so do elements that change the meaning of others.
///
/// Spec: FHIR R4, 3.1.1.5.9 Summary and 3.1.1.5.10 Elements,
/// https://hl7.org/fhir/R4/search.html#summary
package enum Subset: Sendable, Hashable {
    /// The elements that the standard marks for summaries.
    case summary
    /// The narrative.
    case text
    /// Everything but the narrative.
    case data
    /// These elements of the resource, each a name or `Type.name`.
    case elements([String])

    /// The part that a value of `_summary` names; nil for another word.
    package init?(summary word: String) {
        switch word {
        case "true": self = .summary
        case "text": self = .text
        case "data": self = .data
        default: return nil
        }
    }

    /// The part of a resource as canonical JSON, marked as one.
    package func bytes(of resource: JSON, _ definitions: Definitions = .r4) -> [UInt8] {
        let name = resource.string("resourceType") ?? ""
        let type = definitions.type(name)
        var writer = JSONWriter()
        writer.beginObject()
        var hasMeta = false
        for (key, value) in resource.members {
            if key == "resourceType" || key == "id" {
                writer.member(key, value)
            } else if key == "meta" {
                hasMeta = true
                writer.member("meta", raw: Self.marked(value))
            } else if keeps(key, of: name, type) {
                write(key, value, of: type, definitions, to: &writer)
            }
        }
        if !hasMeta { writer.object("meta") { Self.writeTags([], to: &$0) } }
        writer.endObject()
        return writer.bytes
    }

    private func keeps(_ key: String, of resource: String, _ type: TypeDefinition?) -> Bool {
        let name = key.hasPrefix("_") ? String(key.dropFirst()) : key
        let element = type?.element(json: name)?.element
        let isNeeded = element.map { $0.min > 0 || $0.isModifier } ?? false
        switch self {
        case .summary: return element?.isSummary ?? false || element.map { $0.min > 0 } ?? false
        case .text: return name == "text" || element.map { $0.min > 0 } ?? false
        case .data: return name != "text"
        case .elements(let names):
            let bare = element?.name ?? name
            return isNeeded
                || names.contains { $0 == name || $0 == bare || $0 == "\(resource).\(bare)" }
        }
    }

    /// Writes a member; of a summary only those parts of it that are for summaries.
    private func write(
        _ key: String, _ value: JSON, of type: TypeDefinition?, _ definitions: Definitions,
        to writer: inout JSONWriter
    ) {
        guard self == .summary, !key.hasPrefix("_"),
            let name = type?.element(json: key)?.type, let part = definitions.type(name),
            part.kind == .backbone || part.kind == .complex, value.isObject || value.isArray
        else {
            writer.member(key, value)
            return
        }
        writer.key(key)
        guard value.isArray else { return writeSummary(value, part, definitions, to: &writer) }
        writer.beginArray()
        for element in value.elements { writeSummary(element, part, definitions, to: &writer) }
        writer.endArray()
    }

    private func writeSummary(
        _ value: JSON, _ type: TypeDefinition, _ definitions: Definitions,
        to writer: inout JSONWriter
    ) {
        let kept = value.members.filter { key, _ in
            let name = key.hasPrefix("_") ? String(key.dropFirst()) : key
            guard let element = type.element(json: name)?.element else { return false }
            return element.isSummary || element.min > 0
        }
        // An element is never empty: where nothing of it is for summaries, it stays as it is.
        guard !kept.isEmpty else { return writer.value(value) }
        writer.beginObject()
        for (key, child) in kept { write(key, child, of: type, definitions, to: &writer) }
        writer.endObject()
    }

    private static func marked(_ meta: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in meta.members where key != "tag" { writer.member(key, value) }
        writeTags(meta["tag"]?.elements.map { $0 } ?? [], to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Writes the tags with the one that marks a part.
    ///
    /// Spec: FHIR R4, SUBSETTED, https://hl7.org/fhir/R4/codesystem-observation-value.html
    private static func writeTags(_ tags: [JSON], to meta: inout JSONWriter) {
        meta.array("tag") { list in
            for tag in tags where tag["code"]?.equals("SUBSETTED") != true { list.value(tag) }
            list.object { coding in
                coding.member(
                    "system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue")
                coding.member("code", "SUBSETTED")
            }
        }
    }
}
