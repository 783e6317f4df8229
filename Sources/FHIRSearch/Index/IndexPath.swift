import FHIRModel

/// One way from a resource, or an element of it, to the values of a search parameter.
///
/// Most expressions of search parameters are nothing but steps from member to member. Followed in
/// the JSON they take a small part of the time that evaluating them takes.
final class IndexPath: Sendable {
    /// One step.
    enum Step: Sendable, Hashable {
        /// To a member, or to each value of it if it is a list.
        case member(String)
        /// Only on if it is a reference to a type: `where(resolve() is Patient)`.
        case referring(String)
        /// Only on if a member has a text: `where(system = 'phone')`.
        case having(String, String)
        /// To one value of a list: `entry[0]`; stands behind the member.
        case position(Int)
    }

    let steps: [Step]
    /// The type of the values.
    let type: String
    /// The systems of the values where they are codes.
    let systems: CodeSystems?

    init(steps: [Step], type: String, systems: CodeSystems?) {
        self.steps = steps
        self.type = type
        self.systems = systems
    }

    /// The member that the first step leads to; nil if there are no steps.
    var firstMember: String? {
        if case .member(let name) = steps.first { name } else { nil }
    }

    /// Calls the body with every value the path leads to.
    ///
    /// - Parameter root: the resource, for references to what it contains.
    func forEach(from json: JSON, root: RootResource, _ body: (JSON) -> Void) {
        walk(json, 0, root, body)
    }

    /// Calls the body with every value behind the value of ``firstMember``.
    func forEach(behind value: JSON, root: RootResource, _ body: (JSON) -> Void) {
        enter(value, 1, root, body)
    }

    private func enter(_ value: JSON, _ index: Int, _ root: RootResource, _ body: (JSON) -> Void) {
        if !value.isArray {
            walk(value, index, root, body)
        } else if index < steps.count, case .position(let place) = steps[index] {
            if let element = value[place] { walk(element, index + 1, root, body) }
        } else {
            for element in value.elements { walk(element, index, root, body) }
        }
    }

    private func walk(_ json: JSON, _ index: Int, _ root: RootResource, _ body: (JSON) -> Void) {
        guard index < steps.count else {
            body(json)
            return
        }
        switch steps[index] {
        case .member(let name):
            if let value = json[name] { enter(value, index + 1, root, body) }
        case .referring(let type):
            if ReferenceReader.points(json, to: type, root: root) {
                walk(json, index + 1, root, body)
            }
        case .having(let name, let text):
            if json[name]?.equals(text) == true { walk(json, index + 1, root, body) }
        case .position(let place):
            if place == 0 { walk(json, index + 1, root, body) }
        }
    }
}

/// The resource that values are taken out of, with what it contains.
final class RootResource {
    /// The resource.
    let json: JSON
    /// The types of the contained resources by their ids, read when the first is asked for.
    private lazy var types: [String: String] = {
        var types: [String: String] = [:]
        for contained in json["contained"].map({ Array($0.elements) }) ?? [] {
            guard let id = contained.string("id"), types[id] == nil else { continue }
            types[id] = contained.string("resourceType")
        }
        return types
    }()

    init(_ json: JSON) { self.json = json }

    /// The type of the contained resource with an id.
    func type(ofContained id: String) -> String? { types[id] }
}

/// The code systems of an element of type `code`, which are not written in the resource.
///
/// Spec: FHIR R4 search, token, https://hl7.org/fhir/R4/search.html#token
enum CodeSystems: Sendable {
    case one(String)
    case byCode([String: String])

    /// The systems of the codes that a binding allows; nil if it does not list them.
    init?(_ binding: Binding?, _ definitions: Definitions) {
        guard let binding, binding.strength == .required, let url = binding.valueSet,
            let set = definitions.valueSet(url), set.isEnumerable
        else { return nil }
        let codes = set.codes
        guard let first = codes.first else { return nil }
        guard codes.contains(where: { $0.system != first.system }) else {
            self = .one(first.system)
            return
        }
        var systems: [String: String] = [:]
        for code in codes where systems[code.code] == nil { systems[code.code] = code.system }
        self = .byCode(systems)
    }

    /// The system of a code.
    subscript(_ code: String) -> String? {
        switch self {
        case .one(let system): system
        case .byCode(let systems): systems[code]
        }
    }
}
