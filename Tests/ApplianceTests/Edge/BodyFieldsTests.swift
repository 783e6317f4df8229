import FHIRModel
import Kernel
import ServerKit
import TestKit
import Testing

/// Bodies that a form sends (SECURITY S20).
@Suite struct `Body fields` {
    private static func fields(_ text: String, _ names: Set<String> = ["a", "b"]) throws
        -> BodyFields
    {
        try BodyFields(Array(text.utf8), takes: names)
    }

    @Test(arguments: ["", "{", "[]", "null", "1", #""a""#])
    func `what is no object is refused`(_ text: String) {
        #expect(throws: Problem.self) { try Self.fields(text) }
    }

    @Test func `an unknown field is refused by its name, also inside of an object`() throws {
        do {
            _ = try Self.fields(#"{"a":1,"role":"ADMIN"}"#)
            Issue.record("nothing was refused")
        } catch let problem as Problem {
            #expect(problem.location == "role")
        }
        let outer = try Self.fields(#"{"a":{"x":1,"y":2}}"#)
        do {
            _ = try outer.object("a", takes: ["x"])
            Issue.record("nothing was refused")
        } catch {
            #expect(error.location == "a.y")
        }
    }

    @Test func `a text has no blanks at its ends and no control characters`() throws {
        #expect(try Self.fields(#"{"a":"  x y "}"#).text("a") == "x y")
        #expect(try Self.fields(#"{"a":"   "}"#).text("a") == nil)
        #expect(try Self.fields(#"{"a":null}"#).text("a") == nil)
        #expect(throws: Problem.self) { try Self.fields(#"{"a":"x\u0007"}"#).text("a") }
        #expect(throws: Problem.self) { try Self.fields(#"{"a":7}"#).text("a") }
        #expect(throws: Problem.self) { try Self.fields(#"{"a":"  "}"#).required("a") }
        let long = String(repeating: "x", count: BodyFields.textCharactersMax + 1)
        #expect(throws: Problem.self) { try Self.fields(#"{"a":"\#(long)"}"#).text("a") }
    }

    @Test func `no bytes make the reader fail in another way than with a problem`() throws {
        var random = SeededRandom(seed: 20)
        let seed = Array(#"{"a":["x",{"b":[true,null,1.5]}],"b":"é\u0041"}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                let fields = try BodyFields(bytes, takes: ["a", "b"])
                _ = try fields.texts("a", countMax: 3)
                _ = try fields.text("b")
            } catch {
                #expect(!error.detail.isEmpty)
            }
        }
    }
}
