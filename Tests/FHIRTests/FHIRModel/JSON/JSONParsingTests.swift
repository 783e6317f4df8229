import FHIRModel
import Foundation
import Testing

@Suite("JSON parsing")
struct JSONParsingTests {
    @Test func `the test suite of the standard is answered file by file`() throws {
        guard let archive = SharedData.url("json/JSONTestSuite.tar.gz") else { return }
        var counts: [Character: Int] = [:]
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.path.contains("test_parsing") {
                let name = file.lastPathComponent
                let bytes = Array(try Data(contentsOf: file))
                counts[name.first ?? "?", default: 0] += 1
                let result = Result { () throws(JSONError) in try JSON.parse(bytes, limits: .any) }
                switch (name.first, result) {
                case ("y", .failure(let error)): Issue.record("\(name) refused: \(error)")
                case ("n", .success): Issue.record("\(name) accepted")
                case (_, .failure(let error)):
                    #expect(error.offset >= 0 && error.offset <= bytes.count, "\(name)")
                    #expect(error.line >= 1 && error.column >= 1, "\(name)")
                case (_, .success(let json)):
                    let again = try JSON.parse(json.canonicalBytes(), limits: .any)
                    #expect(again.isEqual(to: json), "\(name)")
                }
                _ = Result { () throws(JSONError) in try JSON.parse(bytes, limits: .resource) }
            }
        }
        #expect(counts == ["y": 95, "n": 188, "i": 35])
    }

    @Test(arguments: [
        ("", JSONError.Code.empty, 0), (" \n ", .empty, 3), ("{", .unexpectedEnd, 1),
        ("[1,]", .unexpectedByte, 3), (#"{"a":1,}"#, .unexpectedByte, 7),
        ("[1 2]", .unexpectedByte, 3),
        ("tru", .unexpectedEnd, 3), ("nul1", .invalidLiteral, 0), ("01", .invalidNumber, 1),
        ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1.e5", .invalidNumber, 2),
        (#"{"a":1,"a":2}"#, .duplicateKey, 7), (#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
        (#""\ud800""#, .loneSurrogate, 1), (#""\ud800\u0041""#, .loneSurrogate, 1),
        (#""\x""#, .invalidEscape, 1), (#""\u12G4""#, .invalidEscape, 1),
        ("\"a\tb\"", .controlCharacter, 2), ("1 1", .trailingContent, 2),
        ("{1:2}", .unexpectedByte, 1),
        ("\u{FEFF}{}", .byteOrderMark, 0), ("[}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1),
    ])
    func `what is not JSON is refused at its place`(text: String, code: JSONError.Code, offset: Int)
    {
        let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        arguments: [
            [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82],
            [0xF0, 0x80, 0x80, 0x80], [0xFF], [0xE0, 0x9F, 0xBF], [0xC2],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        for padding in 0..<9 {
            let before = [UInt8](repeating: 0x61, count: padding)
            let error = #expect(throws: JSONError.self) {
                try JSON.parse([0x22] + before + bytes + [0x22])
            }
            #expect(error?.code == .invalidUTF8)
            #expect(error?.offset == padding + 1)
        }
    }

    @Test func `an error names line, column and path`() {
        let text = """
            {"resourceType": "Patient",
             "name": [{"family": "A"}, {"family": "B", "given": [1, x]}]}
            """
        let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.line == 2)
        #expect(error?.column == 57)
        #expect(error?.path == "/name/1/given/1")
        #expect(error?.message.contains("family") == false)
    }

    @Test func `every limit is kept`() throws {
        let deep = [UInt8](repeating: 0x5B, count: 64) + [UInt8](repeating: 0x5D, count: 64)
        #expect(try JSON.parse(deep).isArray)
        let deeper = [0x5B] + deep + [0x5D]
        #expect(throws: JSONError.self) { try JSON.parse(deeper) }
        let few = JSONLimits(bytesMax: 20, depthMax: 3, nodesMax: 4)
        #expect(try JSON.parse(Array("[1,2,3]".utf8), limits: few).count == 3)
        let many = #expect(throws: JSONError.self) {
            try JSON.parse(Array("[1,2,3,4]".utf8), limits: few)
        }
        #expect(many?.code == .tooManyValues)
        let long = #expect(throws: JSONError.self) {
            try JSON.parse([UInt8](repeating: 0x20, count: 21), limits: few)
        }
        #expect(long?.code == .tooLarge)
    }

    @Test func `a duplicate among many members is found`() {
        let names = (0..<200).map { "\"k\($0)\":\($0)" } + ["\"k77\":0"]
        let error = #expect(throws: JSONError.self) {
            try JSON.parse(Array("{\(names.joined(separator: ","))}".utf8))
        }
        #expect(error?.code == .duplicateKey)
        #expect(error?.path == "/k77")
    }
}
