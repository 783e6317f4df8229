/// A code system of the standard or of US Core, with its hierarchy.
///
/// Spec: FHIR R4 CodeSystem, https://hl7.org/fhir/R4/codesystem.html
package struct CodeSystemDefinition: Sendable {
    /// How much of the code system is here.
    package enum Content: Int, Sendable {
        /// Every concept.
        case complete
        /// Some of them.
        case fragment
        /// A few to show what they are like.
        case example
        /// None.
        case notPresent
        /// Only more about concepts that are defined elsewhere.
        case supplement
    }

    /// One concept of a code system.
    package struct Concept: Sendable {
        fileprivate let system: CodeSystemDefinition
        fileprivate let index: Int

        /// The code.
        package var code: String { system.table.text(system.codes + 1 + index) }

        /// What people call it; nil if the system does not say.
        package var display: String? { system.table.textIfAny(system.displays + 1 + index) }

        /// The codes directly above; more than one where the hierarchy is not a tree.
        package var parents: [String] {
            system.parents(of: index).map { system.table.text(system.codes + 1 + $0) }
        }

        /// Whether it only groups others and is not to be used itself.
        package var isAbstract: Bool { system.isIndex(index, in: Field.abstract) }

        /// Whether it is no longer to be used.
        package var isInactive: Bool { system.isIndex(index, in: Field.inactive) }
    }

    fileprivate enum Field {
        static let url = 0
        static let title = 1
        static let version = 2
        static let content = 3
        static let flags = 4
        static let valueSet = 5
        static let codes = 6
        static let displays = 7
        static let parents = 8
        static let otherParents = 9
        static let abstract = 10
        static let inactive = 11
    }

    let table: DefinitionTable
    let place: Int

    /// The address.
    package var url: String { table.text(place + Field.url) }

    /// The name for people.
    package var title: String { table.text(place + Field.title) }

    /// The version.
    package var version: String? { table.textIfAny(place + Field.version) }

    /// How much of the system is here.
    package var content: Content {
        Content(rawValue: table.word(place + Field.content)) ?? .fragment
    }

    /// Whether letter case counts in its codes.
    ///
    /// Looking up a code here always minds it.
    package var isCaseSensitive: Bool { table.word(place + Field.flags) & 1 != 0 }

    /// Whether the system says of its hierarchy that a lower concept is a higher one.
    package var isHierarchyOfKinds: Bool { table.word(place + Field.flags) & 2 != 0 }

    /// The address of the value set of all its codes.
    package var valueSet: String? { table.textIfAny(place + Field.valueSet) }

    /// How many concepts are here.
    package var count: Int { table.count(codes) }

    /// The concepts in the order of the definition, lower ones after the one above them.
    package var concepts: [Concept] {
        (0..<count).map { Concept(system: self, index: $0) }
    }

    /// The concept with a code; letter case counts.
    package func concept(_ code: String) -> Concept? {
        index(of: code).map { Concept(system: self, index: $0) }
    }

    /// Whether a concept is another one or below it; nil if one of the codes is not here.
    package func subsumes(_ ancestor: String, _ code: String) -> Bool? {
        guard let ancestor = index(of: ancestor), let index = index(of: code) else { return nil }
        return closure(of: index, next: parents(of:)).contains(ancestor)
    }

    /// The concepts above one, without itself, in the order of the definition.
    package func ancestors(of code: String) -> [Concept] {
        relatives(of: code, next: parents(of:))
    }

    /// The concepts below one, without itself, in the order of the definition.
    package func descendants(of code: String) -> [Concept] {
        var children: [Int: [Int]] = [:]
        for index in 0..<count {
            for parent in parents(of: index) { children[parent, default: []].append(index) }
        }
        return relatives(of: code) { children[$0] ?? [] }
    }

    fileprivate var codes: Int { table.word(place + Field.codes) }
    fileprivate var displays: Int { table.word(place + Field.displays) }

    fileprivate func parents(of index: Int) -> [Int] {
        let first = table.word(place + Field.parents)
        guard first != 0 else { return [] }
        let above = table.word(first + 1 + index)
        guard above != 0 else { return [] }
        var found = [above - 1]
        for pair in table.items(table.word(place + Field.otherParents), width: 2)
        where table.word(pair) == index {
            found.append(table.word(pair + 1))
        }
        return found
    }

    fileprivate func isIndex(_ index: Int, in field: Int) -> Bool {
        table.items(table.word(place + field)).contains { table.word($0) == index }
    }

    private func index(of code: String) -> Int? {
        guard let text = table.index(ofText: code) else { return nil }
        return table.items(codes).first { table.word($0) == text }.map { $0 - codes - 1 }
    }

    private func relatives(of code: String, next: (Int) -> [Int]) -> [Concept] {
        guard let index = index(of: code) else { return [] }
        return closure(of: index, next: next).subtracting([index]).sorted().map {
            Concept(system: self, index: $0)
        }
    }

    /// What is reached from a concept, itself included; circles do no harm.
    private func closure(of index: Int, next: (Int) -> [Int]) -> Set<Int> {
        var found: Set<Int> = [index]
        var waiting = [index]
        while let current = waiting.popLast() {
            for other in next(current) where found.insert(other).inserted { waiting.append(other) }
        }
        return found
    }
}
