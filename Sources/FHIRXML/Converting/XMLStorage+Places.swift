extension XMLStorage {
    /// The name of an element.
    func name(of node: Int) -> XMLName { names[Int(nodes[node].name)] }

    /// The attributes of an element.
    func attributes(of node: Int) -> ArraySlice<XMLAttribute> {
        let first = Int(nodes[node].first)
        return attributes[first..<first + Int(nodes[node].count)][...]
    }

    /// The attribute of an element with a name and no namespace.
    func attribute(_ local: String, of node: Int) -> XMLAttribute? {
        attributes(of: node).first {
            names[Int($0.name)].local == local && names[Int($0.name)].namespace.isEmpty
        }
    }

    /// An error about an element, with the way to it.
    func error(_ code: XMLError.Code, node: Int) -> XMLError {
        XMLError(code, at: start(of: node), of: source, path: path(to: node))
    }

    /// The way to an element, such as `Patient.name[1].given`.
    ///
    /// A position, from 0, is given where several elements of a name stand side by side.
    private func path(to node: Int) -> String {
        var path = Self.shown(name(of: 0).local)
        var current = 0
        while current != node {
            guard let step = step(from: current, to: node) else { return path }
            path += ".\(Self.shown(name(of: step.child).local))"
            if step.count > 1 { path += "[\(step.position)]" }
            current = step.child
        }
        return path
    }

    /// The child that holds a node, and its place among those of its name.
    private func step(
        from parent: Int, to node: Int
    ) -> (child: Int, position: Int, count: Int)? {
        var siblings: [Int32: Int] = [:]
        var found: (child: Int, position: Int)?
        var child = parent + 1
        while child < Int(nodes[parent].next) {
            let next = Int(nodes[child].next)
            if !nodes[child].isText {
                if child <= node, node < next {
                    found = (child, siblings[nodes[child].name, default: 0])
                }
                siblings[nodes[child].name, default: 0] += 1
            }
            child = next
        }
        return found.map { ($0.child, $0.position, siblings[nodes[$0.child].name] ?? 0) }
    }

    /// A name for an error; one that no element of FHIR could have is left out.
    static func shown(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        return isPlain && name.utf8.count <= 64 ? name : "?"
    }
}
