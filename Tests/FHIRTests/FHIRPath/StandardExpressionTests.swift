import FHIRModel
import FHIRPath
import Foundation
import Testing

@Suite("Expressions of the standard")
struct StandardExpressionTests {
    @Test func `every rule of every type can be read and names only what there is`() {
        var count = 0
        for type in Definitions.r4.types {
            for rule in type.constraints {
                count += 1
                check(rule, on: type.name)
            }
            for element in type.elements {
                let typeName =
                    element.isChoice ? nil : type.element(json: element.name)?.type
                for rule in element.constraints {
                    count += 1
                    check(rule, on: typeName)
                }
            }
        }
        #expect(count > 300)
    }

    private func check(_ rule: Invariant, on type: String?) {
        do {
            let expression = try FHIRPathExpression(rule.expression)
            // The standard's own mistake: ChargeItemDefinition has no name.
            guard rule.key != "cid-0" else { return }
            let faults = expression.faults(on: type, types: .r4)
            #expect(
                faults.isEmpty, "\(rule.key) on \(type ?? "a choice"): \(rule.expression) \(faults)"
            )
        } catch {
            Issue.record("\(rule.key) on \(type ?? "a choice"): \(rule.expression) \(error)")
        }
    }

    @Test func `every search parameter of every resource can be read`() throws {
        var count = 0
        for type in Definitions.r4.resourceTypes {
            for parameter in Definitions.r4.searchParameters(for: type)
            where !parameter.expression.isEmpty {
                count += 1
                #expect(throws: Never.self, "\(parameter.url): \(parameter.expression)") {
                    try FHIRPathExpression(parameter.expression)
                }
            }
        }
        #expect(count > 1_000)
    }

    @Test func `the rules of the standard hold in its own examples`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var rules = RuleBook()
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let json = try JSON.parse(Array(Data(contentsOf: file)))
                rules.check(json, file.lastPathComponent)
            }
        }
        print("Rules on examples: \(rules.checkCount) checks, broken: \(rules.broken)")
        #expect(rules.checkCount > 10_000)
        #expect(rules.broken.isEmpty)
    }

    @Test func `search parameters find the same with and without definitions`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var count = 0
        var valueCount = 0
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let json = try JSON.parse(Array(Data(contentsOf: file)))
                let type = json.string("resourceType") ?? ""
                for parameter in Definitions.r4.searchParameters(for: type)
                where !parameter.expression.isEmpty {
                    let expression = try FHIRPathExpression(parameter.expression)
                    let typed = try found(expression, json, .r4)
                    let bare = try found(expression, json, .bare)
                    #expect(typed == bare, "\(file.lastPathComponent) \(parameter.expression)")
                    count += 1
                    valueCount += typed.count
                }
            }
        }
        print("Search parameters on examples: \(count) evaluated, \(valueCount) values.")
        #expect(valueCount > 5_000)
    }

    private func found(
        _ expression: FHIRPathExpression, _ json: JSON, _ types: PathTypes
    ) throws -> [String] {
        var environment = FHIRPathEnvironment(types: types)
        environment.asTakesMany = true
        environment.resolvesToTypes = true
        return try expression.evaluate(on: json, in: environment).map { value in
            guard case .node(let node) = value else { return value.text ?? "" }
            return node.json.map { String(decoding: $0.rawBytes, as: UTF8.self) } ?? ""
        }
    }
}

/// The rules of all types, checked on resources.
private struct RuleBook {
    private(set) var checkCount = 0
    /// Keys of the rules that do not hold or cannot be evaluated, with where.
    private(set) var broken: [String: [String]] = [:]
    private var expressions: [String: FHIRPathExpression] = [:]
    private var environment = Evaluating.environment

    init() { environment.asTakesMany = true }

    mutating func check(_ resource: JSON, _ name: String) {
        guard let type = resource.string("resourceType") else { return }
        environment.resource = PathNode(resource, types: .r4)
        check(resource, type, name)
    }

    private mutating func check(_ json: JSON, _ typeName: String, _ name: String) {
        guard let type = Definitions.r4.type(typeName) else { return }
        for rule in type.constraints { evaluate(rule, on: json, typeName, name) }
        for (key, member) in json.members where key != "resourceType" {
            guard let (element, inner) = type.element(json: key) else { continue }
            for one in member.isArray ? Array(member.elements) : [member] where !one.isNull {
                for rule in element.constraints { evaluate(rule, on: one, inner, name) }
                if let contained = one.string("resourceType") {
                    check(one, contained, name)
                } else if one.isObject {
                    check(one, inner, name)
                }
            }
        }
    }

    private mutating func evaluate(
        _ rule: Invariant, on json: JSON, _ typeName: String, _ name: String
    ) {
        guard rule.severity == .error else { return }
        checkCount += 1
        do {
            if expressions[rule.expression] == nil {
                expressions[rule.expression] = try FHIRPathExpression(rule.expression)
            }
            let node = PathNode(json, typeName: typeName, types: .r4)
            // No answer means that the rule has nothing to say of what is not there.
            if try expressions[rule.expression]?.holds(on: node, in: environment) != false {
                return
            }
            broken[rule.key, default: []].append(name)
        } catch {
            broken[rule.key, default: []].append("\(name): \(error)")
        }
    }
}
