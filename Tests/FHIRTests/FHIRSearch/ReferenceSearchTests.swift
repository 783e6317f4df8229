import FHIRSearch
import Testing

@Suite("Search by reference and address")
struct ReferenceSearchTests {
    private func observation(_ subject: String) -> String {
        #"{"resourceType":"Observation","subject":\#(subject)}"#
    }

    @Test func `an id, a type with id and the own address find the same`() throws {
        let forms = ["23", "Patient/23", "https://clinic.example/fhir/Patient/23"]
        for written in ["Patient/23", "https://clinic.example/fhir/Patient/23"] {
            let resource = observation(#"{"reference":"\#(written)"}"#)
            for form in forms {
                #expect(try Searching.finds("subject", form, in: resource), "\(written) \(form)")
                #expect(try Searching.finds("patient", form, in: resource), "\(written) \(form)")
            }
            #expect(try Searching.finds("subject:Patient", "23", in: resource))
            #expect(try !Searching.finds("subject:Group", "23", in: resource))
            #expect(try !Searching.finds("subject", "Group/23", in: resource))
            #expect(
                try !Searching.finds(
                    "subject", "https://other.example/fhir/Patient/23", in: resource))
        }
    }

    @Test func `patient applies only where the subject is one`() throws {
        let group = observation(#"{"reference":"Group/23"}"#)
        #expect(try !Searching.finds("patient", "23", in: group))
        #expect(try Searching.finds("patient:missing", "true", in: group))
        #expect(try Searching.finds("subject", "23", in: group))
        let inside = #"""
            {"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],
             "subject":{"reference":"#p"}}
            """#
        #expect(try Searching.finds("patient:missing", "false", in: inside))
    }

    @Test func `an address elsewhere is found by all of it`() throws {
        let elsewhere = observation(#"{"reference":"https://other.example/fhir/Patient/23"}"#)
        #expect(
            try Searching.finds("subject", "https://other.example/fhir/Patient/23", in: elsewhere))
        #expect(
            try Searching.finds("patient", "https://other.example/fhir/Patient/23", in: elsewhere))
        #expect(try !Searching.finds("subject", "Patient/23", in: elsewhere))
        let urn = observation(#"{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}"#)
        #expect(
            try Searching.finds("subject", "urn:uuid:00000000-0000-4000-8000-000000000001", in: urn)
        )
    }

    @Test func `a version in the search must be that of the reference`() throws {
        let versioned = observation(#"{"reference":"Patient/23/_history/4"}"#)
        #expect(try Searching.finds("subject", "Patient/23", in: versioned))
        #expect(try Searching.finds("subject", "Patient/23/_history/4", in: versioned))
        #expect(try !Searching.finds("subject", "Patient/23/_history/5", in: versioned))
    }

    @Test func `identifier finds what a reference names by identifier`() throws {
        let named = observation(
            #"{"type":"Patient","identifier":{"system":"http://acme.org","value":"2345"}}"#)
        #expect(try Searching.finds("subject:identifier", "http://acme.org|2345", in: named))
        #expect(try Searching.finds("subject:identifier", "2345", in: named))
        #expect(try !Searching.finds("subject:identifier", "|2345", in: named))
        #expect(try Searching.finds("patient:identifier", "2345", in: named))
        #expect(try !Searching.finds("subject", "2345", in: named))
    }

    @Test func `a definition is found by its address with and without version`() throws {
        let answers = #"""
            {"resourceType":"QuestionnaireResponse","questionnaire":"http://acme.org/phq9|3.0"}
            """#
        #expect(try Searching.finds("questionnaire", "http://acme.org/phq9", in: answers))
        #expect(try Searching.finds("questionnaire", "http://acme.org/phq9|3.0", in: answers))
        #expect(try !Searching.finds("questionnaire", "http://acme.org/phq9|2.0", in: answers))
    }

    @Test func `an address is compared exactly, and with below by its beginning`() throws {
        let set = #"{"resourceType":"ValueSet","url":"http://acme.org/fhir/ValueSet/123"}"#
        #expect(try Searching.finds("url", "http://acme.org/fhir/ValueSet/123", in: set))
        #expect(try !Searching.finds("url", "http://acme.org/fhir/valueset/123", in: set))
        for value in ["http://acme.org/fhir/", "http://acme.org/fhir"] {
            #expect(try Searching.finds("url:below", value, in: set), "\(value)")
        }
        #expect(try !Searching.finds("url:below", "http://acme.org/fh", in: set))
        #expect(
            try Searching.finds(
                "url:above", "http://acme.org/fhir/ValueSet/123/_history/5", in: set))
        let tagged =
            #"{"resourceType":"Patient","meta":{"profile":["http://acme.org/p|1"],"source":"urn:x:1"}}"#
        #expect(try Searching.finds("_profile", "http://acme.org/p", in: tagged))
        #expect(try Searching.finds("_profile", "http://acme.org/p|1", in: tagged))
        #expect(try Searching.finds("_source", "urn:x:1", in: tagged))
    }

    @Test func `what is no reference is an error`() {
        for value in ["Patient/", "a b", "Nothing/1", "Patient/1/2"] {
            let failure = Searching.failure("subject", value, type: "Observation", isStrict: false)
            #expect(failure?.code == .value, "\(value)")
        }
        let failure = Searching.failure("subject:Patient", "Group/1", type: "Observation")
        #expect(failure?.code == .value)
    }
}
