import FHIRModel
import Kernel

/// A rule by which a value set chooses from a system.
///
/// Spec: FHIR R4 filter-operator, https://hl7.org/fhir/R4/valueset-filter-operator.html
struct SetRule: Sendable {
    let property: String
    let operation: String
    let value: String

    init?(_ json: JSON) {
        guard let property = json.string("property"), let operation = json.string("op"),
            let value = json.string("value")
        else { return nil }
        self.property = property
        self.operation = operation
        self.value = value
    }

    /// The code below which everything lies that the rule takes; nil if it is no such rule.
    var top: String? {
        (property == "concept" || property == "code")
            && (operation == "is-a" || operation == "descendent-of") ? value : nil
    }

    /// Whether a code of a source passes; nil if that cannot be told.
    func accepts(_ code: String, of source: any CodeSource) throws(Problem) -> Bool? {
        if property == "concept" || property == "code" {
            return try acceptsByPlace(code, of: source)
        }
        guard let concept = try source.concept(code) else {
            return source.isComplete ? false : nil
        }
        var values = concept.facts.filter { $0.name == property }.map(\.value)
        if property == "parent" { values += try source.parents(of: code) }
        if property == "child" { values += try source.children(of: code) }
        if values.isEmpty, !source.isComplete { return nil }
        switch operation {
        case "=": return values.contains(value)
        case "in": return listed.contains { values.contains($0) }
        case "not-in": return !listed.contains { values.contains($0) }
        case "exists": return values.isEmpty != (value == "true")
        default: return nil
        }
    }

    private var listed: [String] {
        value.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    private func acceptsByPlace(
        _ code: String, of source: any CodeSource
    ) throws(Problem) -> Bool? {
        switch operation {
        case "is-a": return try below(value, code, source)
        case "descendent-of": return code == value ? false : try below(value, code, source)
        case "is-not-a": return try below(value, code, source).map { !$0 }
        case "generalizes": return try below(code, value, source)
        case "=": return code == value
        case "in": return listed.contains(code)
        case "not-in": return !listed.contains(code)
        default: return nil
        }
    }

    private func below(
        _ ancestor: String, _ code: String, _ source: any CodeSource
    ) throws(Problem) -> Bool? {
        if let known = try source.subsumes(ancestor, code) { return known }
        // A code that a whole system does not have is below nothing.
        guard source.isComplete else { return nil }
        let (low, top) = (try source.concept(code), try source.concept(ancestor))
        return low == nil || top == nil ? false : nil
    }
}

/// A part of a value set: codes of a system, or of other sets, or what both have.
struct SetPart: Sendable {
    let system: String?
    let codes: [(code: String, display: String?)]?
    let rules: [SetRule]
    /// Whether a rule of the part could not be read, so that nothing is certain.
    let hasStrangeRule: Bool
    let sets: [String]

    init(_ json: JSON) {
        system = json.string("system")
        codes = json["concept"].map { list in
            list.elements.compactMap { item in
                item.string("code").map { ($0, item.string("display")) }
            }
        }
        let filters = json["filter"].map { Array($0.elements) } ?? []
        rules = filters.compactMap { SetRule($0) }
        hasStrangeRule = rules.count != filters.count
        sets = json["valueSet"]?.elements.compactMap(\.string) ?? []
    }

    init(system: String, below: String?) {
        self.system = system
        codes = nil
        rules = below.flatMap { SetRule(concept: $0) }.map { [$0] } ?? []
        hasStrangeRule = false
        sets = []
    }
}

extension SetRule {
    fileprivate init?(concept: String) {
        property = "concept"
        operation = "is-a"
        value = concept
    }
}
