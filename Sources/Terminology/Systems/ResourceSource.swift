package import FHIRModel
package import Kernel

/// A code system that the clinic wrote as a resource.
///
/// Spec: FHIR R4 CodeSystem, https://hl7.org/fhir/R4/codesystem.html
package struct ResourceSource: CodeSource {
    /// Concepts that are read of one resource; more are left out, and the system counts as a part.
    package static let conceptsMax = 200_000
    private static let depthMax = 64

    private struct Entry: Sendable {
        let json: JSON
        var parents: [Int]
        var end: Int
    }

    private let entries: [Entry]
    private let byCode: [String: Int]
    private let isWhole: Bool
    package let url: String
    package let version: String?
    package let title: String
    package let isCaseSensitive: Bool

    /// Reads a resource; nil if it is no code system with an address.
    package init?(_ json: JSON) {
        guard json["resourceType"]?.equals("CodeSystem") ?? false, let url = json.string("url")
        else { return nil }
        self.url = url
        version = json.string("version")
        title = json.string("title") ?? json.string("name") ?? url
        isCaseSensitive = json["caseSensitive"]?.bool ?? true
        var reading = Reading()
        if let concepts = json["concept"] { reading.take(concepts, above: nil, depth: 0) }
        reading.link()
        entries = reading.entries
        byCode = reading.byCode
        isWhole = json.string("content") == "complete" && !reading.isCut
    }

    private struct Reading {
        var entries: [Entry] = []
        var byCode: [String: Int] = [:]
        var isCut = false

        mutating func take(_ concepts: JSON, above: Int?, depth: Int) {
            for json in concepts.elements {
                guard let code = json.string("code"), byCode[code] == nil else { continue }
                guard entries.count < conceptsMax, depth < depthMax else {
                    isCut = true
                    return
                }
                let index = entries.count
                byCode[code] = index
                entries.append(Entry(json: json, parents: above.map { [$0] } ?? [], end: index))
                if let below = json["concept"] { take(below, above: index, depth: depth + 1) }
                entries[index].end = entries.count
            }
        }

        /// Takes the order in that properties `parent` and `child` state.
        mutating func link() {
            for index in entries.indices {
                for (name, value) in ResourceSource.properties(entries[index].json) {
                    guard let other = byCode[value], other != index else { continue }
                    if name == "parent" { add(other, above: index) }
                    if name == "child" { add(index, above: other) }
                }
            }
        }

        private mutating func add(_ parent: Int, above index: Int) {
            if !entries[index].parents.contains(parent) { entries[index].parents.append(parent) }
        }
    }

    fileprivate static func properties(_ json: JSON) -> [(String, String)] {
        guard let list = json["property"] else { return [] }
        return list.elements.compactMap { item in
            guard let code = item.string("code") else { return nil }
            for (name, value) in item.members where name.hasPrefix("value") {
                let text = value.string ?? value.string("code") ?? value.numberText
                if let text = text ?? value.bool.map({ $0 ? "true" : "false" }) {
                    return (code, text)
                }
            }
            return nil
        }
    }

    package var isComplete: Bool { isWhole }
    package var count: Int? { entries.count }

    private func index(_ code: String) -> Int? {
        if let exact = byCode[code] { return exact }
        guard !isCaseSensitive else { return nil }
        let wanted = code.lowercased()
        return entries.firstIndex { $0.json.string("code")?.lowercased() == wanted }
    }

    private func concept(at index: Int) -> TermConcept {
        let json = entries[index].json
        var concept = TermConcept(
            code: json.string("code") ?? "", display: json.string("display"))
        concept.definition = json.string("definition")
        concept.names = json["designation"]?.elements.compactMap { $0.string("value") } ?? []
        for (name, value) in Self.properties(json) {
            switch (name, value) {
            case ("notSelectable", "true"), ("abstract", "true"): concept.isAbstract = true
            case ("inactive", "true"), ("status", "retired"), ("status", "inactive"),
                ("status", "deprecated"):
                concept.isInactive = true
            default: break
            }
            concept.facts.append(TermFact(name, value))
        }
        return concept
    }

    package func concept(_ code: String) throws(Problem) -> TermConcept? {
        index(code).map(concept(at:))
    }

    package func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        guard let top = index(ancestor), let start = index(code) else { return nil }
        var seen: Set<Int> = [start]
        var waiting = [start]
        while let current = waiting.popLast() {
            if current == top { return true }
            for parent in entries[current].parents where seen.insert(parent).inserted {
                waiting.append(parent)
            }
        }
        return false
    }

    package func parents(of code: String) throws(Problem) -> [String] {
        index(code).map { entries[$0].parents.map { concept(at: $0).code } } ?? []
    }

    package func children(of code: String) throws(Problem) -> [String] {
        guard let top = index(code) else { return [] }
        return Array(
            entries.indices.lazy.filter { entries[$0].parents.contains(top) }.map {
                concept(at: $0).code
            }.prefix(TermLimits.childrenMax))
    }

    package func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        let wanted = text.map { TermText($0) }
        for index in entries.indices {
            if let top {
                let code = entries[index].json.string("code") ?? ""
                guard try subsumes(top, code) ?? false else { continue }
            }
            let concept = concept(at: index)
            guard wanted?.accepts(concept) ?? true else { continue }
            guard body(concept) else { return }
        }
    }
}
