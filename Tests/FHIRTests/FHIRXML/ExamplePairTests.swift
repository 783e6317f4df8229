import FHIRModel
import FHIRXML
import Foundation
import TestKit
import Testing

/// The examples of the specification, each in JSON and in XML.
struct ExamplePair: Sendable {
    let name: String
    /// `equal`, or how the two files differ.
    let comparison: String
    let json: [UInt8]
    let xml: [UInt8]

    /// All pairs, or none with a printed reason.
    static let all: [ExamplePair] = {
        guard let folder = SharedData.url("fhir-examples") else { return [] }
        // Without the data the tests that need it say so and pass.
        return (try? read(folder)) ?? []
    }()

    private static func read(_ folder: URL) throws -> [ExamplePair] {
        var comparisons: [String: String] = [:]
        let index = try String(contentsOf: folder.appending(path: "index.tsv"), encoding: .utf8)
        for line in index.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t").map(String.init)
            comparisons[columns[0]] = columns[2]
        }
        var pairs: [ExamplePair] = []
        let archive = folder.appending(path: "r4-example-pairs.tar.gz")
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let name = file.deletingPathExtension().lastPathComponent
                let xml = file.deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: "xml/\(name).xml")
                pairs.append(
                    ExamplePair(
                        name: name, comparison: comparisons[name] ?? "unlisted",
                        json: Array(try Data(contentsOf: file)),
                        xml: Array(try Data(contentsOf: xml))))
            }
        }
        return pairs
    }
}

@Suite("XML of the published examples")
struct ExamplePairTests {
    /// Pairs marked equal whose JSON writes `&quot;` in the narrative where the XML has the quote.
    private static let quotesDiffer: Set<String> = [
        "bundle-response-medsallergies", "namingsystem-registry",
        "questionnaire-profile-example-ussg-fht",
    ]

    @Test func `the JSON made of every XML example is the JSON example`() throws {
        var count = 0
        for pair in ExamplePair.all where pair.comparison == "equal" {
            let made = try JSON.parse(FHIRXML.r4.json(from: pair.xml), limits: .any)
            let expected = try JSON.parse(pair.json, limits: .any)
            let ignoresQuotes = Self.quotesDiffer.contains(pair.name)
            #expect(isSame(made, expected, ignoresQuotes: ignoresQuotes), "\(pair.name)")
            if ignoresQuotes {
                #expect(!isSame(made, expected, ignoresQuotes: false), "\(pair.name) needs no rule")
            }
            count += 1
        }
        #expect(count > 300 || ExamplePair.all.isEmpty)
    }

    /// Whether two resources say the same.
    ///
    /// The examples' JSON was published with the mark of test data in `meta.tag`, their XML with
    /// the same mark in `meta.security`; this one difference is between the files.
    private func isSame(_ made: JSON, _ expected: JSON, ignoresQuotes: Bool) -> Bool {
        guard made.kind == expected.kind else { return false }
        if made.isArray {
            return made.count == expected.count
                && zip(made.elements, expected.elements).allSatisfy {
                    isSame($0, $1, ignoresQuotes: ignoresQuotes)
                }
        }
        guard made.isObject else { return made.isEqual(to: expected) }
        let keys = Set(made.members.map(\.key)).union(expected.members.map(\.key))
        return keys.allSatisfy { key in
            guard let mine = made[key], let theirs = expected[key] else {
                return (key == "security" || key == "tag") && marks(made) == marks(expected)
            }
            if key == "security" || key == "tag" { return marks(made) == marks(expected) }
            if key == "div", ignoresQuotes {
                return mine.string?.replacing("&quot;", with: "\"")
                    == theirs.string?.replacing("&quot;", with: "\"")
            }
            return isSame(mine, theirs, ignoresQuotes: ignoresQuotes)
        }
    }

    /// The labels of a `meta`, and where they stand; the mark of test data counts anywhere.
    private func marks(_ meta: JSON) -> Set<String> {
        var found: Set<String> = []
        for place in ["security", "tag"] {
            for coding in meta[place]?.elements.map(\.self) ?? [] {
                let text = String(decoding: coding.canonicalBytes(), as: UTF8.self)
                found.insert(coding.string("code") == "HTEST" ? text : "\(place) \(text)")
            }
        }
        return found
    }

    @Test func `every example survives the way to the other form and back`() throws {
        for pair in ExamplePair.all {
            let json = try JSON.parse(pair.json, limits: .any)
            let xml = try FHIRXML.r4.xml(from: json)
            let back = try JSON.parse(FHIRXML.r4.json(from: xml), limits: .any)
            #expect(back.isEqual(to: json), "\(pair.name)")
            let pretty = try FHIRXML.r4.xml(from: json, isPretty: true)
            #expect(try FHIRXML.r4.json(from: pretty) == back.canonicalBytes(), "\(pair.name)")
        }
    }

    @Test func `the XML made of an XML example says the same as the example`() throws {
        for pair in ExamplePair.all {
            let made = try FHIRXML.r4.json(from: pair.xml)
            let again = try FHIRXML.r4.xml(from: JSON.parse(made, limits: .any))
            #expect(try FHIRXML.r4.json(from: again) == made, "\(pair.name)")
            let first = try XMLTree.parse(pair.xml).root
            #expect(isSame(first, try XMLTree.parse(again).root), "\(pair.name)")
        }
    }

    @Test func `every example of US Core and a synthetic patient survive the way there and back`()
        throws
    {
        guard let examples = SharedData.url("us-core-6.1.0/examples.ndjson.gz"),
            let folder = SharedData.url("synthea-r4/us-core-profiled")
        else { return }
        let patient = try SharedData.files(in: folder, ending: ".json.gz").prefix(1)
        for bytes in try SharedData.lines(examples) + patient.map(SharedData.gunzipped) {
            let json = try JSON.parse(bytes, limits: .any)
            let xml = try FHIRXML.r4.xml(from: json)
            let back = try FHIRXML.r4.json(from: xml, limits: .bundle)
            #expect(
                try JSON.parse(back, limits: .any).isEqual(to: json), "\(json.string("id") ?? "")")
        }
    }

    private func isSame(_ first: XMLElement, _ second: XMLElement) -> Bool {
        guard first.name == second.name, first.namespace == second.namespace else { return false }
        let isData = first.namespace == XMLTree.fhir
        let attributes = [first, second].map { element in
            element.attributes.filter { $0.namespace.isEmpty }.map { "\($0.name)=\($0.value)" }
                .sorted()
        }
        guard attributes[0] == attributes[1], isData || first.text == second.text else {
            return false
        }
        let (mine, theirs) = (first.elements, second.elements)
        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { isSame($0, $1) }
    }
}
