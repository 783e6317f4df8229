package import FHIRModel

/// An expression, read once and evaluated as often as wanted.
///
/// Spec: FHIRPath, https://hl7.org/fhirpath/; FHIR R4, FHIRPath, https://hl7.org/fhir/R4/fhirpath.html
package struct FHIRPathExpression: Sendable {
    /// The text it was read from.
    package let text: String
    let term: Term

    /// Reads an expression of at most 65,536 bytes and 256 levels.
    ///
    /// - Throws: ``FHIRPathError`` of the kind `syntax`, `semantic` for a function that does not
    ///   exist, or `limit`.
    package init(_ text: String) throws(FHIRPathError) {
        var parser = try Parser(text)
        term = try parser.whole()
        self.text = text
    }

    /// The values the expression has on a resource or an element.
    ///
    /// - Throws: ``FHIRPathError`` of the kind `execution`, `semantic` for a type that does not
    ///   exist, or `limit`.
    package func evaluate(
        on node: PathNode, in environment: FHIRPathEnvironment
    ) throws(FHIRPathError) -> [PathValue] {
        try evaluate(on: [.node(node)], in: environment)
    }

    /// The values the expression has on a resource.
    ///
    /// - Throws: ``FHIRPathError``.
    package func evaluate(
        on resource: JSON, in environment: FHIRPathEnvironment = FHIRPathEnvironment()
    ) throws(FHIRPathError) -> [PathValue] {
        try evaluate(on: PathNode(resource, types: environment.types), in: environment)
    }

    /// The values the expression has on some values.
    ///
    /// - Throws: ``FHIRPathError``.
    package func evaluate(
        on values: [PathValue], in environment: FHIRPathEnvironment
    ) throws(FHIRPathError) -> [PathValue] {
        let evaluator = Evaluator(root: values, environment)
        var scope = Scope(this: values)
        return try evaluator.evaluate(term, on: values, &scope)
    }

    /// Whether the expression holds on an element, as an invariant is asked; nil for no answer.
    ///
    /// - Throws: ``FHIRPathError``, also if it has several values.
    package func holds(
        on node: PathNode, in environment: FHIRPathEnvironment
    ) throws(FHIRPathError) -> Bool? {
        let evaluator = Evaluator(root: [.node(node)], environment)
        var scope = Scope(this: [.node(node)])
        let result = try evaluator.evaluate(term, on: [.node(node)], &scope)
        return try evaluator.boolean(result, Place(0))
    }

    /// As ``holds(on:in:)``, and takes the work that it cost off what is left.
    ///
    /// - Parameter stepsLeft: the work that may still be done; below the bound of the environment it
    ///   is the bound.
    /// - Throws: as ``holds(on:in:)``.
    package func holds(
        on node: PathNode, in environment: FHIRPathEnvironment, stepsLeft: inout Int
    ) throws(FHIRPathError) -> Bool? {
        var environment = environment
        environment.limits.stepsMax = min(environment.limits.stepsMax, max(0, stepsLeft))
        let evaluator = Evaluator(root: [.node(node)], environment)
        defer { stepsLeft -= evaluator.stepsDone }
        var scope = Scope(this: [.node(node)])
        let result = try evaluator.evaluate(term, on: [.node(node)], &scope)
        return try evaluator.boolean(result, Place(0))
    }
}
