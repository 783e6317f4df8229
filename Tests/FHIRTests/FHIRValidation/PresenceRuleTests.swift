import FHIRModel
import FHIRPath
import Foundation
import Testing

@Suite("What follows from the elements that are there")
struct PresenceRuleTests {
    private func outcome(_ text: String, _ there: Set<String>) throws -> Bool? {
        try FHIRPathExpression(text).presence.outcome { there.contains($0) }
    }

    @Test func `rules about elements are answered without evaluation`() throws {
        #expect(try outcome("code.empty() or system.exists()", ["code"]) == false)
        #expect(try outcome("code.empty() or system.exists()", ["code", "system"]) == true)
        #expect(try outcome("start.exists() = end.exists()", ["start"]) == false)
        #expect(try outcome("a.exists() xor b.exists()", ["a"]) == true)
        #expect(try outcome("(a.exists() and b.exists()).not()", ["a", "b"]) == false)
    }

    @Test func `rules about values are answered where the elements are absent`() throws {
        let rule = "start.hasValue().not() or end.hasValue().not() or (start <= end)"
        #expect(try outcome(rule, ["start"]) == true)
        #expect(try outcome(rule, ["start", "end"]) == nil)
        #expect(try outcome("coding.where(code = 'x').empty() or b.exists()", []) == true)
        #expect(try outcome("coding.where(code = 'x').empty() or b.exists()", ["coding"]) == nil)
        #expect(try outcome("name.matches('a')", []) == nil)
    }

    @Test func `what the elements tell of a rule is what its evaluation tells`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var comparison = Comparison()
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let bytes = Array(try Data(contentsOf: file))
                if bytes.count < 30_000 { try comparison.check(JSON.parse(bytes)) }
            }
        }
        print("Presence of elements: \(comparison.count) rules told, \(comparison.openCount) open.")
        #expect(comparison.count > 5_000)
        #expect(comparison.wrong.isEmpty)
    }
}

private struct Comparison {
    private(set) var count = 0
    private(set) var openCount = 0
    private(set) var wrong: Set<String> = []
    private var expressions: [String: FHIRPathExpression] = [:]
    private var environment = Evaluating.environment

    init() { environment.asTakesMany = true }

    mutating func check(_ resource: JSON) throws {
        guard let type = resource.string("resourceType") else { return }
        environment.resource = PathNode(resource, types: .r4)
        try check(resource, type)
    }

    private mutating func check(_ json: JSON, _ typeName: String) throws {
        guard json.isObject, let type = Definitions.r4.type(typeName) else { return }
        var there: Set<String> = []
        for (key, member) in json.members where key != "resourceType" {
            let name = key.hasPrefix("_") ? String(key.dropFirst()) : key
            guard let (element, inner) = type.element(json: name) else { continue }
            there.insert(element.name)
            for one in member.isArray ? Array(member.elements) : [member] where !one.isNull {
                try check(one, one.string("resourceType") ?? inner)
            }
        }
        for rule in type.constraints { try compare(rule, json, typeName, there) }
    }

    private mutating func compare(
        _ rule: Invariant, _ json: JSON, _ typeName: String, _ there: Set<String>
    ) throws {
        let text = rule.expression
        if expressions[text] == nil { expressions[text] = try FHIRPathExpression(text) }
        guard let expression = expressions[text] else { return }
        guard let told = expression.presence.outcome({ there.contains($0) }) else {
            openCount += 1
            return
        }
        count += 1
        let node = PathNode(json, typeName: typeName, types: .r4)
        if try expression.holds(on: node, in: environment) != told { wrong.insert(rule.key) }
    }
}
