import FHIRModel
import Kernel
import Testing

@Suite("Resource check")
struct ResourceCheckTests {
    @Test(arguments: [
        ("[]", "structure", nil as String?), ("{}", "required", nil),
        (#"{"resourceType":"Nobody"}"#, "value", "resourceType"),
        (#"{"resourceType":1}"#, "value", "resourceType"),
        (#"{"resourceType":"Patient","id":"a b"}"#, "value", "Patient.id"),
        (#"{"resourceType":"Patient","id":7}"#, "value", "Patient.id"),
        (#"{"resourceType":"Patient","meta":[{}]}"#, "structure", "Patient.meta"),
        (#"{"resourceType":"Patient","name":[]}"#, "structure", "Patient.name"),
        (
            #"{"resourceType":"Patient","name":[{"given":["A",""]}]}"#, "value",
            "Patient.name[0].given[1]"
        ),
        (
            #"{"resourceType":"Patient","name":[{"given":[null]}]}"#, "structure",
            "Patient.name[0].given[0]"
        ),
        (#"{"resourceType":"Patient","birthDate":null}"#, "structure", "Patient.birthDate"),
        (#"{"resourceType":"Patient","maritalStatus":{}}"#, "structure", "Patient.maritalStatus"),
        (#"{"resourceType":"Patient","name":[[{"family":"x"}]]}"#, "structure", "Patient.name[0]"),
        (#"{"resourceType":"Patient","birthDate":"\u0000"}"#, "value", "Patient.birthDate"),
        (#"{"resourceType":"Patient","a b":1}"#, "structure", "Patient"),
        (
            #"{"resourceType":"Patient","contained":[{"id":"1"}]}"#, "required",
            "Patient.contained[0]"
        ),
        (
            #"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"X"}}]}"#,
            "value",
            "Bundle.entry[0].resource.resourceType"
        ),
    ])
    func `what no resource may hold is found at its place`(
        text: String, code: String, place: String?
    ) throws {
        let problems = ResourceCheck.problems(in: try json(text))
        #expect(problems.first?.code.rawValue == code)
        #expect(problems.first?.location == place)
    }

    @Test(arguments: [
        #"{"resourceType":"Patient"}"#,
        #"{"resourceType":"Patient","name":[{"given":["A",null],"#
            + #""_given":[null,{"extension":[{"url":"u","valueCode":"x"}]}]}]}"#,
        #"{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"x"}]}}"#,
        #"{"resourceType":"Patient","text":{"status":"generated","div":"<div>a\n\tb</div>"}}"#,
    ])
    func `a sound resource has no problem`(text: String) throws {
        #expect(ResourceCheck.problems(in: try json(text)).isEmpty)
    }

    @Test func `no more is reported than asked for`() throws {
        let many = (0..<100).map { "\"a\($0)\":null" }.joined(separator: ",")
        let source = try json("{\"resourceType\":\"Patient\",\(many)}")
        #expect(ResourceCheck.problems(in: source, findingsMax: 7).count == 7)
    }
}
