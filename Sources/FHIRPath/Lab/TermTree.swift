import FHIRModel

/// An expression as the tree that the Lab draws.
///
/// Spec: fhirpath-lab server engine API, AST definition,
/// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
enum TermTree {
    /// Levels that are drawn.
    static let depthMax = 300

    /// The tree as JSON; nil if it is deeper than is drawn.
    static func json(of term: Term) -> String? {
        guard let root = branch(term, on: nil, depth: 0) else { return nil }
        var writer = JSONWriter()
        write(root, to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private final class Branch {
        let kind: String
        let name: String
        let place: Place?
        let arguments: [Branch]
        let depth: Int

        init(_ kind: String, _ name: String, _ place: Place?, _ arguments: [Branch]) {
            self.kind = kind
            self.name = name
            self.place = place
            self.arguments = arguments
            depth = 1 + (arguments.map(\.depth).max() ?? 0)
        }
    }

    private static func write(_ branch: Branch, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ExpressionType", branch.kind)
            writer.member("Name", branch.name)
            if let place = branch.place { writer.member("Position", Int(place.offset)) }
            guard !branch.arguments.isEmpty else { return }
            writer.array("Arguments") { writer in
                for argument in branch.arguments { write(argument, to: &writer) }
            }
        }
    }

    private static let focus = "builtin.that"

    /// The branch of a term applied to another one; nil if it gets too deep.
    private static func branch(_ term: Term, on owner: Branch?, depth: Int) -> Branch? {
        guard depth < depthMax else { return nil }
        func inner(_ term: Term) -> Branch? { branch(term, on: nil, depth: depth + 1) }
        func made(_ kind: String, _ name: String, _ place: Place?, _ parts: [Branch?]) -> Branch? {
            let known = parts.compactMap { $0 }
            guard known.count == parts.count else { return nil }
            let made = Branch(kind, name, place, known)
            return made.depth <= depthMax ? made : nil
        }
        let that = owner ?? Branch("AxisExpression", focus, nil, [])
        switch term {
        case .this: return Branch("AxisExpression", "builtin.this", nil, [])
        case .index: return Branch("AxisExpression", "builtin.index", nil, [])
        case .total: return Branch("AxisExpression", "builtin.total", nil, [])
        case .literal(let value):
            return Branch("ConstantExpression", value?.text ?? "{}", nil, [])
        case .external(let name, let place): return Branch("VariableRefExpression", name, place, [])
        case .element(let element):
            return made("ChildExpression", element.name, element.place, [that])
        case .call(let call):
            var parts: [Branch?] = [that]
            if let type = call.typeName {
                parts.append(Branch("ConstantExpression", type.name, type.place, []))
            }
            parts += call.arguments.map { inner($0) }
            return made("FunctionCallExpression", call.function.rawValue, call.place, parts)
        case .chain(let parts):
            var current: Branch? = owner
            for part in parts {
                current = branch(part, on: current, depth: depth + 1)
                if current == nil { return nil }
            }
            return current
        case .item(let list, let position, let place):
            return made("IndexerExpression", "[]", place, [inner(list), inner(position)])
        case .negated(let term, let place):
            return made("UnaryExpression", "-", place, [inner(term)])
        case .positive(let term, let place):
            return made("UnaryExpression", "+", place, [inner(term)])
        case .operation(let operation, let left, let right, let place):
            return made(
                "BinaryExpression", operation.rawValue, place, [inner(left), inner(right)])
        case .typeTest(let term, let type, let isTest, let place):
            let name = Branch("ConstantExpression", type.name, type.place, [])
            return made("BinaryExpression", isTest ? "is" : "as", place, [inner(term), name])
        }
    }
}
