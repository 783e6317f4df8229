import FHIRModel
import Testing

/// Reads a document written in a test.
func json(_ text: String, limits: JSONLimits = .resource) throws -> JSON {
    try JSON.parse(Array(text.utf8), limits: limits)
}

/// The text of some bytes.
func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

@Suite("JSON reading and writing")
struct JSONReadingTests {
    @Test func `values are found by name, position and path`() throws {
        let patient = try json(
            #"{"resourceType":"Patient","name":[{"family":"Begay","given":["Ann","M"]}],"a":{},"n":1.50}"#
        )
        #expect(patient.at("name", 0, "given", 1)?.string == "M")
        #expect(patient.at("name", 1) == nil)
        #expect(patient["name"]?[0]?["family"]?.equals("Begay") == true)
        #expect(patient["n"]?.numberText == "1.50")
        #expect(patient["a"]?.count == 0)
        #expect(patient["none"] == nil)
        #expect(patient.members.map(\.key) == ["resourceType", "name", "a", "n"])
        #expect(patient["name"]?.elements.map(\.kind) == [.object])
        #expect(patient["a"]?.elements.map(\.kind) == [])
        #expect(text(patient["name"]?[0]?["given"]?.rawBytes ?? []) == #"["Ann","M"]"#)
        #expect(text(patient["resourceType"]?.rawBytes ?? []) == #""Patient""#)
        #expect(patient.resolve(pointer: "/name/0/given/0")?.string == "Ann")
    }

    @Test func `escapes are read and written with the least escaping`() throws {
        let value = try json(#"{"a\/b" : "x\u0041\n\u001f\"\\\ud83d\ude00\u00e9" , "é":"\/"}"#)
        #expect(value["a/b"]?.string == "xA\n\u{1F}\"\\😀é")
        #expect(text(value.canonicalBytes()) == #"{"a/b":"xA\n\u001f\"\\😀é","é":"/"}"#)
        let lone = try json(#""\ud800x""#, limits: .any)
        #expect(lone.string == "\u{FFFD}x")
        #expect(text(lone.canonicalBytes()) == #""\ud800x""#)
    }

    @Test func `canonical bytes keep order and written numbers`() throws {
        let value = try json(
            " { \"b\" : [ 1.0 , -0 , 1E+2 ] ,\n\"a\" : { } , \"c\":[ ] , \"d\":null } ")
        #expect(text(value.canonicalBytes()) == #"{"b":[1.0,-0,1E+2],"a":{},"c":[],"d":null}"#)
        let pretty = try JSON.parse(value.prettyBytes())
        #expect(pretty.isEqual(to: value))
        #expect(text(try json(#"{"a":[1]}"#).prettyBytes()) == "{\n  \"a\": [\n    1\n  ]\n}\n")
    }

    @Test func `equality ignores order and minds written numbers`() throws {
        #expect(try json(#"{"a":1,"b":["x"]}"#).isEqual(to: json(#"{"b":["\u0078"],"a":1}"#)))
        #expect(try !json("[1.0]").isEqual(to: json("[1]")))
        #expect(try !json("[1,2]").isEqual(to: json("[2,1]")))
        #expect(try !json(#""é""#).isEqual(to: json("\"e\u{301}\"")))
        let wide = (0..<40).map { "\"k\($0)\":\($0)" }
        let one = try json("{\(wide.joined(separator: ","))}")
        #expect(try one.isEqual(to: json("{\(wide.reversed().joined(separator: ","))}")))
    }

    @Test func `the writer puts commas and escapes`() throws {
        var writer = JSONWriter()
        writer.object { root in
            root.member("a", "q\"\u{1}")
            root.array("b") { list in
                list.number(1)
                list.object { $0.member("c", true) }
                list.null()
                list.raw("[]".utf8)
            }
            root.object("d") { _ in }
            root.member("e", -5)
        }
        #expect(
            text(writer.bytes) == #"{"a":"q\"\u0001","b":[1,{"c":true},null,[]],"d":{},"e":-5}"#)
    }

    @Test func `a stored resource gets its id, version and time`() throws {
        let source = try json(
            #"{"status":"final","meta":{"tag":[{"code":"x"}],"versionId":"9"},"resourceType":"Observation","note":[]}"#
        )
        let stamp = ResourceStamp(id: "o1", versionID: "2", lastUpdated: "2026-01-01T00:00:00Z")
        #expect(
            text(source.rewritten(stamp: stamp, setting: ["note": nil, "extra": Array("1".utf8)]))
                == #"{"resourceType":"Observation","id":"o1","meta":{"versionId":"2","#
                + #""lastUpdated":"2026-01-01T00:00:00Z","tag":[{"code":"x"}]},"status":"final","extra":1}"#
        )
        #expect(
            text(try json(#"{"a":1,"id":"x"}"#).rewritten(stamp: ResourceStamp(versionID: "1")))
                == #"{"id":"x","meta":{"versionId":"1"},"a":1}"#)
    }

    @Test func `references are replaced where references stand`() throws {
        let source = try json(
            #"{"subject":{"reference":"urn:uuid:1"},"performer":[{"reference":"Practitioner/2"}],"#
                + #""content":[{"attachment":{"url":"urn:uuid:1"}}],"identifier":[{"value":"urn:uuid:1"}]}"#
        )
        let written = source.rewritten { $0 == "urn:uuid:1" ? "Patient/7" : nil }
        #expect(
            text(written)
                == #"{"subject":{"reference":"Patient/7"},"performer":[{"reference":"Practitioner/2"}],"#
                + #""content":[{"attachment":{"url":"Patient/7"}}],"identifier":[{"value":"urn:uuid:1"}]}"#
        )
    }
}
