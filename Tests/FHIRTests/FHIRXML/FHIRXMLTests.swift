import FHIRModel
import FHIRXML
import Testing

@Suite("FHIR XML")
struct FHIRXMLTests {
    private let xmlns = "xmlns=\"http://hl7.org/fhir\""

    private func json(_ xml: String) throws -> String {
        String(decoding: try FHIRXML.r4.json(from: Array(xml.utf8)), as: UTF8.self)
    }

    private func xml(_ json: String, isPretty: Bool = false) throws -> String {
        let bytes = try FHIRXML.r4.xml(from: JSON.parse(Array(json.utf8)), isPretty: isPretty)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Both forms of a patient say the same.
    private func expectPair(
        json: String, xml: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let document =
            #"<?xml version="1.0" encoding="UTF-8"?><Patient \#(xmlns)>\#(xml)</Patient>"#
        let resource = #"{"resourceType":"Patient",\#(json)}"#
        #expect(try self.json(document) == resource, sourceLocation: sourceLocation)
        #expect(try self.xml(resource) == document, sourceLocation: sourceLocation)
    }

    @Test func `a primitive is an attribute, with id and extensions beside it`() throws {
        try expectPair(json: #""active":true"#, xml: #"<active value="true"/>"#)
        try expectPair(
            json: #""_active":{"id":"a","extension":[{"url":"urn:x","valueInteger":-7}]}"#,
            xml: """
                <active id="a"><extension url="urn:x"><valueInteger value="-7"/>\
                </extension></active>
                """)
        try expectPair(
            json: #""birthDate":"1970","_birthDate":{"id":"b"}"#,
            xml: #"<birthDate id="b" value="1970"/>"#)
    }

    @Test func `a list of primitives keeps the places of values and extensions`() throws {
        try expectPair(
            json: """
                "name":[{"given":["A",null,"C"],\
                "_given":[null,{"extension":[{"url":"urn:x","valueBoolean":true}]},{"id":"c"}]}]
                """,
            xml: """
                <name><given value="A"/><given><extension url="urn:x"><valueBoolean value="true"/>\
                </extension></given><given id="c" value="C"/></name>
                """)
    }

    @Test func `ids and addresses of extensions are attributes, the id of a resource is none`()
        throws
    {
        try expectPair(
            json:
                #""id":"p1","extension":[{"id":"e","url":"urn:x","valueString":"v"}],"#
                + #""name":[{"id":"n","text":"T"}]"#,
            xml: """
                <id value="p1"/><extension id="e" url="urn:x"><valueString value="v"/></extension>\
                <name id="n"><text value="T"/></name>
                """)
    }

    @Test func `resources inside of resources are wrapped`() throws {
        try expectPair(
            json:
                #""contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Basic"}]"#,
            xml: """
                <contained><Organization><id value="o"/></Organization></contained>\
                <contained><Basic/></contained>
                """)
        let bundle = """
            {"resourceType":"Bundle","type":"batch","entry":[{"link":[{"relation":"self",\
            "url":"x"}],"resource":{"resourceType":"Parameters","parameter":[{"name":"a","resource":\
            {"resourceType":"Binary","contentType":"x/y"}},{"name":"b","part":[{"name":"c"}]}]}}]}
            """
        #expect(try json(xml(bundle)) == bundle)
    }

    @Test func `numbers keep the form they were written in`() throws {
        let observation = """
            {"resourceType":"Observation","valueQuantity":{"value":1.50},"component":[\
            {"valueQuantity":{"value":-0.010}},{"valueInteger":100},\
            {"valueQuantity":{"value":12345678901234567890.123e-10}}]}
            """
        let made = try xml(observation)
        #expect(made.contains("value=\"1.50\""))
        #expect(made.contains("value=\"12345678901234567890.123e-10\""))
        #expect(try json(made) == observation)
    }

    @Test func `a plus sign that XML allows is not written to JSON`() throws {
        let attachment = "<photo><size value='+5'/></photo>"
        #expect(try json("<Patient \(xmlns)>\(attachment)</Patient>").contains(#""size":5}"#))
    }

    @Test func `every character survives`() throws {
        let text = #"<&>\"' \t\r\n\\ é 𝄞 \u0085 \u2028 ]]> &amp; {{ "#
        let patient = #"{"resourceType":"Patient","name":[{"text":"\#(text)"}]}"#
        let made = try xml(patient)
        let back = try JSON.parse(Array(json(made).utf8))
        #expect(try back.isEqual(to: JSON.parse(Array(patient.utf8))))
        #expect(made.contains("&#9;&#13;&#10;"))
    }

    @Test func `elements are written in the order of the specification`() throws {
        let made = try xml(
            #"{"birthDate":"1970","name":[{"given":["A"],"use":"usual"}],"id":"x","#
                + #""resourceType":"Patient"}"#
        )
        #expect(
            made.hasSuffix(
                """
                <Patient \(xmlns)><id value="x"/><name><use value="usual"/><given value="A"/>\
                </name><birthDate value="1970"/></Patient>
                """))
    }

    @Test func `a pretty document has a line for each element`() throws {
        let made = try xml(
            #"{"resourceType":"Patient","name":[{"given":["A"]}],"#
                + #""contained":[{"resourceType":"Basic","id":"b"}]}"#,
            isPretty: true)
        #expect(
            made == """
                <?xml version="1.0" encoding="UTF-8"?>
                <Patient \(xmlns)>
                  <contained>
                    <Basic>
                      <id value="b"/>
                    </Basic>
                  </contained>
                  <name>
                    <given value="A"/>
                  </name>
                </Patient>

                """)
    }

    @Test func `a narrative keeps its bytes`() throws {
        let div = """
            <div xmlns="http://www.w3.org/1999/xhtml" xml:lang='nv'> a <b>b</b> <i/><br></br>\
            &#160;&lt;<!-- c --><![CDATA[<]]></div>
            """
        let json = div.replacing("\"", with: "\\\"")
        try expectPair(
            json: #""text":{"status":"empty","div":"\#(json)"}"#,
            xml: #"<text><status value="empty"/>\#(div)</text>"#)
    }

    @Test func `a narrative with prefixes is written without them`() throws {
        let made = try json(
            """
            <f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml">\
            <f:text><f:status value="empty"/>\
            <h:div class="&quot;"> a<h:b xml:lang="nv">&amp;</h:b><h:br/></h:div>\
            </f:text></f:Patient>
            """)
        #expect(
            made == #"""
                {"resourceType":"Patient","text":{"status":"empty","div":\#
                "<div xmlns=\"http://www.w3.org/1999/xhtml\" class=\"&quot;\"> a\#
                <b xml:lang=\"nv\">&amp;</b><br/></div>"}}
                """#)
    }

    @Test func `line ends of a narrative become line feeds`() throws {
        let made = try json(
            "<Patient \(xmlns)><text><div xmlns='http://www.w3.org/1999/xhtml'>a\r\nb\rc</div></text>"
                + "</Patient>"
        )
        #expect(made.contains(#"a\nb\nc"#))
    }

    @Test func `carriage returns of a narrative in JSON survive`() throws {
        let div = #"<div xmlns='http://www.w3.org/1999/xhtml'>a\r\n<b c='\r'>></b >\r&#10;</div>"#
        let patient = #"{"resourceType":"Patient","text":{"div":"\#(div)"}}"#
        let made = try xml(patient)
        #expect(!made.utf8.contains(0x0D))
        #expect(try json(made) == patient)
        let inTag = try json(xml(patient.replacing("<b c", with: #"<b\rc"#)))
        #expect(inTag == patient.replacing("<b c", with: #"<b\nc"#))
    }

    @Test func `the place of a schema and what is no content is left out`() throws {
        #expect(
            try json(
                """
                <?xml version="1.0"?><!-- c --><?pi x?>
                <Patient \(xmlns) xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                    xsi:schemaLocation="http://hl7.org/fhir ../fhir-all.xsd">
                  <!-- c --> <active value="true"> <!-- c --> </active>
                </Patient><!-- c -->
                """) == #"{"resourceType":"Patient","active":true}"#)
    }

    private func error(_ content: String) -> XMLError? {
        #expect(throws: XMLError.self, "\(content)") {
            try json("<Patient \(xmlns)>\(content)</Patient>")
        }
    }

    @Test(arguments: [
        ("<spam value='x'/>", XMLError.Code.unknownElement, "Patient.spam"),
        ("<name><given value='a'/><spam/></name>", .unknownElement, "Patient.name.spam"),
        (
            "<name><text value='a'/></name><name><spam/></name>", .unknownElement,
            "Patient.name[1].spam"
        ),
        ("<a-b.c/>", .unknownElement, "Patient.?"),
        ("<deceased value='true'/>", .unknownElement, "Patient.deceased"),
        ("<deceasedString value='x'/>", .unknownElement, "Patient.deceasedString"),
        ("<resourceType value='x'/>", .unknownElement, "Patient.resourceType"),
        ("<active xmlns='' value='true'/>", .wrongNamespace, "Patient.active"),
        ("<active xmlns='urn:x' value='true'/>", .wrongNamespace, "Patient.active"),
        ("<text><div>x</div></text>", .wrongNamespace, "Patient.text.div"),
        ("<active value='true' spam='x'/>", .unknownAttribute, "Patient.active"),
        ("<active url='true' value='true'/>", .unknownAttribute, "Patient.active"),
        ("<active xml:lang='en' value='true'/>", .unknownAttribute, "Patient.active"),
        ("<name value='x'/>", .unknownAttribute, "Patient.name"),
        ("<contained id='x'><Basic/></contained>", .unknownAttribute, "Patient.contained"),
        ("text", .strayText, "Patient"), ("<active>true</active>", .strayText, "Patient.active"),
        ("<birthDate value='1970'/><active value='true'/>", .wrongOrder, "Patient.active"),
        (
            "<name><text value='a'/></name><active value='true'/><name><text value='b'/></name>",
            .wrongOrder, "Patient.active"
        ),
        ("<active value='true'/><active value='true'/>", .tooMany, "Patient.active[1]"),
        (
            "<deceasedBoolean value='true'/><deceasedDateTime value='2001'/>", .tooMany,
            "Patient.deceasedDateTime"
        ),
        ("<active/>", .emptyElement, "Patient.active"), ("<name/>", .emptyElement, "Patient.name"),
        ("<active id='x'/>", .emptyElement, "Patient.active"),
        ("<active value=''/>", .invalidValue, "Patient.active"),
        ("<active value='TRUE'/>", .invalidValue, "Patient.active"),
        ("<active value=' true'/>", .invalidValue, "Patient.active"),
        ("<multipleBirthInteger value='1.0'/>", .invalidValue, "Patient.multipleBirthInteger"),
        ("<multipleBirthInteger value='01'/>", .invalidValue, "Patient.multipleBirthInteger"),
        ("<contained/>", .tooFew, "Patient.contained"),
        ("<contained><Basic/><Basic/></contained>", .tooFew, "Patient.contained"),
        ("<contained><Spam/></contained>", .unknownResource, "Patient.contained.Spam"),
        ("<contained><Resource/></contained>", .unknownResource, "Patient.contained.Resource"),
        (
            "<contained><Patient xmlns='urn:x'/></contained>", .wrongNamespace,
            "Patient.contained.Patient"
        ),
        (
            "<text><p xmlns='http://www.w3.org/1999/xhtml'/></text>", .unknownElement,
            "Patient.text.p"
        ),
    ])
    func `what FHIR does not have is refused with its path`(
        content: String, code: XMLError.Code, path: String
    ) {
        let found = error(content)
        #expect(found?.code == code, "\(content)")
        #expect(found?.path == path, "\(content)")
        #expect(found?.line == 1)
        #expect(found?.message.contains("; ") == true)
    }

    @Test func `an error about an element has the place of its start tag`() throws {
        let found = try #require(error("\n  <active value='true'/>\n  <active value='false'/>\n"))
        #expect(found.line == 3)
        #expect(found.column == 3)
    }

    @Test(arguments: [
        ("<Patient/>", XMLError.Code.wrongNamespace),
        ("<Patient xmlns='http://hl7.org/fhir/'/>", .wrongNamespace),
        ("<div xmlns='http://www.w3.org/1999/xhtml'/>", .wrongNamespace),
        ("<Spam xmlns='http://hl7.org/fhir'/>", .unknownResource),
        ("<HumanName xmlns='http://hl7.org/fhir'/>", .unknownResource),
        ("<DomainResource xmlns='http://hl7.org/fhir'/>", .unknownResource),
        ("<Patient xmlns='http://hl7.org/fhir' id='x'/>", .unknownAttribute),
    ])
    func `a root that is no resource is refused`(text: String, code: XMLError.Code) {
        let found = #expect(throws: XMLError.self) { try json(text) }
        #expect(found?.code == code)
    }

    @Test func `numbers that JSON does not have are refused`() {
        for text in ["1.", ".5", "00", "1e", "+1", "0x1", "NaN", "1 ", "1,5", "--1", "-"] {
            let found = #expect(throws: XMLError.self, "\(text)") {
                try json(
                    """
                    <Observation \(xmlns)><valueQuantity><value value="\(text)"/></valueQuantity>\
                    </Observation>
                    """)
            }
            #expect(found?.code == .invalidValue)
        }
    }

    @Test(arguments: [
        (#"{"spam":1}"#, XMLError.Code.unknownElement, "Patient.spam"),
        (#"{"name":[{"given":["a"]},{"spam":1}]}"#, .unknownElement, "Patient.name[1].spam"),
        (#"{"_name":[{"id":"x"}]}"#, .unknownElement, "Patient._name"),
        (#"{"_active":{"spam":1}}"#, .unknownElement, "Patient.active.spam"),
        (#"{"name":{"text":"x"}}"#, .wrongKind, "Patient.name"),
        (#"{"name":["x"]}"#, .wrongKind, "Patient.name[0]"),
        (#"{"active":"true"}"#, .wrongKind, "Patient.active"),
        (#"{"active":[true]}"#, .wrongKind, "Patient.active"),
        (#"{"active":null}"#, .wrongKind, "Patient.active"),
        (#"{"birthDate":1970}"#, .wrongKind, "Patient.birthDate"),
        (#"{"multipleBirthInteger":1.5}"#, .invalidValue, "Patient.multipleBirthInteger"),
        (#"{"birthDate":""}"#, .invalidValue, "Patient.birthDate"),
        (#"{"name":[]}"#, .emptyElement, "Patient.name"),
        (#"{"name":[{}]}"#, .emptyElement, "Patient.name[0]"),
        (#"{"name":[null]}"#, .emptyElement, "Patient.name[0]"),
        (#"{"name":[{"given":[null]}]}"#, .emptyElement, "Patient.name[0].given[0]"),
        (#"{"name":[{"given":["a\u0000"]}]}"#, .invalidCharacter, "Patient.name[0].given[0]"),
        (#"{"name":[{"given":["a\ufffe"]}]}"#, .invalidCharacter, "Patient.name[0].given[0]"),
        (#"{"name":[{"id":1,"text":"x"}]}"#, .wrongKind, "Patient.name[0].id"),
        (
            #"{"deceasedBoolean":true,"deceasedDateTime":"2001"}"#, .tooMany,
            "Patient.deceasedDateTime"
        ),
        (#"{"contained":[{"id":"x"}]}"#, .notAResource, "Patient.contained[0]"),
        (
            #"{"contained":[{"resourceType":"Spam"}]}"#, .unknownResource,
            "Patient.contained[0].Spam"
        ),
        (#"{"text":{"div":"x"}}"#, .narrative, "Patient.text.div"),
        (#"{"text":{"div":"<div>x</div>"}}"#, .narrative, "Patient.text.div"),
        (
            #"{"text":{"div":"<div xmlns='http://www.w3.org/1999/xhtml'>&nbsp;</div>"}}"#,
            .narrative,
            "Patient.text.div"
        ),
        (
            #"{"text":{"div":"<div xmlns='http://www.w3.org/1999/xhtml'/><x/>"}}"#, .narrative,
            "Patient.text.div"
        ),
        (
            #"{"text":{"div":"<!DOCTYPE a><div xmlns='http://www.w3.org/1999/xhtml'/>"}}"#,
            .narrative,
            "Patient.text.div"
        ),
        (#"{"text":{"div":1}}"#, .wrongKind, "Patient.text.div"),
    ])
    func `JSON that has no XML form is refused with its path`(
        members: String, code: XMLError.Code, path: String
    ) {
        let resource = members.replacing(
            "{", with: #"{"resourceType":"Patient","#, maxReplacements: 1)
        let found = #expect(throws: XMLError.self, "\(members)") { try xml(resource) }
        #expect(found?.code == code, "\(members)")
        #expect(found?.path == path, "\(members)")
    }

    @Test func `a narrative cannot bring more than its element into a document`() throws {
        let div =
            "<?xml version='1.0'?><!-- c --><div xmlns='http://www.w3.org/1999/xhtml'>x</div>"
            + "<!-- d -->"
        let made = try xml(#"{"resourceType":"Patient","text":{"div":"\#(div)"}}"#)
        #expect(made.contains("<text><div xmlns='http://www.w3.org/1999/xhtml'>x</div></text>"))
    }

    @Test func `JSON that is no resource is refused`() {
        for text in ["[]", "1", "{}", #"{"resourceType":1}"#, #"{"resourceType":"Element"}"#] {
            #expect(throws: XMLError.self, "\(text)") { try xml(text) }
        }
    }
}
