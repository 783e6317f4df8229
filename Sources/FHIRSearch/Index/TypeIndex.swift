import FHIRModel

/// The search parameters of one type, ready to take their values out of resources.
struct TypeIndex: Sendable {
    /// A path that starts at a member, and the place of its parameter in the list.
    private struct Branch: Sendable {
        let place: Int
        let path: IndexPath
    }

    /// The parameters, sorted by code.
    let parameters: [IndexedParameter]
    private let branches: [String: [Branch]]
    /// The places of the parameters whose values are not found by plain paths.
    private let others: [Int]

    /// Makes the parameters of a type ready.
    init(of type: String, _ compiler: IndexPathCompiler) {
        parameters = compiler.definitions.searchParameters(for: type).compactMap {
            IndexedParameter($0, of: type, compiler)
        }
        var branches: [String: [Branch]] = [:]
        var others: [Int] = []
        for (place, parameter) in parameters.enumerated() {
            guard let paths = parameter.plainPaths else {
                others.append(place)
                continue
            }
            for path in paths {
                branches[path.firstMember ?? "", default: []].append(
                    Branch(place: place, path: path))
            }
        }
        self.branches = branches
        self.others = others
    }

    /// The values of a resource for each of the parameters, none of them twice.
    ///
    /// The members of the resource are visited once, and not once for every parameter.
    func values(of resource: JSON, _ reader: ValueReader) -> [[IndexValue]] {
        var values = [[IndexValue]](repeating: [], count: parameters.count)
        let root = RootResource(resource)
        for (name, member) in resource.members {
            guard let branches = branches[name] else { continue }
            for branch in branches {
                branch.path.forEach(behind: member, root: root) { json in
                    parameters[branch.place].append(
                        json, branch.path, reader, to: &values[branch.place])
                }
            }
        }
        for place in others { values[place] = parameters[place].values(of: root, reader) }
        for place in values.indices where values[place].count > 1 {
            values[place] = Self.distinct(values[place])
        }
        return values
    }

    private static func distinct(_ values: [IndexValue]) -> [IndexValue] {
        var kept: [IndexValue] = []
        guard values.count > 8 else {
            for value in values where !kept.contains(value) { kept.append(value) }
            return kept
        }
        var seen: Set<IndexValue> = []
        for value in values where seen.insert(value).inserted { kept.append(value) }
        return kept
    }
}
