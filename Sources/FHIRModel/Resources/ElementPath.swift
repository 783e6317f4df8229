/// A table of paths of elements, one line a type: `Observation effectiveDateTime issued`.
struct ElementPaths: Sendable {
    private let paths: [String: [[String]]]

    init(_ table: String) {
        var paths: [String: [[String]]] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let type = words.first else { continue }
            paths[String(type)] = words.dropFirst().map { path in
                path.split(separator: ".").map(String.init)
            }
        }
        self.paths = paths
    }

    /// The types that have a line.
    var types: [String] { paths.keys.sorted() }

    /// The paths of a type in the order of the table.
    subscript(_ type: String) -> [[String]] { paths[type] ?? [] }
}

extension JSON {
    /// The first value at the end of a path that the test accepts; arrays on the way are searched
    /// in order.
    func first<Found>(along path: ArraySlice<String>, _ test: (JSON) -> Found?) -> Found? {
        if isArray {
            for element in elements {
                if let found = element.first(along: path, test) { return found }
            }
            return nil
        }
        guard let step = path.first else { return test(self) }
        return self[step]?.first(along: path.dropFirst(), test)
    }
}
