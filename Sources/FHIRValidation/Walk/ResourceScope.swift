import FHIRModel

/// What is known of the resource that is being visited, and of the one that contains it.
struct ResourceScope: Sendable {
    /// The resource at hand.
    private(set) var resource: JSON
    /// The one that holds the contained ones: itself where it is not contained.
    private(set) var container: JSON
    /// How many steps of the path lead to the resource at hand.
    private(set) var depth = 1
    /// The types of the contained resources, by id.
    private(set) var contained: [String: String] = [:]
    /// Names of contained resources that some address or reference uses, without the mark.
    private(set) var used: Set<String> = []
    /// Whether what was visited refers to the container itself.
    private(set) var namesContainer = false
    /// Contained resources that refer to their container, by id.
    private(set) var referring: Set<String> = []
    /// The resources of the Bundle at the root, by full address.
    private let entries: [String: JSON]

    /// More entries than this are not looked up, as a Bundle that long is not checked as one.
    private static let entriesMax = 20_000

    init(_ root: JSON) {
        resource = root
        container = root
        guard root["resourceType"]?.equals("Bundle") == true, let list = root["entry"] else {
            entries = [:]
            return
        }
        var found: [String: JSON] = [:]
        for entry in list.elements.prefix(Self.entriesMax) {
            guard let inner = entry["resource"] else { continue }
            if let url = entry.string("fullUrl") { found[url] = found[url] ?? inner }
            if let type = inner.string("resourceType"), let id = inner.string("id") {
                let name = "\(type)/\(id)"
                found[name] = found[name] ?? inner
            }
        }
        entries = found
    }

    /// Goes on to a resource inside of the one at hand.
    mutating func enter(_ json: JSON, isContained: Bool, depth: Int) {
        resource = json
        self.depth = depth
        namesContainer = false
        guard !isContained else { return }
        container = json
        contained = [:]
        used = []
        referring = []
        guard let list = json["contained"], list.isArray else { return }
        for one in list.elements {
            if let id = one.string("id"), let type = one.string("resourceType") {
                contained[id] = contained[id] ?? type
            }
        }
    }

    /// Takes over what a contained resource used.
    mutating func learn(from inside: ResourceScope) {
        used.formUnion(inside.used)
        if inside.namesContainer, let id = inside.resource.string("id") { referring.insert(id) }
    }

    /// Notes that an address or a reference names a contained resource.
    mutating func note(address: JSON) {
        guard address.rawBytes.dropFirst().first == 0x23, let text = address.string else { return }
        let name = String(text.dropFirst())
        if name.isEmpty { namesContainer = true } else { used.insert(name) }
    }

    /// The resource that a reference leads to, where it is at hand.
    func resolve(_ reference: String) -> JSON? {
        guard reference.utf8.first == 0x23 else { return entries[reference] }
        let id = reference.dropFirst()
        if id.isEmpty { return container }
        return container["contained"]?.elements.first { $0.string("id") == String(id) }
    }

    /// ``resolve(_:)`` for expressions, which find contained resources themselves.
    var resolver: @Sendable (String) -> JSON? {
        let entries = entries
        return { entries[$0] }
    }
}
