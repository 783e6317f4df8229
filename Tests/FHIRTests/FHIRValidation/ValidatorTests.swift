import FHIRModel
import FHIRValidation
import TestKit
import Testing

@Suite("Validator")
struct ValidatorTests {
    private func findings(
        _ text: String, profiles: [String] = []
    ) throws -> [Finding] {
        var question = Validator.Question()
        question.profiles = profiles
        return Validator.r4.findings(in: try JSON.parse(Array(text.utf8)), question)
    }

    /// The places of all errors.
    private func places(_ text: String, profiles: [String] = []) throws -> [String] {
        try findings(text, profiles: profiles).filter { $0.severity == .error }.map(\.location)
    }

    private static let observation =
        #"{"resourceType":"Observation","status":"final","code":{"text":"Weight"}"#

    @Test func `a small resource without faults has no errors`() throws {
        #expect(try places(Self.observation + "}").isEmpty)
        #expect(try places(#"{"resourceType":"Patient"}"#).isEmpty)
    }

    @Test func `what is missing, unknown or of another type is told with its place`() throws {
        #expect(
            try places(#"{"resourceType":"Observation","valueQuantity":{"unti":"kg"}}"#)
                == [
                    "Observation.valueQuantity.unti", "Observation.status", "Observation.code",
                ])
        let text = Self.observation + #","component":[{"code":{"text":"a"}},{"code":{"text":"b"},"#
        #expect(
            try places(text + #""valueQuantity":{"unit":7}}]}"#)
                == ["Observation.component[1].valueQuantity.unit"])
    }

    @Test func `a list is written as one and a single value is not`() throws {
        #expect(
            try places(#"{"resourceType":"Patient","name":{"family":"A"},"gender":["male"]}"#)
                == ["Patient.name", "Patient.gender"])
    }

    @Test func `one form of a choice may be there`() throws {
        let text = Self.observation + #","valueString":"a","valueInteger":1}"#
        #expect(try places(text) == ["Observation.valueInteger"])
        let beside =
            Self.observation
            + #","valueString":"a","_valueString":{"id":"x","extension":[{"url":"http://e.org/x","#
            + #""valueCode":"y"}]}}"#
        #expect(try places(beside).isEmpty)
    }

    @Test func `what stands beside values pairs with them`() throws {
        let one = #"{"extension":[{"url":"http://example.org/x","valueCode":"y"}]}"#
        #expect(
            try places(
                #"{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,\#(one)]}]}"#
            ).isEmpty)
        #expect(
            try places(
                #"{"resourceType":"Patient","name":[{"given":["A"],"_given":[null,\#(one)]}]}"#)
                == ["Patient.name[0].given"])
        #expect(
            try places(#"{"resourceType":"Patient","_gender":"x"}"#) == ["Patient.gender"])
        #expect(try places(#"{"resourceType":"Patient","_name":[]}"#) == ["Patient._name"])
    }

    @Test(arguments: [
        ("birthDate", #""1980-02-30""#), ("gender", #""femal""#), ("active", #""true""#),
        ("implicitRules", #""a b""#), ("multipleBirthInteger", "1.0"), ("id", #""a_b""#),
        ("language", #"" en""#), ("deceasedDateTime", #""2020-01-01T10:00:00""#),
    ])
    func `a primitive has the form of its type`(name: String, value: String) throws {
        #expect(
            try places(#"{"resourceType":"Patient","\#(name)":\#(value)}"#) == ["Patient.\(name)"])
    }

    @Test func `a code outside of a required set names the allowed ones`() throws {
        let found = try findings(#"{"resourceType":"Patient","gender":"F"}"#)
        #expect(found.map(\.code) == [.codeInvalid, .invariant])
        #expect(found.first?.text.contains("male, female, other, unknown") == true)
    }

    @Test func `a message holds nothing of the resource`() throws {
        let found = try findings(
            #"{"resourceType":"Patient","birthDate":"Tsosie-1980","gender":"Tsosie","name":["#
                + #"{"family":7,"use":"Tsosie"}],"maritalStatus":{"coding":[{"system":"Tsosie","#
                + #""code":"Tsosie"}]},"managingOrganization":{"reference":"Tsosie/1"}}"#)
        #expect(found.count >= 5)
        #expect(!found.contains { "\($0.text) \($0.location)".contains("Tsosie") })
    }

    @Test func `references lead to a type that the element takes`() throws {
        func place(_ reference: String) throws -> [String] {
            try places(Self.observation + #","subject":{"reference":"\#(reference)"}}"#)
        }
        #expect(try place("Patient/1").isEmpty)
        #expect(try place("https://example.org/fhir/Patient/1").isEmpty)
        #expect(try place("urn:uuid:0a5cf8a4-9d4a-4a1a-8d57-1f0a7c0b8a11").isEmpty)
        for bad in ["Medication/1", "#none", "Patient", "Patient?name=a", "Nothing/1"] {
            #expect(try place(bad) == ["Observation.subject.reference"], "\(bad)")
        }
    }

    @Test func `contained resources are there, are used and hold none`() throws {
        let inner = #"{"resourceType":"Patient","id":"p"}"#
        let used = Self.observation + ##","subject":{"reference":"#p"}"##
        #expect(try places("\(used),\"contained\":[\(inner)]}").isEmpty)
        #expect(
            try places(Self.observation + ",\"contained\":[\(inner)]}")
                == ["Observation.contained[0]"])
        let nested = #"{"resourceType":"Patient","id":"p","contained":[\#(inner)]}"#
        #expect(try places("\(used),\"contained\":[\(nested)]}") == ["Observation"])
    }

    @Test func `a modifier that nobody knows is refused and an extension is kept`() throws {
        let unknown = #"[{"url":"http://example.org/x","valueCode":"y"}]"#
        let plain = try findings(#"{"resourceType":"Patient","extension":\#(unknown)}"#)
        #expect(plain.map(\.severity) == [.information, .warning])
        #expect(
            try places(#"{"resourceType":"Patient","modifierExtension":\#(unknown)}"#)
                == ["Patient.modifierExtension[0]"])
    }

    @Test func `a known extension follows its definition`() throws {
        let birthPlace = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
        func patient(_ value: String) -> String {
            #"{"resourceType":"Patient","extension":[{"url":"\#(birthPlace)",\#(value)}]}"#
        }
        #expect(try places(patient(#""valueAddress":{"city":"Tuba City"}"#)).isEmpty)
        #expect(!(try places(patient(#""valueString":"Tuba City""#)).isEmpty))
        let wrong = patient(#""valueAddress":{"city":"Tuba City"}"#).replacing(
            #""Patient""#, with: #""Basic","code":{"text":"x"}"#)
        #expect(try places(wrong).isEmpty == false)
    }

    @Test func `a profile is looked at where it is claimed and where it is asked for`() throws {
        let weight = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight"
        let asked = try places(Self.observation + "}", profiles: [weight])
        #expect(asked.contains("Observation.category"))
        #expect(asked.contains("Observation.subject"))
        let claimed = #","meta":{"profile":["\#(weight)"]}}"#
        #expect(try places(Self.observation + claimed).contains("Observation.category"))
        let other = try findings(
            Self.observation + #","meta":{"profile":["http://example.org/p"]}}"#)
        #expect(other.map(\.code) == [.invariant, .notSupported])
        #expect(
            try places(Self.observation + "}", profiles: ["http://example.org/p"])
                == ["Observation"])
    }

    @Test func `findings and work have an end, whatever is sent`() throws {
        let many = (0..<5_000).map { #""x\#($0)":1"# }.joined(separator: ",")
        #expect(try findings(#"{"resourceType":"Patient",\#(many)}"#).count == 100)
        let inner = (0..<2_000).map { #"{"resourceType":"Patient","id":"p\#($0)"}"# }
        let list = inner.joined(separator: ",")
        let text = #"{"resourceType":"Basic","code":{"text":"x"},"contained":[\#(list)]}"#
        #expect(try findings(text).count == 100)
        var question = Validator.Question()
        question.stepsMax = 50
        let small = Validator.r4.findings(in: try JSON.parse(Array(text.utf8)), question)
        #expect(small.last?.code == .tooCostly)
    }

    @Test func `random JSON ends in findings and in nothing else`() throws {
        var random = SeededRandom(seed: 2_026)
        var count = 0
        for _ in 0..<2_000 {
            var depth = 0
            let text = Self.noise(&random, &depth)
            let json = try JSON.parse(
                Array(#"{"resourceType":"Patient","contact":\#(text),"name":\#(text)}"#.utf8))
            count += Validator.r4.findings(in: json).count
        }
        #expect(count > 2_000)
    }

    private static func noise(_ random: inout SeededRandom, _ depth: inout Int) -> String {
        depth += 1
        defer { depth -= 1 }
        switch random.below(depth > 5 ? 4 : 6) {
        case 0: return "null"
        case 1: return random.pick(["true", "1", "-0.5", "1e99"])
        case 2: return random.pick([#""""#, #""x""#, ##""#x""##, #""\u0000""#])
        case 3: return random.pick(["[]", "{}", "[null]"])
        case 4:
            return "["
                + (0...random.below(3)).map { _ in noise(&random, &depth) }.joined(
                    separator: ",") + "]"
        default:
            let names = ["name", "_given", "given", "period", "extension", "url", "id", "start"]
            let from = random.below(names.count - 2)
            return "{"
                + names[from...(from + 1)].map { #""\#($0)":\#(noise(&random, &depth))"# }
                .joined(separator: ",") + "}"
        }
    }
}
