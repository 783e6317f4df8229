import FHIRModel
import Foundation
import TestKit
import Testing

@Suite("JSON corpus")
struct JSONCorpusTests {
    @Test func `every published example survives a round trip`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var count = 0
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let source = try JSON.parse(Array(Data(contentsOf: file)))
                let problems = ResourceCheck.problems(in: source)
                #expect(problems.isEmpty, "\(file.lastPathComponent): \(problems)")
                try expectRoundTrip(source, file.lastPathComponent)
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test func `every resource of a synthetic patient survives a round trip`() throws {
        guard let folder = SharedData.url("synthea-r4") else { return }
        for part in ["plain", "us-core-profiled"] {
            let files = try SharedData.files(in: folder.appending(path: part), ending: ".json.gz")
            for file in files.prefix(2) {
                let json = try JSON.parse(SharedData.gunzipped(file), limits: .bundle)
                let bundle = try FHIRBundle(json)
                #expect(bundle.entries.count > 10)
                for entry in bundle.entries {
                    let resource = try #require(entry.resource)
                    #expect(ResourceCheck.problems(in: resource).isEmpty)
                    try expectRoundTrip(resource, file.lastPathComponent)
                }
            }
        }
    }

    @Test func `damaged documents never crash the parser`() throws {
        var random = SeededRandom(seed: 42)
        let seeds = [
            #"{"resourceType":"Patient","id":"p1","name":[{"family":"Yázhí\n\u00e9","given":["A"]}],"n":-1.50e+3}"#,
            #"[[],{},[{"a":[null,true,false,0,"\ud83d\ude00"]}],"x\\\"y", 12.0 , {"k":{"k":{"k":1}}}]"#,
            "{\"a\" : \"łłłłłłłłłłłł\", \"b\":[1,2,3,4,5,6,7,8,9], \"c\":\"0123456789abcdef\"}",
        ].map { Array($0.utf8) }
        let spice = Array("{}[]\",:\\u0019eE+-. \n\0tfnd8".utf8) + [0x80, 0xC3, 0xED, 0xF0, 0xFF]
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seeds[Int(random.next() % 3)]
            for _ in 0...random.next() % 4 {
                let place = Int(random.next() % UInt64(bytes.count))
                let byte = spice[Int(random.next() % UInt64(spice.count))]
                switch random.next() % 4 {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2 where bytes.count > 1: bytes.remove(at: place)
                default: bytes[place] ^= UInt8(truncatingIfNeeded: random.next())
                }
            }
            let limits = random.next().isMultiple(of: 2) ? JSONLimits.any : .resource
            // A refusal is a good answer to a damaged document; here only crashes count.
            guard let value = try? JSON.parse(bytes, limits: limits) else { continue }
            accepted += 1
            try expectRoundTrip(value, String(decoding: bytes, as: UTF8.self))
            value.forEachString { _, _ in }
            _ = ResourceCheck.problems(in: value)
            _ = Demographics.extract(patient: value)
        }
        #expect(accepted > 500)
    }

    private func expectRoundTrip(_ source: JSON, _ name: String) throws {
        let canonical = source.canonicalBytes()
        let again = try JSON.parse(canonical, limits: .any)
        #expect(again.isEqual(to: source), "\(name)")
        #expect(again.canonicalBytes() == canonical, "\(name)")
        let pretty = try JSON.parse(source.prettyBytes(), limits: .any)
        #expect(pretty.canonicalBytes() == canonical, "\(name)")
    }
}
