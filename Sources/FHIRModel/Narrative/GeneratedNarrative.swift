/// The narrative of a resource that came without one: what its elements say, as a plain table.
///
/// Takes about 10 µs. What a person wrote is never touched; what was generated is made afresh with
/// every version, which the class of its `div` tells.
///
/// Spec: FHIR R4 narrative, https://hl7.org/fhir/R4/narrative.html
package enum GeneratedNarrative {
    /// The class of the `div`, by which a narrative is known to be generated.
    package static let className = "tribal-ehr-narrative"
    /// UTF-8 bytes of a `div`; what is beyond is left out and said to be.
    package static let divBytesMax = 8_192
    /// Bytes at the start of a `div` within which its class stands.
    private static let headBytesMax = 256
    /// Bytes of a row that may come when the room is nearly used up.
    private static let rowRoomBytes = 1_400

    /// Whether a `div` was generated here.
    package static func isGenerated(div: String) -> Bool {
        Array(div.utf8.prefix(headBytesMax)).firstRange(of: Array(className.utf8)) != nil
    }

    /// Whether the narrative of a resource was generated here.
    package static func isGenerated(in resource: JSON) -> Bool {
        resource["text"]?.string("div").map { isGenerated(div: $0) } ?? false
    }

    /// Whether a resource has a narrative that somebody wrote, or says that it has none.
    package static func isWritten(in resource: JSON) -> Bool {
        resource["text"] != nil && !isGenerated(in: resource)
    }

    /// The element `text` of a resource, as finished JSON; nil for types that have no narrative.
    package static func text(of resource: JSON) -> [UInt8]? {
        guard let type = resource.string("resourceType"),
            Definitions.r4.type(type)?.base == "DomainResource"
        else { return nil }
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.beginObject()
        writer.member("status", "generated")
        writer.member("div", String(decoding: div(resource, type), as: UTF8.self))
        writer.endObject()
        return writer.bytes
    }

    private static func div(_ resource: JSON, _ type: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(1_024)
        out += #"<div xmlns="http://www.w3.org/1999/xhtml" class="\#(className)"><p><b>"#.utf8
        let template = NarrativeTemplate.of(type)
        NarrativeText.append(template?.title ?? NarrativeText.label(type), to: &out)
        out += "</b></p>".utf8
        var rows = NarrativeRows(bytesMax: divBytesMax - rowRoomBytes)
        if let template {
            for row in template.rows {
                rows.add(row.label, NarrativeTemplate.values(resource, row.steps[...]), to: &out)
            }
        } else {
            for (key, value) in resource.members where !passedOver.contains(key) {
                guard key.utf8.first != 0x5F else { continue }
                rows.add(
                    NarrativeText.label(key), value.isArray ? Array(value.elements) : [value],
                    to: &out)
            }
        }
        rows.end(&out)
        out += "</div>".utf8
        return out
    }

    /// Elements that say nothing to a reader.
    private static let passedOver: Set = [
        "resourceType", "id", "meta", "text", "implicitRules", "language", "contained",
        "extension", "modifierExtension",
    ]
}

/// Writes the rows of a table as long as there is room.
private struct NarrativeRows {
    /// Values of one row; further ones are counted.
    private static let valuesCountMax = 12

    let bytesMax: Int
    private var isOpen = false
    private var isFull = false

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    mutating func add(_ label: String, _ values: [JSON], to out: inout [UInt8]) {
        guard !isFull else { return }
        var cell: [UInt8] = []
        for value in values.prefix(Self.valuesCountMax) {
            var text = NarrativeText()
            text.describe(value)
            guard !text.bytes.isEmpty else { continue }
            if !cell.isEmpty { cell += "<br/>".utf8 }
            cell += text.bytes
        }
        guard !cell.isEmpty else { return }
        if values.count > Self.valuesCountMax {
            cell += "<br/>and \(values.count - Self.valuesCountMax) more".utf8
        }
        guard out.count + cell.count < bytesMax else {
            isFull = true
            return
        }
        if !isOpen { out += "<table><tbody>".utf8 }
        isOpen = true
        out += "<tr><th>".utf8
        NarrativeText.append(label, to: &out)
        out += "</th><td>".utf8
        out += cell
        out += "</td></tr>".utf8
    }

    func end(_ out: inout [UInt8]) {
        if isOpen { out += "</tbody></table>".utf8 }
        if isFull { out += "<p>There is more in the record itself.</p>".utf8 }
    }
}
