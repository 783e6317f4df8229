import FHIRModel
import FHIRPath

/// Reads a profile and keeps what it adds to the type that it is for.
struct ProfileReader {
    private let definitions: Definitions
    private let book: TypeBook
    private var shelf = RuleShelf()
    /// The elements inside of each, by its id.
    private var inside: [String: [ProfileElement]] = [:]
    /// The slices of each element, by its id.
    private var slices: [String: [ProfileElement]] = [:]

    init(definitions: Definitions, book: TypeBook) {
        self.definitions = definitions
        self.book = book
    }

    mutating func tree(_ profile: ProfileDefinition) -> ProfileTree {
        let elements = profile.isConstraint ? profile.elements : []
        for element in elements.dropFirst() {
            if let slice = element.sliceName {
                let owner = String(element.id.dropLast(slice.count + 1))
                slices[owner, default: []].append(element)
            } else {
                inside[element.parentID, default: []].append(element)
            }
        }
        let type = book.type(profile.type)
        guard let head = elements.first else {
            return ProfileTree(profile, isModifier: false, root: Self.empty(profile.type))
        }
        var facts = ProfileFacts()
        facts.rules = rules(head, without: type?.rules ?? [])
        let root = ProfileNode(
            name: profile.type, slice: "", facts: facts, slicing: nil, slices: [],
            children: children(of: head.id, type))
        return ProfileTree(profile, isModifier: head.definition.isModifier, root: root)
    }

    private static func empty(_ type: String) -> ProfileNode {
        ProfileNode(
            name: type, slice: "", facts: ProfileFacts(), slicing: nil, slices: [], children: [])
    }

    private mutating func children(of id: String, _ type: TypeSchema?) -> [ProfileNode] {
        var nodes: [ProfileNode] = []
        for element in inside[id] ?? [] {
            let node = node(element, in: type)
            if !node.saysNothing { nodes.append(node) }
        }
        return nodes
    }

    private mutating func node(_ element: ProfileElement, in owner: TypeSchema?) -> ProfileNode {
        let base = owner?.element(named: element.name)
        let members = owner?.memberNames(of: element.name) ?? []
        let own = Self.ownType(element, members, book)
        var found: [ProfileNode] = []
        for slice in slices[element.id] ?? [] {
            let type = Self.ownType(slice, members, book)
            found.append(
                ProfileNode(
                    name: slice.name, slice: slice.sliceName ?? "",
                    facts: facts(slice, base, members, isSlice: true),
                    slicing: slice.slicing.map { SlicingRule($0) }, slices: [],
                    children: children(of: slice.id, type)))
        }
        return ProfileNode(
            name: element.name, slice: "", facts: facts(element, base, members, isSlice: false),
            slicing: element.slicing.map { SlicingRule($0) }, slices: found,
            children: children(of: element.id, own))
    }

    /// The type that the elements inside belong to; nil where there are several.
    private static func ownType(
        _ element: ProfileElement, _ members: [(name: String, member: Member)], _ book: TypeBook
    ) -> TypeSchema? {
        let codes = element.types.map(\.code)
        let fitting = members.map(\.member).filter { member in
            members.count == 1 || codes.contains(book.types[member.type].name)
        }
        return fitting.count == 1 ? book.types[fitting[0].type] : nil
    }

    private mutating func facts(
        _ element: ProfileElement, _ base: ElementSchema?,
        _ members: [(name: String, member: Member)], isSlice: Bool
    ) -> ProfileFacts {
        var facts = ProfileFacts()
        if isSlice || element.min > base?.min ?? 0 { facts.min = element.min }
        let max = element.max ?? .max
        if isSlice || max < base?.max ?? .max { facts.max = max }
        let types = element.types
        if members.count > 1, types.count < members.count { facts.types = Set(types.map(\.code)) }
        readTargets(types, members, &facts)
        readProfiles(types, members, &facts)
        let binding = BindingRule(element.binding)
        if binding != base?.binding { facts.binding = binding }
        let known = members.flatMap { book.types[$0.member.type].rules } + (base?.rules ?? [])
        facts.rules = rules(element, without: known)
        facts.fixed = Self.json(element.fixed)
        facts.pattern = Self.json(element.pattern)
        return facts
    }

    private func readTargets(
        _ types: [ElementType], _ members: [(name: String, member: Member)],
        _ facts: inout ProfileFacts
    ) {
        guard let kind = types.first(where: { $0.code == "Reference" }) else { return }
        let urls = kind.targetProfiles
        let targets = ReferenceTargets.names(urls, definitions)
        let base = members.first { book.types[$0.member.type].special == .reference }
        guard !targets.isEmpty, targets != base?.member.targets else { return }
        facts.targets = targets
        facts.targetProfiles = urls
    }

    private func readProfiles(
        _ types: [ElementType], _ members: [(name: String, member: Member)],
        _ facts: inout ProfileFacts
    ) {
        guard types.count == 1, let kind = types.first, !kind.profiles.isEmpty else { return }
        if kind.code == "Extension" {
            facts.extensionURL = kind.profiles.first
        } else if kind.profiles != members.first?.member.profiles {
            facts.profiles = kind.profiles
        }
    }

    private mutating func rules(_ element: ProfileElement, without known: [Rule]) -> [Rule] {
        shelf.rules(element.constraints).filter { rule in
            !known.contains { $0.expression.text == rule.expression.text }
        }
    }

    private static func json(_ value: WrittenValue?) -> JSON? {
        // A value of the table that is no JSON says nothing.
        value.flatMap { try? JSON.parse($0.json, limits: .resource) }
    }
}
