import FHIRModel

/// What a profile says about an element beside what its type says, and about those inside of it.
final class ProfileNode: Sendable {
    /// The name without `[x]`.
    let name: String
    /// The name of the slice; empty for an element that is none.
    let slice: String
    let facts: ProfileFacts
    let slicing: SlicingRule?
    let slices: [ProfileNode]
    let children: [ProfileNode]

    init(
        name: String, slice: String, facts: ProfileFacts, slicing: SlicingRule?,
        slices: [ProfileNode], children: [ProfileNode]
    ) {
        self.name = name
        self.slice = slice
        self.facts = facts
        self.slicing = slicing
        self.slices = slices
        self.children = children
    }

    /// Whether nothing is added to what the type says.
    var saysNothing: Bool { facts.saysNothing && slices.isEmpty && children.isEmpty }

    func child(named name: String) -> ProfileNode? { children.first { $0.name == name } }
}

/// What holds for one element; what the type says too is left out.
struct ProfileFacts: Sendable {
    var min = 0
    var max = Int.max
    /// The types that are left of those of a choice.
    var types: Set<String>?
    /// The types of resource that a reference may lead to.
    var targets: Set<String>?
    /// The addresses that the targets were given as.
    var targetProfiles: [String] = []
    /// Profiles of which the value must fit one.
    var profiles: [String] = []
    /// The address of the extension that the element is.
    var extensionURL: String?
    var binding: BindingRule?
    var rules: [Rule] = []
    var fixed: JSON?
    var pattern: JSON?

    var saysNothing: Bool {
        min == 0 && max == .max && types == nil && targets == nil && profiles.isEmpty
            && extensionURL == nil && binding == nil && rules.isEmpty && fixed == nil
            && pattern == nil
    }
}

/// How the values of an element are told apart.
struct SlicingRule: Sendable {
    /// A step from a value to what tells.
    enum Step: Sendable {
        case name(String)
        case resolve
        case `extension`(String)
        case ofType(String)
    }

    let rules: Slicing.Rules
    let isOrdered: Bool
    let discriminators: [(kind: Slicing.DiscriminatorKind, steps: [Step])]

    init(_ slicing: Slicing) {
        rules = slicing.rules
        isOrdered = slicing.isOrdered
        discriminators = slicing.discriminators.map { ($0.kind, Self.steps($0.path)) }
    }

    /// Reads the part of FHIRPath that is allowed here.
    ///
    /// Spec: FHIR R4 discriminators, https://hl7.org/fhir/R4/profiling.html#discriminator
    private static func steps(_ path: String) -> [Step] {
        var steps: [Step] = []
        var part = ""
        var depth = 0
        for letter in path + "." {
            if letter == "(" { depth += 1 }
            if letter == ")" { depth -= 1 }
            guard letter == ".", depth == 0 else {
                part.append(letter)
                continue
            }
            if let step = step(part) { steps.append(step) }
            part = ""
        }
        return steps
    }

    private static func step(_ part: String) -> Step? {
        let argument = part.split(separator: "(", maxSplits: 1).dropFirst().first.map { text in
            String(text.dropLast().filter { $0 != "'" && $0 != "\"" })
        }
        switch part {
        case "", "$this": return nil
        case "resolve()": return .resolve
        case _ where part.hasPrefix("extension("): return .extension(argument ?? "")
        case _ where part.hasPrefix("ofType("): return .ofType(argument ?? "")
        default: return .name(part)
        }
    }
}

/// A profile or the definition of an extension, ready to be looked at.
final class ProfileTree: Sendable {
    let url: String
    /// The name for people.
    let title: String
    let type: String
    /// Of an extension, whether it can change the meaning of what it stands in.
    let isModifier: Bool
    let contexts: [ProfileDefinition.Context]
    let root: ProfileNode

    init(_ definition: ProfileDefinition, isModifier: Bool, root: ProfileNode) {
        url = definition.url
        title = definition.title ?? definition.name
        type = definition.type
        self.isModifier = isModifier
        contexts = definition.contexts
        self.root = root
    }
}
