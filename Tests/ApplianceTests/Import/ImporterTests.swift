import Assembly
import FHIRAPI
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Putting files into the record under the ids that they came with.
@Suite struct `Importer` {
    private static func bytes(_ type: String, _ entries: String...) -> [UInt8] {
        let list = entries.joined(separator: ",")
        return Array(#"{"resourceType":"Bundle","type":"\#(type)","entry":[\#(list)]}"#.utf8)
    }

    private static func entry(_ resource: String, url: String? = nil, method: String = "POST")
        -> String
    {
        let full = url.map { #""fullUrl":"\#($0)","# } ?? ""
        let type = resource.dropFirst(17).prefix { $0 != "\"" }
        return #"{\#(full)"resource":\#(resource),"request":"#
            + #"{"method":"\#(method)","url":"\#(type)"}}"#
    }

    private static let patient = #"{"resourceType":"Patient","id":"p","name":[{"family":"Bia"}]}"#
    private static let note =
        #"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}}"#

    /// A visit to somebody who is named by an identifier.
    private static let visit = """
        {"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},\
        "participant":[{"individual":{"reference":\
        "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893"}}]}
        """

    private static func load(_ test: TestBox, _ bytes: [UInt8]) async throws -> ImportReport {
        try await test.box.importer.importDocument(bytes, caller: test.command)
    }

    private static func count(_ test: TestBox, _ type: String) async throws -> Int {
        try await StoredRecords.count(test, type)
    }

    @Test func `a transaction goes in whole or not at all, and the entry is named`() async throws {
        try await TestBox.with { test in
            let bad = Self.entry(#"{"resourceType":"Condition","id":"not ok"}"#)
            for (wrong, word) in [
                (Self.entry(#"{"resourceType":"Nothing"}"#), "entry[1]"), (bad, "entry[1]"),
                (
                    Self.entry(
                        #"{"resourceType":"Condition","subject":{"reference":"#
                            + #""Patient?identifier=a|b"}}"#), "entry[1]"
                ),
            ] {
                let report = try await Self.load(
                    test, Self.bytes("transaction", Self.entry(Self.patient), wrong))
                #expect(report.count == 0 && report.byType.isEmpty)
                #expect(report.rejects.count == 1)
                #expect(report.rejects.first?.reason.contains(word) == true, "\(report.rejects)")
                #expect(test.box.store.people.count == 0)
            }
            let good = try await Self.load(
                test, Self.bytes("transaction", Self.entry(Self.patient), Self.entry(Self.note)))
            #expect(good.created == 2 && good.rejects.isEmpty)
        }
    }

    @Test func `a collection leaves out what is bad and takes the rest`() async throws {
        try await TestBox.with { test in
            let file = Self.bytes(
                "collection", #"{"resource":\#(Self.patient)}"#,
                #"{"resource":{"resourceType":"Condition","id":"not ok"}}"#,
                #"{"resource":\#(Self.note)}"#, #"{"resource":"text"}"#)
            let report = try await Self.load(test, file)
            #expect(report.created == 2)
            #expect(report.byType == ["Patient": 1, "Condition": 1])
            #expect(report.rejects.map(\.place).sorted() == ["entry 1", "entry 3"])
            #expect(report.rejects.allSatisfy { !$0.isWaiting })
        }
    }

    @Test func `the same file twice doubles nothing`() async throws {
        try await TestBox.with { test in
            let nameless = Self.entry(
                #"{"resourceType":"Condition","subject":{"reference":"urn:uuid:p-1"}}"#)
            let named = Self.entry(
                #"{"resourceType":"Patient","name":[{"family":"Bia"}]}"#, url: "urn:uuid:p-1")
            for type in ["transaction", "collection"] {
                let file = Self.bytes(type, named, nameless)
                let one = try await Self.load(test, file)
                let two = try await Self.load(test, file)
                #expect(one.count == 2 && two.unchanged == 2 && two.created == 0, "\(type)")
                #expect(try await Self.count(test, "Condition") == 1)
                #expect(try await Self.count(test, "Patient") == 1)
            }
            let stored = try await test.box.store.read("Patient", "p-1", by: test.command)
            #expect(stored.version == 1)
            let changed = Self.bytes(
                "collection",
                #"{"resource":{"resourceType":"Patient","id":"p-1","name":[{"family":"Nez"}]}}"#)
            #expect(try await Self.load(test, changed).updated == 1)
        }
    }

    @Test func `a file waits for another that holds what it points at`() async throws {
        try await TestBox.with { test in
            let visit = Self.visit
            let staff = try SampleResources.practitioner("hale").canonicalBytes()
            for type in ["transaction", "collection"] {
                let early = try await Self.load(test, Self.bytes(type, Self.entry(visit)))
                #expect(early.count == 0, "\(type)")
                #expect(early.rejects.map(\.isWaiting) == [true], "\(type)")
            }
            #expect(try await Self.load(test, staff).created == 1)
            let late = try await Self.load(test, Self.bytes("transaction", Self.entry(visit)))
            #expect(late.created == 1)
            let stored = try await test.box.store.read("Encounter", "e", by: test.command)
            let text = String(decoding: stored.json, as: UTF8.self)
            #expect(text.contains(#""reference":"Practitioner/hale""#))
        }
    }

    @Test func `within one file the one pointed at may come last`() async throws {
        try await TestBox.with { test in
            let visit = Self.visit
            let staff = String(
                decoding: try SampleResources.practitioner("hale").canonicalBytes(), as: UTF8.self)
            let report = try await Self.load(
                test,
                Self.bytes("collection", #"{"resource":\#(visit)}"#, #"{"resource":\#(staff)}"#))
            #expect(report.created == 2 && report.rejects.isEmpty, "\(report.rejects)")
        }
    }

    @Test func `a bad line of many is told by its number`() async throws {
        try await TestBox.with { test in
            let lines = [Self.patient, "{oops", "", "  ", Self.note, #"{"resourceType":"X"}"#]
            let report = try await test.box.importer.importLines(
                lines.map { Array($0.utf8) }, firstLine: 11, caller: test.command)
            #expect(report.created == 2)
            #expect(report.rejects.map(\.place) == ["line 12", "line 16"])
            #expect(report.rejects.allSatisfy { !$0.reason.contains("oops") })
        }
    }

    @Test func `what is no document at all is told where it breaks`() async throws {
        try await TestBox.with { test in
            for text in ["", "{", "[1]", "null", "{\"resourceType\":\"Bundle\"}", "\u{FEFF}{}"] {
                let report = try await Self.load(test, Array(text.utf8))
                #expect(report.count == 0 && report.rejects.count == 1, "\(text)")
            }
            let broken = try await Self.load(test, Array("{\n \"resourceType\":\n x}".utf8))
            #expect(broken.rejects.first?.reason.contains("Line 3") == true)
        }
    }

    @Test func `a caller who may not write imports nothing`() async throws {
        try await TestBox.with { test in
            for type in ["transaction", "collection"] {
                let report = try await test.box.importer.importDocument(
                    Self.bytes(type, Self.entry(Self.patient)), caller: Callers.lab)
                #expect(report.count == 0 && report.rejects.count == 1, "\(type)")
            }
            #expect(test.box.store.people.count == 0)
        }
    }
}
