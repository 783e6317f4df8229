import Charting
import FHIRModel
import Testing

@Suite struct `Note text` {
    @Test func `plain text is taken before HTML`() throws {
        let note = try note(
            attachment("text/html; charset=utf-8", "PHA+d2ViPC9wPg=="),
            attachment("text/plain", "SGVhZGFjaGUuDQpSZXN0Lg=="))
        #expect(note.text == "Headache.\nRest.")
        #expect(note.contentType == "text/plain" && note.isReadable)
    }

    @Test func `another type is named and not shown`() throws {
        let note = try note(attachment("application/pdf", "JVBERg=="))
        #expect(!note.isReadable)
        #expect(note.text.contains("application/pdf"))
    }

    @Test func `damaged or absent data is said so`() throws {
        #expect(try note(attachment("text/plain", "??")).text.contains("damaged"))
        let address = #"{"attachment":{"contentType":"text/plain","url":"/Binary/1"}}"#
        #expect(try note(address).text.contains("kept elsewhere"))
        #expect(try note().text == "This document has no content.")
    }

    @Test func `a document is a note by category or LOINC type`() throws {
        let byCategory = try parse(#"{"category":[{"coding":[{"code":"clinical-note"}]}]}"#)
        let byType = try parse(#"{"type":{"coding":[{"code":"34117-2"}]}}"#)
        let neither = try parse(#"{"type":{"coding":[{"code":"64290-0"}]}}"#)
        #expect(NoteText.isNote(byCategory) && NoteText.isNote(byType))
        #expect(!NoteText.isNote(neither))
    }

    @Test func `a replaced note is a document but no note of the chart`() throws {
        let relation = #"{"code":"replaces","target":{"reference":"DocumentReference/a"}}"#
        let chart = try ChartFixture(
            document("a", status: "superseded"), document("b", relatesTo: relation),
            document("c", status: "superseded")
        ).chart()
        #expect(chart["documents"]?.count == 3)
        #expect(Set(chart.texts("notes", "id")) == ["b", "c"])
        #expect(chart.at("notes", 0, "preview")?.string == "Headache. Rest.")
    }

    @Test(arguments: [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br/>b", "a\nb"),
        ("<script>alert('x')</script>ok<STYLE>p{}</style >!", "ok!"),
        ("K &lt; 3 &amp; Na &gt; 150, &#176;C &#x00B5;g", "K < 3 & Na > 150, °C µg"),
        ("potassium < 3 and <b>bold</b>", "potassium < 3 and bold"),
        ("<!-- hidden -->seen", "seen"),
        ("<table><tr><td>Na</td><td>140</td></tr></table>", "Na 140"),
        ("a <b unfinished", "a <b unfinished"),
        ("&bogus; &#xD800; &", "&bogus; &#xD800; &"),
        ("x\n\n\n\n  y", "x y"),
    ])
    func `tags leave and words stay`(_ html: String, _ text: String) {
        #expect(PlainText.ofHTML(html) == text)
    }

    @Test func `a page of unfinished tags is read in one pass`() {
        let html = String(repeating: "<a", count: 500_000)
        #expect(PlainText.ofHTML(html).utf8.count == 1_000_000)
    }

    @Test func `control characters and marks that turn text around are dropped`() {
        #expect(PlainText.cleaned("a\u{0}b\u{1B}[2Jc\u{202E}d\r\ne\rf") == "ab[2Jcd\ne\nf")
    }

    @Test(
        arguments: [
            ("", [UInt8]()), ("TQ==", [77]), ("TWE=", [77, 97]), ("TWFu", [77, 97, 110]),
            (#"\/+8="#, [0xFF, 0xEF]), (#"TW\nFu"#, [77, 97, 110]), ("TW Fu", [77, 97, 110]),
            ("TW$u", nil), (#"TW\u0041"#, nil),
        ] as [(String, [UInt8]?)])
    func `base64 is decoded as attachments carry it`(_ text: String, _ bytes: [UInt8]?) {
        #expect(Base64Text.decode(text.utf8, bytesMax: 100) == bytes)
    }

    @Test func `no more is decoded than asked for`() {
        #expect(Base64Text.decode("TWFuTWFuTWFu".utf8, bytesMax: 4)?.count == 4)
    }

    @Test func `the note is written as JSON`() throws {
        let json = try JSON.parse(note(attachment("text/plain", "SGk=")).encode())
        #expect(json.string("text") == "Hi" && json.string("id") == "n")
        #expect(json.string("title") == "Progress note")
        #expect(json.string("author") == "Dr. Gray")
    }

    private func note(_ content: String...) throws -> NoteText {
        NoteText.of(
            documentReference: try parse(
                """
                {"resourceType":"DocumentReference","id":"n","type":{"text":"Progress note"},
                "date":"2026-01-01T00:00:00Z","author":[{"display":"Dr. Gray"}],
                "content":[\(content.joined(separator: ","))]}
                """))
    }

    private func attachment(_ type: String, _ data: String) -> String {
        #"{"attachment":{"contentType":"\#(type)","data":"\#(data)"}}"#
    }

    private func document(
        _ id: String, status: String = "current", relatesTo: String = ""
    ) -> String {
        """
        {"resourceType":"DocumentReference","id":"\(id)","status":"\(status)",
        "category":[{"coding":[{"code":"clinical-note"}]}],"relatesTo":[\(relatesTo)],
        "content":[\(attachment("text/plain", "SGVhZGFjaGUuDQpSZXN0Lg=="))]}
        """
    }

    private func parse(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }
}
