import FHIRModel
import FHIRPath

/// A search parameter of one type, ready to take its values out of resources.
struct IndexedParameter: Sendable {
    /// Where the values of a parameter or of a part of one are.
    private enum Source: Sendable {
        case paths([IndexPath])
        case expression(FHIRPathExpression)
    }

    /// One part of a composite parameter.
    private struct Part: Sendable {
        let kind: SearchParameter.Kind
        let source: Source
    }

    /// A path to the elements that a composite parameter is about, and its parts from there.
    private struct Group: Sendable {
        let path: IndexPath
        let parts: [Part]
    }

    /// Where paths and expressions start.
    private struct Start {
        let element: JSON
        let type: String
        let root: RootResource
    }

    /// The code of the parameter.
    let code: String
    private let type: String
    private let kind: SearchParameter.Kind
    private let source: Source
    private let groups: [Group]

    /// Answered from the row of a resource.
    private static let codesOfTheRow: Set<String> = ["_id", "_lastUpdated"]

    /// The only parameter of a kind of its own that has values.
    static let codeOfPlaces = "near"

    /// Makes a parameter ready; nil for one that has no values in the index.
    init?(_ parameter: SearchParameter, of type: String, _ compiler: IndexPathCompiler) {
        code = parameter.code
        self.type = type
        kind = parameter.type
        guard kind != .special || code == Self.codeOfPlaces, !Self.codesOfTheRow.contains(code)
        else { return nil }
        let expression = parameter.expression
        guard kind == .composite else {
            guard let source = Self.source(expression, kind, from: type, compiler) else {
                return nil
            }
            self.source = source
            groups = []
            return
        }
        let paths = compiler.paths(expression, from: type) ?? []
        source = .paths([])
        groups = paths.compactMap { Self.group($0, parameter, compiler) }
        if groups.isEmpty { return nil }
    }

    private static func source(
        _ expression: String, _ kind: SearchParameter.Kind, from type: String,
        _ compiler: IndexPathCompiler
    ) -> Source? {
        guard !expression.isEmpty else { return nil }
        if compiler.isFollowing, let paths = compiler.paths(expression, from: type) {
            let fitting = paths.filter { ValueReader.fits($0.type, kind) }
            return fitting.isEmpty ? nil : .paths(fitting)
        }
        // An expression that cannot be read finds nothing; a test reads all of the standard.
        return (try? FHIRPathExpression(expression)).map { .expression($0) }
    }

    private static func group(
        _ path: IndexPath, _ parameter: SearchParameter, _ compiler: IndexPathCompiler
    ) -> Group? {
        guard let kinds = parameter.partKinds(compiler.definitions) else { return nil }
        var parts: [Part] = []
        for (component, kind) in zip(parameter.components, kinds) {
            guard let source = source(component.expression, kind, from: path.type, compiler) else {
                return nil
            }
            parts.append(Part(kind: kind, source: source))
        }
        return Group(path: path, parts: parts)
    }

    /// The paths from the resource, if the values are found by nothing else.
    var plainPaths: [IndexPath]? {
        guard kind != .composite, case .paths(let paths) = source,
            paths.allSatisfy({ $0.firstMember != nil })
        else { return nil }
        return paths
    }

    /// Appends a value that one of the plain paths leads to.
    func append(
        _ json: JSON, _ path: IndexPath, _ reader: ValueReader, to values: inout [IndexValue]
    ) {
        guard values.count < IndexExtractor.valuesPerParameterMax else { return }
        reader.append(json, path.type, kind, path.systems, to: &values)
    }

    /// The values of a resource; one may be there twice.
    func values(of root: RootResource, _ reader: ValueReader) -> [IndexValue] {
        var values: [IndexValue] = []
        if kind == .composite {
            for group in groups {
                group.path.forEach(from: root.json, root: root) { element in
                    let start = Start(element: element, type: group.path.type, root: root)
                    Self.append(group, start, reader, to: &values)
                }
            }
        } else {
            let start = Start(element: root.json, type: type, root: root)
            Self.append(source, kind, start, reader, to: &values)
        }
        return values
    }

    private static func append(
        _ source: Source, _ kind: SearchParameter.Kind, _ start: Start, _ reader: ValueReader,
        to values: inout [IndexValue]
    ) {
        switch source {
        case .paths(let paths):
            for path in paths {
                path.forEach(from: start.element, root: start.root) { json in
                    guard values.count < IndexExtractor.valuesPerParameterMax else { return }
                    reader.append(json, path.type, kind, path.systems, to: &values)
                }
            }
        case .expression(let expression):
            append(expression, kind, start, reader, to: &values)
        }
    }

    private static func append(
        _ expression: FHIRPathExpression, _ kind: SearchParameter.Kind, _ start: Start,
        _ reader: ValueReader, to values: inout [IndexValue]
    ) {
        var environment = FHIRPathEnvironment(types: .r4)
        environment.resolvesToTypes = true
        environment.asTakesMany = true
        environment.resource = PathNode(start.root.json, types: .r4)
        let node = PathNode(start.element, typeName: start.type, types: .r4)
        // A resource that the expression cannot be evaluated on has no value.
        let found = try? expression.evaluate(on: node, in: environment)
        for value in found ?? [] where values.count < IndexExtractor.valuesPerParameterMax {
            switch value {
            case .node(let node):
                let type = node.typeName(.r4)
                guard let json = node.json, ValueReader.fits(type, kind) else { continue }
                reader.append(json, type, kind, nil, to: &values)
            case .boolean(let truth) where kind == .token:
                values.append(
                    .token(
                        system: ValueReader.truthSystem, code: truth ? "true" : "false", text: nil))
            default: continue
            }
        }
    }

    /// Each combination of the values of the parts that one element has.
    private static func append(
        _ group: Group, _ start: Start, _ reader: ValueReader, to values: inout [IndexValue]
    ) {
        var combinations: [[IndexValue]] = [[]]
        // The last part, a value, is missing more often than the code in front of it.
        for part in group.parts.reversed() {
            var found: [IndexValue] = []
            append(part.source, part.kind, start, reader, to: &found)
            // The text beside a code cannot be asked for inside a composite value.
            found.removeAll { if case .token(_, nil, _) = $0 { true } else { false } }
            guard !found.isEmpty,
                found.count * combinations.count <= IndexExtractor.valuesPerParameterMax
            else { return }
            combinations = combinations.flatMap { end in found.map { [$0] + end } }
        }
        let room = max(0, IndexExtractor.valuesPerParameterMax - values.count)
        values += combinations.prefix(room).map { .composite($0) }
    }
}

extension SearchParameter {
    /// How the parts of a composite parameter are compared, in the order in which their values are
    /// written; nil if the definition of a part is not known.
    func partKinds(_ definitions: Definitions) -> [Kind]? {
        // The standard has the definitions of its two parts the wrong way round.
        if code == "relationship", base == ["DocumentReference"] { return [.token, .reference] }
        var kinds: [Kind] = []
        for component in components {
            guard let part = definitions.searchParameter(url: component.definition) else {
                return nil
            }
            kinds.append(part.type)
        }
        return kinds
    }
}
