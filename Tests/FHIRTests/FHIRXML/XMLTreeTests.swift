import FHIRXML
import Testing

@Suite("XML reading")
struct XMLTreeTests {
    private func tree(_ text: String) throws(XMLError) -> XMLElement {
        try XMLTree.parse(Array(text.utf8)).root
    }

    private func error(_ bytes: [UInt8]) -> XMLError? {
        #expect(throws: XMLError.self) { try XMLTree.parse(bytes) }
    }

    private func error(_ text: String) -> XMLError? { error(Array(text.utf8)) }

    @Test func `elements, attributes and text are read with their namespaces`() throws {
        let root = try tree(
            """
            \u{FEFF}<?xml version='1.0' encoding="utf-8"?><!-- a <b c="> --><?skip <a "?>
            <f:a xmlns:f="http://hl7.org/fhir" xmlns="urn:x" x="1 &amp; &#x1F33E; &quot;">
              <b f:y='z'> <c/> text<![CDATA[ <raw> & ]]></b>
            </f:a>
            """)
        #expect(root.name == "a")
        #expect(root.namespace == XMLTree.fhir)
        #expect(root.attribute("x") == "1 & \u{1F33E} \"")
        #expect(root.attribute("xmlns") == nil)
        #expect(root.children.count == 1)
        let inner = try #require(root.elements.first)
        #expect(inner.namespace == "urn:x")
        #expect(inner.attribute("y") == nil)
        #expect(inner.attributes.first?.namespace == XMLTree.fhir)
        #expect(inner.text == "  text <raw> & ")
        #expect(inner.children.count == 3)
        #expect(String(decoding: inner.sourceBytes, as: UTF8.self).hasPrefix("<b f:y='z'> <c/>"))
        #expect(String(decoding: inner.sourceBytes, as: UTF8.self).hasSuffix("& ]]></b>"))
        #expect(
            inner.elements.first.map { String(decoding: $0.sourceBytes, as: UTF8.self) } == "<c/>")
    }

    @Test(arguments: [
        #"<!DOCTYPE a><a/>"#,
        #"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#,
        #"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"#,
        #"<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]><a/>"#,
        #"<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>"#,
        #"<?xml version="1.0"?><!-- x --><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><a/>"#,
        #"<a><!ELEMENT b ANY></a>"#,
    ])
    func `a document type is refused wherever it stands`(text: String) {
        #expect(error(text)?.code == .documentType)
    }

    @Test func `a word that looks like a document type inside of a comment or text does no harm`()
        throws
    {
        let root = try tree("<a><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE y>]]></a>")
        #expect(root.text == "<!DOCTYPE y>")
    }

    @Test func `an include or a style sheet is not followed`() throws {
        let root = try tree(
            """
            <?xml-stylesheet href="file:///etc/passwd" type="text/xsl"?>
            <a xmlns:xi="http://www.w3.org/2001/XInclude">
            <xi:include href="file:///etc/passwd" parse="text"/></a>
            """)
        #expect(root.elements.map(\.name) == ["include"])
        #expect(!root.text.contains("root:"))
    }

    @Test(arguments: [
        ("", XMLError.Code.empty), ("   \n", .empty), ("<", .unexpectedEnd), ("<a", .unexpectedEnd),
        ("<a>", .unexpectedEnd), ("<a><b x='", .unexpectedEnd), ("<a><b></a></b>", .mismatchedTags),
        ("<a/><b/>", .trailingContent),
        ("<a x='1' x='2'/>", .duplicateAttribute), ("<a x=1/>", .malformed), ("<a x/>", .malformed),
        ("<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>", .duplicateAttribute),
        ("<p:a/>", .unknownPrefix), ("<a>&nbsp;</a>", .entity), ("<a x='&eacute;'/>", .entity),
        ("<a>&#0;</a>", .invalidCharacter), ("<a>&#xD800;</a>", .invalidCharacter),
        ("<a>\u{1}</a>", .invalidCharacter), ("<a>\u{FFFE}</a>", .invalidCharacter),
        ("<a>\0</a>", .invalidCharacter), ("<a x='<'/>", .malformed), ("text", .malformed),
        ("{\"resourceType\":\"Patient\"}", .malformed),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", .encoding),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>", .encoding),
        ("<?xml version='1.0' encoding='UTF-7'?><a/>", .encoding),
    ])
    func `a document that is not well-formed is refused with its reason`(
        text: String, code: XMLError.Code
    ) {
        let found = error(text)
        #expect(found?.code == code, "\(text): \(String(describing: found))")
        #expect(found?.message.contains("; ") == true)
    }

    @Test(arguments: [
        [0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E], [0xC3, 0x28], [0xED, 0xA0, 0x80],
        [0xFE, 0xFF, 0x00, 0x3C], [0xFF, 0xFE, 0x3C, 0x00], [0x4C, 0x6F, 0xA7, 0x94],
        [0x3C, 0x00, 0x3F, 0x00], [0x00, 0x00, 0x00, 0x3C],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let code = error(bytes)?.code
        #expect(code == .invalidUTF8 || code == .invalidCharacter)
    }

    @Test func `an error tells line and column`() throws {
        let found = try #require(error("<a>\n  <b></c>\n</a>"))
        #expect(found.code == .mismatchedTags)
        #expect(found.line == 2)
        #expect(found.column > 5)
        #expect(found.message.hasSuffix("(line 2, column \(found.column))"))
    }

    @Test func `a document is nested as deeply as allowed and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        _ = try tree(nested(64))
        #expect(error(nested(65))?.code == .tooDeep)
        #expect(error(nested(200_000))?.code == .tooDeep)
        #expect(error(String(repeating: "<a>", count: 1_000_000))?.code == .tooDeep)
    }

    @Test func `what is costly to compare is refused before it is parsed`() {
        let many = (0..<200_000).map { " a\($0)=''" }.joined()
        let spaces = (0..<100_000).map { " xmlns:n\($0)='u\($0)'" }.joined()
        let few = (0..<30).map { " xmlns:n\($0)='u\($0)'" }.joined()
        let seconds = Effort.seconds {
            #expect(error("<a\(many)/>")?.code == .tooManyAttributes)
            #expect(error("<a\(spaces)/>")?.code == .tooManyAttributes)
            #expect(error("<!-- ' --><a x='\"'\(many)/>")?.code == .tooManyAttributes)
            #expect(error("<a\(few)><a\(few)><a\(few)/></a></a>")?.code == .tooManyNamespaces)
        }
        #expect(seconds < 1)
    }

    @Test func `a document of very many different names is refused`() {
        func many(_ one: (Int) -> String) -> String {
            "<a>\((0..<20_000).map(one).joined())</a>"
        }
        #expect(error(many { "<b\($0)/>" })?.code == .tooManyNames)
        #expect(error(many { "<b x\($0)='1'/>" })?.code == .tooManyNames)
        #expect(error(many { "<b xmlns:x='u\($0)'/>" })?.code == .tooManyNames)
        #expect(error(many { "<b xmlns:x\($0)='u'/>" })?.code == .tooManyNames)
        #expect(error(many { "<?p\($0) x?>" })?.code == .tooManyInstructions)
    }

    @Test func `a document of too many bytes or elements is refused`() {
        let wide = Array("<a>\(String(repeating: "<b/>", count: 1_000))</a>".utf8)
        #expect(throws: XMLError.self) {
            try XMLTree.parse(wide, limits: XMLLimits(bytesMax: 1 << 20, nodesMax: 1_000))
        }
        #expect(throws: XMLError.self) {
            try XMLTree.parse(wide, limits: XMLLimits(bytesMax: 1_000, nodesMax: 10_000))
        }
        #expect(throws: Never.self) {
            try XMLTree.parse(wide, limits: XMLLimits(bytesMax: 1 << 20, nodesMax: 1_001))
        }
    }

    @Test func `a long value is read in one piece up to ten million bytes`() throws {
        let value = String(repeating: "QUJD", count: 2_000_000)
        #expect(try tree("<a x='\(value)'/>").attribute("x")?.utf8.count == 8_000_000)
        #expect(error("<a x='\(value)\(value)'/>") != nil)
    }
}
