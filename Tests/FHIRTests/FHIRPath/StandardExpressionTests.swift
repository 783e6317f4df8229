import FHIRModel
import FHIRPath
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
            #expect(faults.isEmpty, "\(rule.key) on \(type ?? "a choice"): \(rule.expression) \(faults)")
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
}
