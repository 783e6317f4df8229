import FHIRModel
import Testing

@Suite("Reference")
struct ReferenceTests {
    @Test func `the forms of the standard are told apart`() {
        #expect(Reference("Patient/1") == .local(type: "Patient", id: "1", version: nil))
        #expect(Reference("Patient/1/_history/2") == .local(type: "Patient", id: "1", version: "2"))
        #expect(Reference("urn:uuid:0c3151bd") == .urn("urn:uuid:0c3151bd"))
        #expect(Reference("#x") == .contained(id: "x"))
        #expect(Reference("#") == .contained(id: ""))
        #expect(
            Reference("Patient?identifier=a|b")
                == .conditional(type: "Patient", query: "identifier=a|b"))
        let url = "https://ehr.example/fhir/Patient/1/_history/3"
        #expect(Reference(url) == .absolute(url: url, type: "Patient", id: "1", version: "3"))
        #expect(Reference(url)?.typeAndID?.id == "1")
        let page = "http://example.org/ValueSet"
        #expect(Reference(page) == .absolute(url: page, type: nil, id: nil, version: nil))
    }

    @Test(arguments: [
        "", "Patient", "Patient/", "/Patient/1", "patient/1", "Patient/1/x", "Nobody/1",
        "Patient/a b", "Patient?",
        "Patient/1/_history/", "#a b", "urn:uuid:", "Patient/../1", "Patient/1?x=y",
        "https://a b/Patient/1",
    ])
    func `other texts are no reference`(text: String) {
        #expect(Reference(text) == nil)
    }

    @Test(arguments: [
        "Patient/1", "Patient/1/_history/2", "#x", "urn:oid:1.2.3", "Patient?name=x",
        "http://a/Patient/1",
    ])
    func `a reference is written as it was read`(text: String) {
        #expect(Reference(text)?.text == text)
    }
}
