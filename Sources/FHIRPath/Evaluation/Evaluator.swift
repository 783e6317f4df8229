import FHIRModel

/// What names without a place of their own stand for.
struct Scope {
    var this: [PathValue]
    var index = 0
    var total: [PathValue]?
    /// What `defineVariable` made, for what follows in the same path.
    var variables: [String: [PathValue]] = [:]

    init(this: [PathValue]) { self.this = this }
}

/// One evaluation: the work it may still do, and what it works on.
final class Evaluator {
    let environment: FHIRPathEnvironment
    let types: PathTypes
    let root: [PathValue]
    private var stepsLeft: Int

    init(root: [PathValue], _ environment: FHIRPathEnvironment) {
        self.root = root
        self.environment = environment
        types = environment.types
        stepsLeft = environment.limits.stepsMax
    }

    /// The work done so far.
    var stepsDone: Int { environment.limits.stepsMax - stepsLeft }

    /// Counts work.
    func charge(_ steps: Int, _ place: Place) throws(FHIRPathError) {
        stepsLeft -= steps
        guard stepsLeft >= 0 else {
            throw FHIRPathError(
                .limit, at: place,
                "The expression takes more than \(environment.limits.stepsMax) steps; narrow it.")
        }
    }

    func check(count: Int, _ place: Place) throws(FHIRPathError) {
        guard count <= environment.limits.itemsMax else {
            throw FHIRPathError(
                .limit, at: place,
                "The expression makes more than \(environment.limits.itemsMax) values; narrow it.")
        }
    }

    /// Counts the work of a text and refuses one that is too long.
    func text(_ text: String, _ place: Place) throws(FHIRPathError) -> [PathValue] {
        try check(textBytes: text.utf8.count, place)
        return [.string(text)]
    }

    func check(textBytes: Int, _ place: Place) throws(FHIRPathError) {
        guard textBytes <= environment.limits.textBytesMax else {
            throw FHIRPathError(
                .limit, at: place,
                "The expression makes a text of more than \(environment.limits.textBytesMax) bytes; "
                    + "shorten it.")
        }
        try charge(1 + textBytes / 64, place)
    }

    /// The values of a term applied to some values.
    func evaluate(
        _ term: Term, on focus: [PathValue], _ scope: inout Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch term {
        case .this: return scope.this
        case .index: return [.integer(Int64(scope.index))]
        case .total: return scope.total ?? []
        case .literal(let value): return value.map { [$0] } ?? []
        case .external(let name, let place): return try external(name, scope, place)
        case .element(let element): return try elements(element, of: focus)
        case .call(let call): return try self.call(call, on: focus, &scope)
        case .chain(let parts):
            var values = focus
            for part in parts {
                values = try evaluate(part, on: values, &scope)
            }
            return values
        case .item(let list, let position, let place):
            let values = try evaluate(list, on: focus, &scope)
            var inner = scope
            let index = try integer(evaluate(position, on: scope.this, &inner), place)
            guard let index, index >= 0, index < values.count else { return [] }
            return [values[Int(index)]]
        case .negated(let inner, let place):
            return try negated(evaluate(inner, on: focus, &scope), place)
        case .positive(let inner, let place):
            let value = try evaluate(inner, on: focus, &scope)
            _ = try negated(value, place)
            return value
        case .operation(let operation, let left, let right, let place):
            return try self.operation(operation, left, right, on: focus, scope, place)
        case .typeTest(let inner, let name, let isTest, let place):
            let values = try evaluate(inner, on: focus, &scope)
            return isTest
                ? try typeTest(values, name, place) : try typeCast(values, name, place)
        }
    }

    /// The values of a term for one value, with `$this` being it.
    func evaluate(
        _ term: Term, each value: PathValue, index: Int, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var inner = scope
        inner.this = [value]
        inner.index = index
        return try evaluate(term, on: inner.this, &inner)
    }

    // MARK: Single values

    /// The only value; nil if there is none.
    func single(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> PathValue? {
        guard values.count < 2 else {
            throw FHIRPathError(
                .execution, at: place,
                "One value is expected here, there are \(values.count); "
                    + "use first(), exists() or where().")
        }
        return values.first
    }

    /// The truth of a collection: a single value of another type counts as true.
    ///
    /// Spec: FHIRPath, singleton evaluation, https://hl7.org/fhirpath/#singleton-evaluation-of-collections
    func boolean(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> Bool? {
        guard let value = try single(values, place) else { return nil }
        switch value {
        case .boolean(let truth): return truth
        case .node(let node):
            if let json = node.json, json.kind == .bool { return json.bool }
            return true
        default: return true
        }
    }

    func integer(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> Int64? {
        guard let value = try single(values, place) else { return nil }
        switch plain(value) {
        case .integer(let number), .long(let number): return number
        default:
            throw FHIRPathError(.execution, at: place, "A whole number is expected here.")
        }
    }

    func string(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> String? {
        guard let value = try single(values, place) else { return nil }
        if case .string(let text) = value { return text }
        // The text of a date or a code is a text too.
        if case .node(let node) = value {
            guard let json = node.json else { return nil }
            if let text = json.string { return text }
        }
        throw FHIRPathError(
            .execution, at: place, "A text is expected here; use toString() on other values.")
    }

    func quantity(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> PathQuantity? {
        guard let value = try single(values, place) else { return nil }
        guard let quantity = asQuantity(value) else {
            throw FHIRPathError(.execution, at: place, "A quantity is expected here.")
        }
        return quantity
    }

    // MARK: Names

    private func external(
        _ name: String, _ scope: Scope, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        if let own = scope.variables[name] { return own }
        switch name {
        case "context": return root
        case "resource": return environment.resource.map { [.node($0)] } ?? root
        case "rootResource":
            return (environment.rootResource ?? environment.resource).map { [.node($0)] } ?? root
        case "sct": return [.string("http://snomed.info/sct")]
        case "loinc": return [.string("http://loinc.org")]
        case "ucum": return [.string("http://unitsofmeasure.org")]
        default: break
        }
        if let given = environment.variables[name] { return given }
        if name.hasPrefix("vs-") {
            return [.string("http://hl7.org/fhir/ValueSet/" + name.dropFirst(3))]
        }
        if name.hasPrefix("ext-") {
            return [.string("http://hl7.org/fhir/StructureDefinition/" + name.dropFirst(4))]
        }
        throw FHIRPathError(
            .execution, at: place,
            "There is no variable of this name; define it before it is used.")
    }

    /// The names that no variable may take.
    static let ownNames: Set<String> = [
        "context", "resource", "rootResource", "sct", "loinc", "ucum",
    ]
}
