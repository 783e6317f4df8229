import FHIRModel
import Foundation
import Kernel
import TestKit
import Testing

@Suite("JSON Patch")
struct JSONPatchTests {
    private func parse(_ text: String) throws -> JSON {
        try JSON.parse(Array(text.utf8), limits: .any)
    }

    private func patched(_ document: String, by patch: String) throws -> String {
        let bytes = try JSONPatch(parse(patch)).applied(to: parse(document))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func error(_ document: String, by patch: String) -> PatchError? {
        #expect(throws: PatchError.self) { try patched(document, by: patch) }
    }

    @Test(arguments: ["tests.json", "spec_tests.json"])
    func `the published cases are answered as they say`(name: String) throws {
        guard let file = SharedData.url("json/json-patch/\(name)") else { return }
        let cases = try JSON.parse(Array(Data(contentsOf: file)), limits: .any)
        var count = 0
        for sample in cases.elements {
            guard let document = sample["doc"], let patch = sample["patch"] else { continue }
            let what = sample.string("comment") ?? String(decoding: patch.rawBytes, as: UTF8.self)
            count += 1
            if let expected = sample["expected"] {
                let bytes = try JSONPatch(patch).applied(to: document)
                let result = try JSON.parse(bytes, limits: .any)
                #expect(result.isEqual(to: expected), "\(what)")
            } else if sample["error"] != nil {
                #expect(throws: PatchError.self, "\(what)") {
                    try JSONPatch(patch).applied(to: document)
                }
            } else {
                _ = try JSONPatch(patch).applied(to: document)
            }
        }
        #expect(count > 15)
    }

    @Test func `numbers keep the form they were written in`() throws {
        let result = try patched(
            #"{"a":1.50,"b":[1e2,-0.0]}"#,
            by: #"[{"op":"add","path":"/c","value":7.000},{"op":"copy","from":"/b/0","path":"/d"}]"#
        )
        #expect(result == #"{"a":1.50,"b":[1e2,-0.0],"c":7.000,"d":1e2}"#)
    }

    @Test func `a test compares numbers by what they are worth`() throws {
        #expect(
            try patched(#"{"a":1.50}"#, by: #"[{"op":"test","path":"/a","value":1.5}]"#)
                == #"{"a":1.50}"#)
        #expect(
            error(#"{"a":1.50}"#, by: #"[{"op":"test","path":"/a","value":"1.5"}]"#)?.code
                == .testFailed)
    }

    @Test func `a replaced member keeps its place and a list its order`() throws {
        let result = try patched(
            #"{"a":1,"b":[1,2,3],"c":3}"#,
            by: """
                [{"op":"replace","path":"/a","value":{"x":[]}},{"op":"add","path":"/b/1","value":9},
                 {"op":"remove","path":"/b/0"},{"op":"move","from":"/b/2","path":"/b/0"},
                 {"op":"add","path":"/a/x/-","value":null}]
                """)
        #expect(result == #"{"a":{"x":[null]},"b":[3,9,2],"c":3}"#)
    }

    @Test func `names are compared byte for byte`() throws {
        let composed = "{\"\u{E9}\":1}"
        #expect(
            error(composed, by: "[{\"op\":\"remove\",\"path\":\"/e\u{301}\"}]")?.code == .noTarget)
        #expect(
            try patched(composed, by: "[{\"op\":\"add\",\"path\":\"/e\u{301}\",\"value\":2}]")
                == "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(
            try patched("{}", by: "[{\"op\":\"add\",\"path\":\"/\u{301}x\",\"value\":2}]")
                == "{\"\u{301}x\":2}")
    }

    @Test func `a copy is a value of its own`() throws {
        let result = try patched(
            #"{"a":{"x":[1]}}"#,
            by: """
                [{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/x/-","value":2},
                 {"op":"copy","from":"","path":"/c"},{"op":"remove","path":"/a"}]
                """)
        #expect(result == #"{"b":{"x":[1,2]},"c":{"a":{"x":[1]},"b":{"x":[1,2]}}}"#)
    }

    @Test func `an error names the operation and its path`() throws {
        let failure = error(
            #"{"name":[{"family":"X"}]}"#,
            by: """
                [{"op":"test","path":"/name/0/family","value":"X"},
                 {"op":"remove","path":"/name/0/given"}]
                """)
        let found = try #require(failure)
        #expect(found.code == .noTarget)
        #expect(found.operationIndex == 1)
        #expect(found.path == "/name/0/given")
        #expect(found.message.hasSuffix("(operation 2 of the patch, /name/0/given)"))
        #expect(found.problem.code == .invalid)
        let secret = error("{}", by: #"[{"op":"remove","path":"/Yázhí, Ann"}]"#)
        #expect(secret?.message.hasSuffix("(operation 1 of the patch)") == true)
    }

    @Test(arguments: [
        (#"{}"#, PatchError.Code.notAPatch), (#"[1]"#, .badMember), (#"[{}]"#, .badMember),
        (#"[{"op":"add","path":"/a"}]"#, .badMember),
        (#"[{"op":"add","path":"a","value":1}]"#, .badPath),
        (#"[{"op":"add","path":"/~2","value":1}]"#, .badPath),
        (#"[{"op":"remove","path":"/~"}]"#, .badPath),
        (#"[{"op":"spam","path":"/a","value":1}]"#, .unknownOperation),
        (#"[{"op":"add","op":"remove","path":"/a","value":1}]"#, .badMember),
        (#"[{"op":"remove","path":""}]"#, .wholeDocument),
        (#"[{"op":"move","from":"/a","path":"/a/b"}]"#, .insideItself),
        (#"[{"op":"replace","path":"/z","value":1}]"#, .noTarget),
        (#"[{"op":"add","path":"/a/01","value":1}]"#, .badPosition),
        (#"[{"op":"remove","path":"/a/-"}]"#, .badPosition),
        (#"[{"op":"add","path":"/a/99999999999999999999","value":1}]"#, .badPosition),
        (#"[{"op":"add","path":"/a/0/b","value":1}]"#, .noTarget),
    ])
    func `a patch that is wrong is refused with its reason`(
        patch: String, code: PatchError.Code
    ) {
        #expect(error(#"{"a":[1]}"#, by: patch)?.code == code)
    }

    @Test func `the whole document can be replaced`() throws {
        #expect(try patched("{}", by: #"[{"op":"replace","path":"","value":[1.0]}]"#) == "[1.0]")
    }

    @Test func `a patch cannot grow a document without limit`() throws {
        let twice = #"{"op":"copy","from":"/a","path":"/a/-"}"#
        let patch = "[" + [String](repeating: twice, count: 100).joined(separator: ",") + "]"
        let wide = (0..<60).map { #"{"op":"copy","from":"","path":"/a\#($0)"}"# }
        let seconds = try Effort.seconds {
            let found = try #require(error(#"{"a":["0123456789"]}"#, by: patch))
            #expect(found.code == .tooLarge || found.code == .tooDeep)
            let second = error(#"{"a":"0123456789"}"#, by: "[\(wide.joined(separator: ","))]")
            #expect(second?.code == .tooLarge || second?.code == .tooDeep)
        }
        #expect(seconds < 5)
    }

    @Test func `a patch cannot nest a document without limit`() throws {
        let path = String(repeating: "/a", count: 63)
        let inner =
            String(repeating: #"{"a":"#, count: 64) + "1" + String(repeating: "}", count: 64)
        #expect(
            error(inner, by: #"[{"op":"add","path":"\#(path)","value":{"b":{}}}]"#)?.code
                == .tooDeep)
        #expect(
            error(inner, by: #"[{"op":"replace","path":"\#(path)","value":{"b":{}}}]"#)?.code
                == .tooDeep)
    }

    @Test func `more operations than a patch may have are refused`() {
        let one = #"{"op":"test","path":"","value":{}}"#
        let list = [String](repeating: one, count: JSONPatch.operationsMax + 1)
        #expect(error("{}", by: "[\(list.joined(separator: ","))]")?.code == .tooManyOperations)
    }

    @Test func `a patch that moves a long list about is stopped`() throws {
        let list = [String](repeating: "1", count: 100_000).joined(separator: ",")
        let one = #"{"op":"add","path":"/a/0","value":1},{"op":"remove","path":"/a/0"}"#
        let patch = [String](repeating: one, count: 400).joined(separator: ",")
        #expect(error(#"{"a":[\#(list)]}"#, by: "[\(patch)]")?.code == .tooCostly)
    }

    @Test func `random patches never crash and keep the document readable`() throws {
        var random = TestKit.SeededRandom(seed: 6902)
        let names = ["", "/a", "/a/0", "/a/-", "/b", "/b/c", "/b/c/0", "/d", "/a/1/x", "/~1", "/é"]
        let values = ["1.0", "null", #""x""#, "[]", "{}", #"{"x":[1,{"y":2}]}"#, "[[1],2]"]
        var applied = 0
        for _ in 0..<5_000 {
            let operations = (0..<(1 + random.below(6))).map { _ in
                let op = random.pick(["add", "remove", "replace", "move", "copy", "test"])
                return #"{"op":"\#(op)","path":"\#(random.pick(names))","from":"#
                    + #""\#(random.pick(names))","value":\#(random.pick(values))}"#
            }
            let patch = "[\(operations.joined(separator: ","))]"
            do {
                let result = try patched(#"{"a":[1,{"x":2}],"b":{"c":[3]}}"#, by: patch)
                _ = try parse(result)
                applied += 1
            } catch is PatchError {}
        }
        #expect(applied > 500)
    }
}
