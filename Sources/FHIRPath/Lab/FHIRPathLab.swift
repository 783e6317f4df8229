package import FHIRModel
package import Kernel
import Synchronization

/// Answers the questions of the FHIRPath Lab: what an expression gives on a resource, where in it the
/// values stand, and what it traces.
///
/// Spec: fhirpath-lab server engine API,
/// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
package struct FHIRPathLab: Sendable {
    static let pathURL = "http://fhir.forms-lab.com/StructureDefinition/resource-path"
    static let jsonURL = "http://fhir.forms-lab.com/StructureDefinition/json-value"
    static let xmlURL = "http://fhir.forms-lab.com/StructureDefinition/xml-value"

    /// Contexts that an expression is evaluated on.
    static let contextsMax = 1_000

    private let environment: FHIRPathEnvironment
    private let evaluatorName: String
    private let json: (@Sendable (_ xml: [UInt8]) -> JSON?)?

    /// Makes the answering side.
    ///
    /// - Parameters:
    ///   - environment: what expressions may ask; its trace is taken over.
    ///   - evaluatorName: name and version of the engine as the Lab shows them.
    ///   - json: the JSON of a resource in XML; nil if XML is not taken.
    package init(
        _ environment: FHIRPathEnvironment, evaluatorName: String,
        json: (@Sendable (_ xml: [UInt8]) -> JSON?)? = nil
    ) {
        self.environment = environment
        self.evaluatorName = evaluatorName
        self.json = json
    }

    /// The Parameters that answer some Parameters.
    ///
    /// - Throws: ``Problem`` if the expression or the resource is missing, cannot be read or cannot
    ///   be evaluated.
    package func answer(to parameters: JSON) throws(Problem) -> [UInt8] {
        let question = try LabQuestion(parameters, environment.types, json)
        do {
            return try answer(question)
        } catch {
            throw error.problem(location: "expression")
        }
    }

    private func answer(_ question: LabQuestion) throws(FHIRPathError) -> [UInt8] {
        let expression = try FHIRPathExpression(question.expression)
        let root = question.resource.map { PathNode($0, types: environment.types) }
        if question.isValidating {
            let type = root.map { $0.typeName(environment.types) }
            let isOnContext = question.context != nil
            let faults = expression.faults(on: isOnContext ? nil : type, types: environment.types)
            if let fault = faults.first { throw fault }
        }
        var writer = JSONWriter(reservingBytes: 4_096)
        writer.beginObject()
        writer.member("resourceType", "Parameters")
        writer.member("id", "fhirpath")
        writer.key("parameter")
        writer.beginArray()
        write(question, expression, to: &writer)
        guard let context = question.context else {
            let values = root.map { [PathValue.node($0)] } ?? []
            try writeResult(of: expression, on: values, question, name: nil, to: &writer)
            return Self.closed(&writer)
        }
        let contexts = try evaluated(
            FHIRPathExpression(context), on: root.map { [.node($0)] } ?? [], question)
        for (index, value) in contexts.values.prefix(Self.contextsMax).enumerated() {
            let name = place(of: value, question) ?? "\(context)[\(index)]"
            try writeResult(of: expression, on: [value], question, name: name, to: &writer)
        }
        return Self.closed(&writer)
    }

    private static func closed(_ writer: inout JSONWriter) -> [UInt8] {
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// What was asked, as the Lab shows it again.
    private func write(
        _ question: LabQuestion, _ expression: FHIRPathExpression, to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("name", "parameters")
            writer.array("part") { writer in
                func part(_ name: String, _ text: String) {
                    writer.object { writer in
                        writer.member("name", name)
                        writer.member("valueString", text)
                    }
                }
                part("evaluator", evaluatorName)
                if let tree = TermTree.json(of: expression.term) { part("parseDebugTree", tree) }
                part("expression", question.expression)
                if let context = question.context { part("context", context) }
                for echo in [question.resourceParameter, question.variableParameter] {
                    if let echo { writer.value(echo) }
                }
            }
        }
    }

    private func writeResult(
        of expression: FHIRPathExpression, on values: [PathValue], _ question: LabQuestion,
        name: String?, to writer: inout JSONWriter
    ) throws(FHIRPathError) {
        let found = try evaluated(expression, on: values, question)
        let part = LabPart(types: environment.types, resource: question.resource)
        writer.object { writer in
            writer.member("name", "result")
            if let name { writer.member("valueString", name) }
            guard !found.values.isEmpty || !found.traces.isEmpty else { return }
            writer.array("part") { writer in
                for value in found.values { part.write(value, to: &writer) }
                for trace in found.traces {
                    writer.object { writer in
                        writer.member("name", "trace")
                        writer.member("valueString", trace.name)
                        guard !trace.values.isEmpty else { return }
                        writer.array("part") { writer in
                            for value in trace.values { part.write(value, to: &writer) }
                        }
                    }
                }
            }
        }
    }

    private func evaluated(
        _ expression: FHIRPathExpression, on values: [PathValue], _ question: LabQuestion
    ) throws(FHIRPathError) -> (values: [PathValue], traces: [TraceLog.Entry]) {
        let log = TraceLog()
        var environment = environment
        environment.trace = { name, values in log.add(name, values) }
        environment.resource = question.resource.map { PathNode($0, types: environment.types) }
        environment.variables.merge(question.variables) { $1 }
        let result = try expression.evaluate(on: values, in: environment)
        return (result, log.all)
    }

    private func place(of value: PathValue, _ question: LabQuestion) -> String? {
        guard case .node(let node) = value, let root = question.resource else { return nil }
        return ElementPlace.text(of: node, in: root, types: environment.types)
    }
}

/// What an evaluation traces, in order; at most ``valuesMax`` values are kept.
private final class TraceLog: Sendable {
    struct Entry: Sendable {
        let name: String
        let values: [PathValue]
    }

    static let valuesMax = 10_000

    private let state = Mutex<(entries: [Entry], valueCount: Int)>(([], 0))

    func add(_ name: String, _ values: [PathValue]) {
        state.withLock { state in
            let room = max(0, Self.valuesMax - state.valueCount)
            guard room > 0 else { return }
            state.entries.append(Entry(name: name, values: Array(values.prefix(room))))
            state.valueCount += max(1, min(values.count, room))
        }
    }

    var all: [Entry] { state.withLock { $0.entries } }
}
