import FHIRModel
import FHIRPath
import Kernel
import Testing

@Suite("FHIRPath Lab")
struct FHIRPathLabTests {
    private static let pathURL = "http://fhir.forms-lab.com/StructureDefinition/resource-path"
    private static let jsonURL = "http://fhir.forms-lab.com/StructureDefinition/json-value"

    private func answer(
        _ expression: String, context: String? = nil, validate: Bool = false,
        resource: String = Evaluating.patient
    ) throws -> JSON {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resourceType", "Parameters")
            writer.array("parameter") { writer in
                writer.object { writer in
                    writer.member("name", "expression")
                    writer.member("valueString", expression)
                }
                if let context {
                    writer.object { writer in
                        writer.member("name", "context")
                        writer.member("valueString", context)
                    }
                }
                writer.object { writer in
                    writer.member("name", "validate")
                    writer.member("valueBoolean", validate)
                }
                writer.raw(
                    Array(
                        #"{"name":"variables","part":[{"name":"mine","valueString":"v"}]}"#.utf8))
                writer.object { writer in
                    writer.member("name", "resource")
                    writer.member("resource", raw: resource.utf8)
                }
            }
        }
        let lab = FHIRPathLab(Evaluating.environment, evaluatorName: "Test (R4)")
        return try JSON.parse(lab.answer(to: JSON.parse(writer.bytes)))
    }

    private func results(_ answer: JSON) -> [JSON] {
        answer["parameter"]?.elements.filter { $0.string("name") == "result" } ?? []
    }

    private func path(_ part: JSON?) -> String? {
        part?["extension"]?.elements.first { $0.string("url") == Self.pathURL }?.string(
            "valueString")
    }

    @Test func `values come with their type and their place`() throws {
        let answer = try answer("name.given | %mine")
        #expect(answer.string("resourceType") == "Parameters")
        #expect(answer.string("id") == "fhirpath")
        let echoed = answer.at("parameter", 0, "part")?.elements.compactMap { $0.string("name") }
        #expect(
            echoed == ["evaluator", "parseDebugTree", "expression", "resource", "variables"])
        let parts = try #require(results(answer).first?["part"])
        #expect(parts.count == 4)
        #expect(parts[0]?.string("name") == "string")
        #expect(parts[0]?.string("valueString") == "Ann")
        #expect(path(parts[1]) == "Patient.name[0].given[1]")
        #expect(path(parts[3]) == nil)
    }

    @Test func `each value of the context has a result of its own`() throws {
        let answer = try answer("trace('t', given).given.first()", context: "Patient.name")
        let found = results(answer)
        #expect(found.map { $0.string("valueString") } == ["Patient.name[0]", "Patient.name[1]"])
        let trace = try #require(found[0]["part"]?[1])
        #expect(trace.string("name") == "trace")
        #expect(trace.string("valueString") == "t")
        #expect(trace["part"]?.count == 2)
        #expect(path(trace["part"]?[1]) == "Patient.name[0].given[1]")
    }

    @Test func `values of every type find their form`() throws {
        func part(_ text: String, on resource: String = Evaluating.patient) throws -> JSON? {
            try results(answer(text, resource: resource)).first?["part"]?[0]
        }
        #expect(try part("1 = 1")?["valueBoolean"]?.bool == true)
        #expect(try part("1 + 1")?["valueInteger"]?.int == 2)
        #expect(try part("1.50")?["valueDecimal"]?.numberText == "1.50")
        #expect(try part("@2012-01")?.string("valueDate") == "2012-01")
        #expect(
            try part("@2012-01-01T10:00:00Z")?.string("valueDateTime") == "2012-01-01T10:00:00Z")
        #expect(try part("@T10:00")?.string("valueString") == "10:00")
        #expect(try part("3 'mg'")?.at("valueQuantity", "code")?.string == "mg")
        #expect(try part("''")?.string("name") == "empty-string")
        #expect(try part("name.first()")?.at("valueHumanName", "family")?.string == "Begay")
        #expect(try part("contained")?.at("resource", "name")?.string == "Clinic")
        #expect(try path(part("deceased")) == "Patient.deceased")
        #expect(try path(part("value", on: Evaluating.observation)) == "Observation.value")
        let contact = #"{"resourceType":"Patient","contact":[{"gender":"male"}]}"#
        let backbone = try part("contact", on: contact)
        #expect(backbone?.string("name") == "Patient.contact")
        #expect(backbone?["extension"]?[1]?.string("url") == Self.jsonURL)
        #expect(backbone?["extension"]?[1]?.string("valueString") == #"{"gender":"male"}"#)
    }

    @Test func `a resource may come as text`() throws {
        let text =
            #"{"resourceType":"Parameters","parameter":[{"name":"expression","#
            + #""valueString":"id"},{"name":"resource","extension":[{"url":"\#(Self.jsonURL)","#
            + #""valueString":"{\"resourceType\":\"Patient\",\"id\":\"x\"}"}]}]}"#
        let lab = FHIRPathLab(Evaluating.environment, evaluatorName: "Test (R4)")
        let answer = try JSON.parse(lab.answer(to: JSON.parse(Array(text.utf8))))
        #expect(results(answer).first?.at("part", 0, "valueId")?.string == "x")
    }

    @Test func `what cannot be answered is a problem with a place`() throws {
        let lab = FHIRPathLab(Evaluating.environment, evaluatorName: "Test (R4)")
        for text in [
            #"{"resourceType":"Patient"}"#, #"{"resourceType":"Parameters"}"#,
            #"{"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"1"},{"name":"resource"}]}"#,
        ] {
            #expect(throws: Problem.self) { try lab.answer(to: JSON.parse(Array(text.utf8))) }
        }
        let problem = #expect(throws: Problem.self) { try answer("name.given(") }
        #expect(problem?.location == "expression")
        #expect(throws: Problem.self) { try answer("nothere", validate: true) }
        #expect(throws: Never.self) { try answer("nothere") }
    }
}
