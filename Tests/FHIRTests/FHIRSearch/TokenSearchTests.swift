import FHIRModel
import FHIRSearch
import Testing

@Suite("Search by token")
struct TokenSearchTests {
    private let condition = #"""
        {"resourceType":"Condition","subject":{"reference":"Patient/1"},
         "code":{"coding":[{"system":"http://acme.org/conditions/codes","code":"HA125",
                            "display":"Migraine with aura"},
                           {"code":"Local7"}],
                 "text":"Bad headache since Monday"},
         "clinicalStatus":{"coding":[
            {"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"relapse"}]}}
        """#
    private let patient = #"""
        {"resourceType":"Patient","gender":"male","active":true,
         "telecom":[{"system":"email","value":"ann@example.org"},
                    {"system":"phone","value":"505-555-0101"}],
         "identifier":[{"system":"http://acme.org/patient","value":"2345",
           "type":{"text":"Medical Record Number","coding":[
             {"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]}},
           {"value":"446053"}]}
        """#

    @Test func `a code is found with its system, without it, and without letter case`() throws {
        for value in [
            "HA125", "ha125", "http://acme.org/conditions/codes|ha125", "other,HA125",
            "http://acme.org/conditions/codes|",
        ] {
            #expect(try Searching.finds("code", value, in: condition), "\(value)")
        }
        for value in [
            "HA12", "http://example.org|HA125", "|HA125", "http://acme.org/conditions/codes|Local7",
        ] {
            #expect(try !Searching.finds("code", value, in: condition), "\(value)")
        }
    }

    @Test func `a bar in front asks for a code without system`() throws {
        #expect(try Searching.finds("code", "|Local7", in: condition))
        #expect(try Searching.finds("identifier", "|446053", in: patient))
        #expect(try !Searching.finds("identifier", "|2345", in: patient))
        #expect(try Searching.finds("identifier", "http://acme.org/patient|2345", in: patient))
    }

    @Test func `codes and truth values have the system of their definition`() throws {
        #expect(try Searching.finds("gender", "male", in: patient))
        #expect(
            try Searching.finds(
                "gender", "http://hl7.org/fhir/administrative-gender|male", in: patient))
        #expect(try !Searching.finds("gender", "http://example.org|male", in: patient))
        #expect(try Searching.finds("active", "true", in: patient))
        #expect(try !Searching.finds("active", "false", in: patient))
        #expect(try Searching.finds("deceased", "false", in: patient))
    }

    @Test func `not finds what has none of the values, also what has no value`() throws {
        #expect(try !Searching.finds("gender:not", "male", in: patient))
        #expect(try Searching.finds("gender:not", "female", in: patient))
        #expect(try !Searching.finds("gender:not", "male,female", in: patient))
        #expect(try Searching.finds("gender:not", "male", in: #"{"resourceType":"Patient"}"#))
    }

    @Test func `text finds the words that stand with a code`() throws {
        for value in ["headache", "Bad head", "MIGRAINE", "aura"] {
            #expect(try Searching.finds("code:text", value, in: condition), "\(value)")
        }
        #expect(try !Searching.finds("code:text", "ache", in: condition))
        #expect(try !Searching.finds("code:text", "HA125", in: condition))
        #expect(try Searching.finds("identifier:text", "medical record", in: patient))
    }

    @Test func `of-type finds an identifier by its type and value`() throws {
        let system = "http://terminology.hl7.org/CodeSystem/v2-0203"
        #expect(try Searching.finds("identifier:of-type", "\(system)|MR|2345", in: patient))
        #expect(try !Searching.finds("identifier:of-type", "\(system)|MR|446053", in: patient))
        #expect(try !Searching.finds("identifier:of-type", "\(system)|SS|2345", in: patient))
        #expect(Searching.failure("identifier:of-type", "MR|2345")?.code == .value)
    }

    @Test func `in and not-in look into a value set`() throws {
        let set = "http://hl7.org/fhir/ValueSet/condition-clinical"
        #expect(try Searching.finds("clinical-status:in", set, in: condition))
        #expect(try !Searching.finds("clinical-status:not-in", set, in: condition))
        let other = "http://hl7.org/fhir/ValueSet/condition-ver-status"
        #expect(try !Searching.finds("clinical-status:in", other, in: condition))
        #expect(try Searching.finds("clinical-status:not-in", other, in: condition))
        let unknown = Searching.failure(
            "clinical-status:in", "http://example.org/set", type: "Condition", isStrict: false)
        #expect(unknown?.code == .value)
    }

    @Test func `above and below follow the hierarchy of a code system`() throws {
        let system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        #expect(try Searching.finds("clinical-status:below", "\(system)|active", in: condition))
        #expect(try Searching.finds("clinical-status:below", "\(system)|relapse", in: condition))
        #expect(try !Searching.finds("clinical-status:below", "\(system)|inactive", in: condition))
        #expect(try !Searching.finds("clinical-status:above", "\(system)|active", in: condition))
        let active = condition.replacing("\"relapse\"", with: "\"active\"")
        #expect(try Searching.finds("clinical-status:above", "\(system)|relapse", in: active))
        let unknown = Searching.failure(
            "code:below", "http://snomed.info/sct|73211009", type: "Condition", isStrict: false)
        #expect(unknown?.code == .value)
        #expect(Searching.failure("gender:below", "male", isStrict: false)?.code == .value)
    }

    @Test func `a value set that is known in part is refused`() {
        let partly = Definitions.r4.valueSetURLs.first {
            Definitions.r4.valueSet($0)?.isDecidable == false
        }
        let failure = Searching.failure(
            "code:in", partly ?? "", type: "Condition", isStrict: false)
        #expect(failure?.code == .value)
    }

    @Test func `telecom is split by its system where the parameter says so`() throws {
        #expect(try Searching.finds("email", "ann@example.org", in: patient))
        #expect(try !Searching.finds("email", "505-555-0101", in: patient))
        #expect(try Searching.finds("phone", "505-555-0101", in: patient))
        #expect(try Searching.finds("telecom", "505-555-0101", in: patient))
    }

    @Test func `missing asks whether there is a value`() throws {
        #expect(try Searching.finds("gender:missing", "false", in: patient))
        #expect(try !Searching.finds("gender:missing", "true", in: patient))
        #expect(try Searching.finds("birthdate:missing", "true", in: patient))
        #expect(Searching.failure("gender:missing", "maybe")?.code == .value)
    }

    @Test func `a sign with a backslash is part of the value`() throws {
        let odd = #"{"resourceType":"Patient","identifier":[{"system":"a|b","value":"x,y$z\\w"}]}"#
        #expect(try Searching.finds("identifier", #"a\|b|x\,y\$z\\w"#, in: odd))
        #expect(try Searching.finds("identifier", #"x\,y$z\\w"#, in: odd))
        #expect(try !Searching.finds("identifier", "x,y$z", in: odd))
        #expect(Searching.failure("identifier", "a|b|c")?.code == .value)
        #expect(Searching.failure("identifier", "|")?.code == .value)
    }

    @Test func `race and ethnicity of US Core are found in their extensions`() throws {
        let ann = #"""
            {"resourceType":"Patient","extension":[
              {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[
                {"url":"ombCategory","valueCoding":
                  {"system":"urn:oid:2.16.840.1.113883.6.238","code":"1002-5"}},
                {"url":"text","valueString":"American Indian"}]},
              {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity",
               "valueCodeableConcept":{"coding":[
                 {"system":"http://snomed.info/sct","code":"446141000124107"}]}}]}
            """#
        #expect(try Searching.finds("race", "1002-5", in: ann))
        #expect(try Searching.finds("race", "urn:oid:2.16.840.1.113883.6.238|1002-5", in: ann))
        #expect(try !Searching.finds("ethnicity", "1002-5", in: ann))
        #expect(try Searching.finds("gender-identity", "446141000124107", in: ann))
    }
}
