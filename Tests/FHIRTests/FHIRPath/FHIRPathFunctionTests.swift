import FHIRModel
import FHIRPath
import Testing

@Suite("FHIRPath functions of FHIR")
struct FHIRPathFunctionTests {
    @Test func `extensions of an element and of a primitive are found`() throws {
        let time = "birthDate.extension('http://example.org/time')"
        #expect(try Evaluating.values(time + ".value") == ["14:30:00"])
        #expect(
            try Evaluating.values("birthDate.hasExtension('http://example.org/time')") == ["true"])
        #expect(try Evaluating.values("birthDate.extension('http://other')") == [])
        #expect(try Evaluating.values("birthDate.hasValue()") == ["true"])
        #expect(try Evaluating.values("birthDate.children().url") == ["http://example.org/time"])
    }

    @Test func `a primitive without a value is there by its extensions`() throws {
        let on = #"""
            {"resourceType":"Patient","name":[{"given":[null,"B"],
             "_given":[{"extension":[{"url":"u","valueCode":"masked"}]},null]}],
             "_gender":{"extension":[{"url":"u","valueCode":"unknown"}]}}
            """#
        #expect(try Evaluating.values("name.given.count()", on: on) == ["2"])
        #expect(
            try Evaluating.values("name.given.select(hasValue())", on: on) == ["false", "true"])
        #expect(try Evaluating.values("name.given[0].extension.value", on: on) == ["masked"])
        #expect(try Evaluating.values("gender.exists()", on: on) == ["true"])
        #expect(try Evaluating.values("gender.extension('u').value", on: on) == ["unknown"])
        #expect(try Evaluating.values("gender = 'male'", on: on) == ["false"])
    }

    @Test func `references lead to contained, to bundled and to other resources`() throws {
        var environment = Evaluating.environment
        environment.resolve = { reference in
            // A text that is written here is JSON.
            reference == "Practitioner/d1"
                ? try? JSON.parse(Array(#"{"resourceType":"Practitioner","id":"d1"}"#.utf8)) : nil
        }
        let on = Evaluating.patient
        func values(_ text: String, _ on: String = on) throws -> [String] {
            try Evaluating.values(text, on: on, environment)
        }
        #expect(try values("managingOrganization.resolve().name") == ["Clinic"])
        #expect(try values("generalPractitioner.resolve().id") == ["d1"])
        #expect(try values("generalPractitioner.where(resolve() is Practitioner).count()") == ["1"])
        #expect(try values("generalPractitioner.where(resolve() is Patient).count()") == ["0"])
        #expect(try values("generalPractitioner.getReferenceKey()") == ["Practitioner/d1"])
        #expect(try values("getResourceKey()") == ["Patient/p1"])
        let bundle = #"""
            {"resourceType":"Bundle","type":"collection","entry":[
             {"fullUrl":"http://x/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
             {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Observation",
               "subject":{"reference":"Patient/1"},"focus":[{"reference":"urn:uuid:2"}]}}]}
            """#
        #expect(try values("entry.resource.subject.resolve().id", bundle) == ["1"])
        #expect(try values("entry.resource.focus.resolve() is Observation", bundle) == ["true"])
    }

    @Test func `an element says where it stands`() throws {
        #expect(
            try Evaluating.values("name.given.pathname()") == [
                "Patient.name[0].given[0]", "Patient.name[0].given[1]", "Patient.name[1].given[0]",
            ])
        #expect(try Evaluating.values("deceased.pathname()") == ["Patient.deceased[0]"])
        #expect(try Evaluating.values("deceased.pathname(true)") == ["Patient.deceased"])
        #expect(
            try Evaluating.values("birthDate.extension.value.pathname(true)") == [
                "Patient.birthDate.extension[0].value"
            ])
        #expect(try Evaluating.values("('a' | id.substring(0)).pathname()") == [])
    }

    @Test func `a reference that cannot be followed may still say its type`() throws {
        var environment = FHIRPathEnvironment(types: .bare)
        environment.resolvesToTypes = true
        let text = "Patient.generalPractitioner.where(resolve() is Practitioner).reference"
        let found = try Evaluating.values(text, on: Evaluating.patient, environment)
        #expect(found == ["Practitioner/d1"])
    }

    @Test func `value sets and code systems are asked from outside`() throws {
        var environment = Evaluating.environment
        environment.memberOf = { valueSet, code in
            valueSet == "http://known" ? code.code == "29463-7" || code.code == "female" : nil
        }
        environment.subsumes = { first, second in first == second }
        let observation = Evaluating.observation
        func values(_ text: String, _ on: String) throws -> [String] {
            try Evaluating.values(text, on: on, environment)
        }
        #expect(try values("code.memberOf('http://known')", observation) == ["true"])
        #expect(try values("code.coding.memberOf('http://other')", observation) == [])
        #expect(try values("gender.memberOf('http://known')", Evaluating.patient) == ["true"])
        #expect(try values("code.subsumes(code)", observation) == ["true"])
    }

    @Test(arguments: [
        ("<div xmlns='http://www.w3.org/1999/xhtml'><p>Text</p></div>", true),
        ("<div><p>Text<br/></p><!-- note --></div>", true),
        ("<div></div>", false), ("<div> </div>", false), ("<p>Text</p>", false),
        ("<div><script>x</script></div>", false), ("<div onclick='x'>Text</div>", false),
        ("<div><p>Text</div>", false), ("<div>Text</div><div>More</div>", false),
        ("<div><a href='javascript:x'>Text</a></div>", false), ("Text", false),
        ("<div><img src='a.png' alt='x'/></div>", true),
    ])
    func `a narrative holds formatting only`(div: String, isSound: Bool) throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resourceType", "Patient")
            writer.object("text") { writer in writer.member("div", div) }
        }
        let on = String(decoding: writer.bytes, as: UTF8.self)
        #expect(try Evaluating.values("text.`div`.htmlChecks()", on: on) == ["\(isSound)"])
    }

    @Test func `static checks find what a type does not have`() throws {
        func faults(_ text: String, checksOrder: Bool = false) throws -> Int {
            try FHIRPathExpression(text).faults(
                on: "Patient", types: .r4, checksOrder: checksOrder
            ).count
        }
        #expect(try faults("name.given") == 0)
        #expect(try faults("name.givens") == 1)
        #expect(try faults("deceasedBoolean") == 1)
        #expect(try faults("Person.name") == 1)
        #expect(try faults("name.startsWith('a')") == 1)
        #expect(try faults("contact.name.family.startsWith('a')") == 0)
        #expect(try faults("contained.anything") == 0)
        #expect(try faults("children().first()") == 0)
        #expect(try faults("children().first()", checksOrder: true) == 1)
        #expect(try faults("(deceased as dateTime) > @2012") == 0)
        #expect(try faults("name.is(Nothing)") == 1)
        #expect(try faults("@2012-01-01 + 7") == 1)
        #expect(try faults("@2012-01-01 + 7 days") == 0)
        #expect(try faults("birthDate + 7 days") == 0)
    }
}
