import FHIRModel
import FHIRXML
import Kernel
import TestKit
import Testing

@Suite("XML Patch")
struct XMLPatchTests {
    private let patient = """
        {"resourceType":"Patient","id":"p1","text":{"status":"generated",\
        "div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Old</div>"},\
        "identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b","value":"2"}],\
        "active":true,"name":[{"family":"Begay","given":["Ann","Lee"]},{"text":"Annie"}],\
        "birthDate":"1970-03-30"}
        """

    private func patched(_ json: String, _ operations: String) throws -> String {
        let diff = "<diff xmlns:f='http://hl7.org/fhir'>\(operations)</diff>"
        let patch = try XMLPatch(Array(diff.utf8))
        let bytes = try patch.applied(to: JSON.parse(Array(json.utf8)))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func change(_ operations: String, from old: String, to new: String) throws {
        #expect(patient.contains(old))
        let result = try patched(patient, operations)
        #expect(result == patient.replacing(old, with: new), "\(result)")
    }

    private func error(_ operations: String) -> XMLPatchError? {
        #expect(throws: XMLPatchError.self) { try patched(patient, operations) }
    }

    private func code(_ operations: String) -> PatchError.Code? {
        guard case .operation(let error) = error(operations) else { return nil }
        return error.code
    }

    @Test func `an attribute is replaced`() throws {
        try change(
            "<replace sel='f:Patient/f:birthDate/@value'>1930-01-01</replace>",
            from: "1970-03-30", to: "1930-01-01")
        try change(
            "<replace sel='/f:Patient/f:active/@value'>false</replace>",
            from: "true", to: "false")
    }

    @Test func `an element is replaced`() throws {
        try change(
            """
            <replace sel='f:Patient/f:name[2]'>
              <name xmlns='http://hl7.org/fhir'> <use value='nickname'/> </name>
            </replace>
            """, from: #"{"text":"Annie"}"#, to: #"{"use":"nickname"}"#)
        try change(
            """
            <replace sel='f:Patient/f:text/x:div' xmlns:x='http://www.w3.org/1999/xhtml'>\
            <div xmlns="http://www.w3.org/1999/xhtml">New <b>text</b></div></replace>
            """, from: ">Old<", to: ">New <b>text</b><")
    }

    @Test func `an element is added at the end, at the start, before and after another`() throws {
        func given(_ text: String) -> String { "<f:given value='\(text)'/>" }
        try change(
            "<add sel='f:Patient/f:name[1]'>\(given("Z"))</add>",
            from: #""Lee""#, to: #""Lee","Z""#)
        try change(
            "<add sel='f:Patient/f:name[1]' pos='prepend'>\(given("A"))</add>",
            from: #"["Ann""#, to: #"["A","Ann""#)
        try change(
            "<add sel='f:Patient/f:name[1]/f:given[1]' pos='after'>"
                + "\(given("B"))\(given("C"))</add>",
            from: #""Lee""#, to: #""B","C","Lee""#)
        try change(
            "<add sel='f:Patient/f:name[1]/f:given[1]' pos='before'>\(given("A"))</add>",
            from: #""Ann""#, to: #""A","Ann""#)
    }

    @Test func `an element that is added gets the place that the specification gives it`() throws {
        try change(
            "<add sel='f:Patient'><f:gender value='female'/></add>",
            from: #""birthDate""#, to: #""gender":"female","birthDate""#)
    }

    @Test func `an attribute is added and removed`() throws {
        try change(
            "<add sel='f:Patient/f:name[2]' type='@id'>n2</add>",
            from: #"{"text":"Annie"}"#, to: #"{"id":"n2","text":"Annie"}"#)
        let result = try patched(
            patient,
            """
            <add sel='f:Patient/f:birthDate'><f:extension url='urn:x'><f:valueCode value='a'/>\
            </f:extension></add><remove sel='f:Patient/f:birthDate/@value'/>
            """)
        #expect(
            result.hasSuffix(#""_birthDate":{"extension":[{"url":"urn:x","valueCode":"a"}]}}"#))
        #expect(!result.contains("1970"))
    }

    @Test func `an element is removed`() throws {
        try change(
            "<remove sel='f:Patient/f:birthDate'/>", from: #","birthDate":"1970-03-30""#, to: "")
        try change("<remove sel='Patient/name[1]/given[2]' ws='both'/>", from: #","Lee""#, to: "")
    }

    @Test func `an element is found by a value it holds`() throws {
        try change(
            "<replace sel='f:Patient/f:identifier[f:system/@value=\"urn:b\"]/f:value/@value'>9"
                + "</replace>",
            from: #""value":"2""#, to: #""value":"9""#)
        try change(
            "<remove sel=\"*/f:name[1]/f:given[@value='Lee']\"/>", from: #","Lee""#, to: "")
        try change(
            "<remove sel='f:Patient/*[f:system/@value=\"urn:a\"][1]'/>",
            from: #"{"system":"urn:a","value":"1"},"#, to: "")
    }

    @Test func `operations see what those before them did`() throws {
        try change(
            """
            <remove sel='f:Patient/f:name[1]'/>
            <replace sel='f:Patient/f:name[1]/f:text/@value'>Nana</replace>
            """, from: #"{"family":"Begay","given":["Ann","Lee"]},{"text":"Annie"}"#,
            to: #"{"text":"Nana"}"#)
    }

    @Test(arguments: [
        ("<move sel='f:Patient'/>", PatchError.Code.unknownOperation),
        ("<remove/>", .badMember), ("<remove sel='f:Patient' pos='after'/>", .badMember),
        ("<add sel='f:Patient' pos='append'><f:active value='true'/></add>", .badMember),
        ("<add sel='f:Patient' type='namespace::x'>urn:x</add>", .badMember),
        ("<remove sel=''/>", .badPath), ("<remove sel='//f:name'/>", .badPath),
        ("<remove sel='g:Patient'/>", .badPath), ("<remove sel='f:Patient/text()'/>", .badPath),
        ("<remove sel='f:Patient/f:name[0]'/>", .badPath),
        ("<remove sel='f:Patient/f:name[@id=x]'/>", .badPath),
        ("<remove sel='f:Patient/f:name['/>", .badPath), ("<remove sel='/'/>", .badPath),
        ("<remove sel='f:Patient/@id/f:x'/>", .badPath),
        ("<remove sel='f:Patient/f:photo'/>", .noTarget), ("<remove sel='f:Person'/>", .noTarget),
        ("<remove sel='f:Patient/f:name[3]'/>", .noTarget),
        ("<remove sel='f:Patient/f:name[99999999999999999999]'/>", .badPath),
        ("<remove sel='f:Patient/f:name'/>", .severalTargets),
        ("<remove sel='f:Patient/f:active/@id'/>", .noTarget),
        ("<remove sel='f:Patient'/>", .wholeDocument),
        ("<add sel='f:Patient' pos='after'><f:active value='true'/></add>", .badPosition),
        ("<add sel='f:Patient'/>", .badValue), ("<add sel='f:Patient'>text</add>", .badValue),
        ("<add sel='f:Patient'><active value='true'/></add>", .badValue),
        ("<add sel='f:Patient/f:active' type='@value'>false</add>", .badValue),
        ("<replace sel='f:Patient/f:active'><f:active/><f:active/></replace>", .badValue),
        ("<replace sel='f:Patient/f:active/@value'><f:active/></replace>", .badValue),
    ])
    func `an operation that is wrong is refused with its reason`(
        operation: String, expected: PatchError.Code
    ) {
        #expect(code(operation) == expected)
    }

    @Test func `a result that is no resource is refused`() {
        let wrong = [
            "<add sel='f:Patient'><f:active value='true'/></add>": XMLError.Code.tooMany,
            "<add sel='f:Patient'><f:spam value='true'/></add>": .unknownElement,
            "<add sel='f:Patient/f:name[1]'><f:period/></add>": .emptyElement,
            "<replace sel='f:Patient/f:active/@value'>yes</replace>": .invalidValue,
            "<add sel='f:Patient' type='@id'>x</add>": .unknownAttribute,
        ]
        for (operation, expected) in wrong {
            guard case .result(let error) = error(operation) else {
                Issue.record("\(operation) was taken")
                continue
            }
            #expect(error.code == expected, "\(operation)")
            #expect(error.path.hasPrefix("Patient"))
            #expect(error.line == 0)
        }
    }

    @Test func `an error names the operation and its path`() throws {
        let found = try #require(
            error("<remove sel='f:Patient/f:active'/><remove sel='f:Patient/f:photo'/>"))
        #expect(found.message.hasSuffix("(operation 2 of the patch, f:Patient/f:photo)"))
        #expect(found.problem.code == .invalid)
    }

    @Test func `a patch that is no patch is refused`() {
        for text in ["", "<diff>", "<!DOCTYPE a><diff/>", "<Patient xmlns='http://hl7.org/fhir'/>"]
        {
            #expect(throws: XMLPatchError.self, "\(text)") { try XMLPatch(Array(text.utf8)) }
        }
        let many = String(repeating: "<remove sel='f:Patient'/>", count: 1_001)
        #expect(code(many) == .tooManyOperations)
    }

    @Test func `a patch cannot look at a resource without end`() throws {
        let names = String(repeating: #"{"text":"x"},"#, count: 20_000)
        let wide = patient.replacing("\"name\":[", with: "\"name\":[\(names)")
        let one = "<replace sel='f:Patient/f:name[f:text/@value=\"none\"]/@id'>x</replace>"
        let first = "<add sel='f:Patient/f:name[1]' type='@id'>x</add>"
        let again = "<replace sel='f:Patient/f:name[1]/@id'>x</replace>"
        let many = first + String(repeating: again, count: 300)
        #expect(throws: XMLPatchError.self) { try patched(wide, one) }
        #expect(throws: Never.self) { try patched(wide, first + again) }
        let found = #expect(throws: XMLPatchError.self) { try patched(wide, many) }
        guard case .operation(let error) = found else {
            Issue.record("not stopped")
            return
        }
        #expect(error.code == .tooCostly)
    }

    @Test func `random patches never crash`() throws {
        var random = TestKit.SeededRandom(seed: 5261)
        let paths = [
            "f:Patient", "f:Patient/f:name", "f:Patient/f:name[1]",
            "f:Patient/f:name[2]/f:given[1]",
            "f:Patient/f:active/@value", "f:Patient/f:birthDate", "*/*[1]", "f:Patient/f:text/*",
            "f:Patient/f:identifier[f:value/@value='1']", "[", "f:Patient/", "@id",
        ]
        let contents = [
            "", "text", "<f:given value='x'/>", "<f:name><f:text value='y'/></f:name>",
            "<f:birthDate value='2001'/>", "<f:Patient/>", "<x/>",
            "<div xmlns='http://www.w3.org/1999/xhtml'>d</div>",
        ]
        var applied = 0
        for _ in 0..<3_000 {
            let operations = (0..<(1 + random.below(4))).map { _ in
                let path = random.pick(paths)
                switch random.below(3) {
                case 0: return "<remove sel=\"\(path)\"/>"
                case 1: return "<replace sel=\"\(path)\">\(random.pick(contents))</replace>"
                default:
                    let pos = random.pick(["", " pos='before'", " pos='after'", " type='@id'"])
                    return "<add sel=\"\(path)\"\(pos)>\(random.pick(contents))</add>"
                }
            }
            do {
                _ = try JSON.parse(Array(patched(patient, operations.joined()).utf8))
                applied += 1
            } catch is XMLPatchError {}
        }
        #expect(applied > 100)
    }
}
