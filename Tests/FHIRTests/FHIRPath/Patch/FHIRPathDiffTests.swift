import FHIRModel
import FHIRPath
import Foundation
import TestKit
import Testing

/// What has to be done to one version so that it becomes another.
@Suite struct `FHIRPath Diff` {
    private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    private func operations(_ old: String, _ new: String) throws -> [String] {
        let patch = try JSON.parse(FHIRPathDiff.parameters(from: json(old), to: json(new)))
        return patch["parameter"]?.elements.map { one in
            let parts = one["part"]?.elements.map { $0 } ?? []
            func text(_ name: String) -> String {
                let part = parts.first { $0.string("name") == name }
                return part?.string("valueCode") ?? part?.string("valueString") ?? ""
            }
            return "\(text("type")) \(text("path"))"
        } ?? []
    }

    @Test func `single elements are told as single operations`() throws {
        let found = try operations(
            #"{"resourceType":"Patient","id":"a","active":true,"name":[{"family":"Nez"}]}"#,
            #"{"resourceType":"Patient","id":"b","name":[{"family":"Begay"},{"text":"B"}],"#
                + #""birthDate":"1980"}"#)
        #expect(
            found == [
                "replace Patient.name[0].family", "insert Patient.name", "add Patient",
                "delete Patient.active",
            ])
    }

    @Test func `equal resources have no operations, and other types no difference`() throws {
        let one = #"{"resourceType":"Goal","id":"a","note":[{"text":"x"}]}"#
        #expect(try operations(one, one) == [])
        #expect(throws: PatchError.self) {
            try FHIRPathDiff.parameters(
                from: json(one), to: json(#"{"resourceType":"Patient"}"#))
        }
    }

    @Test func `what was ignored is not told`() throws {
        let patch = try FHIRPathDiff.parameters(
            from: json(#"{"resourceType":"Goal","meta":{"versionId":"1"}}"#),
            to: json(#"{"resourceType":"Goal","meta":{"versionId":"2"}}"#), ignoring: ["meta"])
        #expect(try JSON.parse(patch)["parameter"] == nil)
    }

    /// Applies a difference and compares with what it was made to come to.
    private func expectTold(_ old: JSON, _ new: JSON, _ note: String) throws {
        let patch: [UInt8]
        do throws(PatchError) {
            patch = try FHIRPathDiff.parameters(from: old, to: new)
        } catch {
            // More than a patch may hold is refused, and never told by half.
            #expect(error.code == .tooManyOperations, "\(note)")
            #expect(old.rawBytes.count + new.rawBytes.count > 20_000, "\(note)")
            return
        }
        let made = try JSON.parse(
            FHIRPathPatch(JSON.parse(patch, limits: .bundle)).applied(to: old))
        for (name, value) in new.members where name != "id" {
            #expect(made[name]?.isEqual(to: value) == true, "\(note) \(name)")
        }
        for (name, _) in made.members where name != "id" {
            #expect(new[name] != nil, "\(note) \(name)")
        }
    }

    @Test func `applied to one example the difference gives the other one`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var byType: [String: [JSON]] = [:]
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let json = try JSON.parse(Array(Data(contentsOf: file)))
                guard json.rawBytes.count < 40_000 else { continue }
                byType[json.string("resourceType") ?? "", default: []].append(json)
            }
        }
        var random = SeededRandom(seed: 7)
        var count = 0
        for type in byType.keys.sorted() {
            guard let all = byType[type], all.count > 1 else { continue }
            for _ in 0..<2 {
                try expectTold(random.pick(all), random.pick(all), type)
                count += 1
            }
        }
        #expect(count > 60)
    }

    @Test func `after any small change the difference gives the changed one`() throws {
        var random = SeededRandom(seed: 11)
        for round in 0..<150 {
            let old = Self.patient(&random)
            let new = Self.patient(&random)
            try expectTold(json(old), json(new), "\(round) \(old) \(new)")
        }
    }

    /// A patient with some of the elements that are hard to tell apart.
    private static func patient(_ random: inout SeededRandom) -> String {
        var members = [#""resourceType":"Patient""#]
        func some(_ percent: Int, _ text: @autoclosure () -> String) {
            if random.isChance(percent: percent) { members.append(text()) }
        }
        let words = ["Ana", "Bea", "Cal"]
        some(50, #""active":true"#)
        some(60, #""birthDate":"198\#(random.below(3))""#)
        some(30, #""_birthDate":{"extension":[{"url":"u","valueString":"x"}]}"#)
        some(40, #""deceasedBoolean":false"#)
        if !members.contains(where: { $0.hasPrefix(#""deceased"#) }) {
            some(40, #""deceasedDateTime":"2020""#)
        }
        let names = (0..<random.below(4)).map { _ in
            let given = (0...random.below(3)).map { _ in #""\#(random.pick(words))""# }
            let beside = given.map { _ in random.isChance(percent: 30) ? #"{"id":"g"}"# : "null" }
            let hasBeside = beside.contains { $0 != "null" }
            let more = hasBeside ? #","_given":[\#(beside.joined(separator: ","))]"# : ""
            return #"{"given":[\#(given.joined(separator: ","))]\#(more)}"#
        }
        if !names.isEmpty { members.append(#""name":[\#(names.joined(separator: ","))]"#) }
        some(
            40,
            #""contact":[{"name":{"text":"\#(random.pick(words))"},"gender":"male"},"#
                + #"{"telecom":[{"value":"1"}],"extension":[{"url":"v","valueInteger":2}]}]"#)
        some(
            30,
            #""text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">"#
                + #"\#(random.pick(words))</div>"}"#)
        some(30, #""contained":[{"resourceType":"Organization","id":"o\#(random.below(2))"}]"#)
        return "{\(members.joined(separator: ","))}"
    }
}
