import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import Sealing

/// Makes the rows by which a resource is found.
struct IndexMaker: Sendable {
    let keys: DataKeys
    let tags: SearchTags
    let numbers: SearchNumbers
    let rules: SearchRules

    /// The draft for a change from one version to the next.
    ///
    /// - Parameters:
    ///   - old: the version before with its body; nil where there is none, or none that opens.
    ///   - new: the new version with its content; nil for a deletion.
    func draft(
        type: String, id: String, old: (owner: Owner, json: JSON)?,
        new: (owner: Owner, json: JSON, key: DataKey)?
    ) throws -> IndexDraft {
        let made = new.map { placed($0.json, type: type, owner: $0.owner) }
        var sealed: [Int64: [UInt8]] = [:]
        if let made, let key = new?.key {
            for (parameter, plain) in made.content.texts {
                sealed[parameter] = try SealedValue.seal(
                    plain, key: key, at: Self.place(parameter, chart: made.chart))
            }
        }
        return IndexDraft(
            type: numbers.parameter(type, ""), selfTag: tags.resource("\(type)/\(id)"),
            old: old.map { placed($0.json, type: type, owner: $0.owner) }, new: made,
            sealed: sealed)
    }

    /// Whose record it is.
    struct Owner: Sendable {
        let patientID: String
        let compartment: Compartment
    }

    /// Where a sealed value of the index belongs.
    static func place(_ parameter: Int64, chart: Int64) -> Place {
        Place(table: "search_text", column: "sealed_values", row: "\(parameter)/\(chart)")
    }

    private func placed(_ json: JSON, type: String, owner: Owner) -> IndexDraft.Placed {
        let chart = Chart(
            patient: numbers.patient(owner.patientID), compartment: owner.compartment)
        guard !Chart.isClosed(owner.compartment) else {
            return IndexDraft.Placed(chart: chart.number, content: IndexContent())
        }
        var content = content(of: rules.entries(json, type) + rules.words(json), type: type)
        for inner in Self.containedTypes(json) {
            content.tags.insert(
                IndexContent.Tag(
                    parameter: numbers.parameter(inner, Self.containedCode), tag: 0,
                    systemTag: 0))
        }
        return IndexDraft.Placed(chart: chart.number, content: content)
    }

    /// Beside a type, what says that a resource holds one of that type inside.
    static let containedCode = "_contained"

    /// The types of the resources that stand inside of one.
    static func containedTypes(_ json: JSON) -> Set<String> {
        Set(
            json["contained"]?.elements.compactMap { $0.string("resourceType") }
                .filter(ResourceType.isKnown) ?? [])
    }

    private func content(of entries: [IndexEntry], type: String) -> IndexContent {
        let isPerson = Self.isPerson(type)
        var content = IndexContent()
        var texts: [Int64: [IndexValue]] = [:]
        for entry in entries where !Self.isOfRow(entry.parameter) {
            let number = numbers.parameter(type, entry.parameter)
            let maker = RowMaker(
                parameter: number, field: SearchTags.field(type, entry.parameter), tags: tags)
            if !maker.add(entry.value, isPerson: isPerson, to: &content) {
                texts[number, default: []].append(entry.value)
            }
        }
        for (number, values) in texts { content.texts[number] = SealedValues.encode(values) }
        return content
    }

    /// Whether a type is about persons, whose values lie nowhere readable, not even as a hash.
    static func isPerson(_ type: String) -> Bool { Area(resourceType: type) == .demographics }

    /// What a reference is hashed by; nil where it has no address.
    static func name(of reference: IndexedReference) -> String? {
        if let type = reference.type, let id = reference.id { return "\(type)/\(id)" }
        return reference.url
    }

    /// Whether a parameter is answered from the row of the resource itself.
    static func isOfRow(_ code: String) -> Bool { code == "_id" || code == "_lastUpdated" }
}

/// Makes the row of one value.
private struct RowMaker {
    let parameter: Int64
    let field: String
    let tags: SearchTags

    /// Adds the row; false where the value is to be sealed instead.
    func add(_ value: IndexValue, isPerson: Bool, to content: inout IndexContent) -> Bool {
        switch value {
        case .reference(let reference):
            add(reference, to: &content)
            return true
        case .string, .position: return false
        // Found by the plain parameters that it is made of, and looked at then.
        case .composite: return true
        case _ where isPerson: return false
        case .token(let system, let code, _):
            content.tags.insert(
                IndexContent.Tag(
                    parameter: parameter, tag: code.map { tags.code(field, $0) } ?? 0,
                    systemTag: system.map { tags.system(field, $0) } ?? 0))
        // The same identifier is there as a token.
        case .typedIdentifier: return true
        case .uri(let uri):
            content.tags.insert(
                IndexContent.Tag(parameter: parameter, tag: tags.uri(field, uri), systemTag: 0))
        case .date(let low, let high):
            content.ranges.insert(
                IndexContent.Range(parameter: parameter, lowMs: low, highMs: high))
        case .number(let range): add(range, canonical: nil, to: &content)
        case .quantity(let quantity):
            add(quantity.range, canonical: quantity.canonical?.range, to: &content)
        }
        return true
    }

    private func add(_ reference: IndexedReference, to content: inout IndexContent) {
        if let name = IndexMaker.name(of: reference) {
            content.links.insert(
                IndexContent.Link(parameter: parameter, targetTag: tags.resource(name)))
        } else {
            // Says that there is a value, though no address.
            content.tags.insert(IndexContent.Tag(parameter: parameter, tag: 0, systemTag: 0))
        }
    }

    private func add(
        _ range: NumberRange, canonical: NumberRange?, to content: inout IndexContent
    ) {
        let other = canonical ?? range
        content.quantities.insert(
            IndexContent.Quantity(
                parameter: parameter, low: range.lowDouble, high: range.highDouble,
                canonicalLow: other.lowDouble, canonicalHigh: other.highDouble))
    }
}
