import Assembly
import FHIRAPI
import FHIRModel
import Foundation
import RecordStore
import TestKit
import Testing

/// The Synthea patients of ../shared/data through the importer and out again.
@Suite(.enabled(if: !SharedPatients.files.isEmpty, "../shared/data/synthea-r4 is absent"))
struct `Import of the Synthea patients` {
    /// All of them where the environment asks for it; some of each kind else.
    private static let files: [String] = {
        let all = SharedPatients.files
        guard ProcessInfo.processInfo.environment["TRIBAL_EHR_FULL"] == nil else { return all }
        // The smaller files of each folder, so that the run stays short.
        let shared = all.filter { $0.hasSuffix("Information.json.gz") }
        return shared
            + Dictionary(grouping: all) { $0.split(separator: "/").dropLast().last ?? "" }
            .values.flatMap { $0.sorted { size($0) < size($1) }.prefix(2) }.sorted()
    }()

    private static func size(_ path: String) -> Int {
        // A file without a size is tried last.
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? .max
    }

    @Test func `nothing is lost, and everything reads back as it was written`() async throws {
        try await TestBox.with { test in
            var waiting = Self.files
            var sources: [SourceBundle] = []
            while !waiting.isEmpty {
                var left: [String] = []
                for file in waiting {
                    let bytes = try Self.gunzipped(file)
                    let report = try await test.box.importer.importDocument(
                        bytes, caller: test.command)
                    guard report.rejects.isEmpty else {
                        // Its staff and its places are in another file.
                        let isWaiting = report.rejects.allSatisfy(\.isWaiting)
                        #expect(isWaiting, "\(file.suffix(50)): \(report.rejects.prefix(3))")
                        left.append(file)
                        continue
                    }
                    sources.append(try SourceBundle(try JSON.parse(bytes, limits: .any)))
                    let again = try await test.box.importer.importDocument(
                        bytes, caller: test.command)
                    #expect(again.unchanged == report.count, "\(file.suffix(50))")
                }
                try #require(left.count < waiting.count, "\(left.prefix(3))")
                waiting = left
            }
            var named: [String: String] = [:]
            for source in sources { named.merge(source.names) { first, _ in first } }
            // Two files may hold the same record; the one that came last stands, unless it was
            // only to be made where there is none.
            var last: [String: (entry: SourceBundle.Entry, source: SourceBundle)] = [:]
            for source in sources {
                for entry in source.entries where !entry.isConditional || last[entry.name] == nil {
                    last[entry.name] = (entry, source)
                }
            }
            for (entry, source) in last.values {
                try await Self.expectSame(entry, source.resolved(entry, named), test)
            }
            let expected = Dictionary(grouping: last.values, by: \.entry.type).mapValues(\.count)
            for (type, count) in expected {
                #expect(try await StoredRecords.count(test, type) == count, "\(type)")
            }
            #expect(test.box.store.people.count == expected["Patient"])
        }
    }

    private static func expectSame(
        _ entry: SourceBundle.Entry, _ source: [UInt8], _ test: TestBox
    ) async throws {
        let found = try await test.box.store.read(entry.type, entry.id, by: test.command)
        let json = try JSON.parse(found.json, limits: .any)
        let meta = ResourceStamp(meta: try entry.plainMeta(json))
        let kept = try JSON.parse(json.rewritten(stamp: meta), limits: .any)
        let wanted = try JSON.parse(source, limits: .any)
        #expect(kept.isEqual(to: wanted), "\(entry.type)/\(entry.id)")
    }

    private static func gunzipped(_ path: String) throws -> [UInt8] {
        try Program.run("/usr/bin/gzip", ["-dc", path]).output
    }
}

/// A file of patients as it is to be found in the record, worked out from the file alone.
private struct SourceBundle {
    struct Entry {
        let type: String
        let id: String
        let json: JSON
        var isConditional = false
        var name: String { "\(type)/\(id)" }

        /// The stored meta without what the box stamps; null where nothing is left.
        func plainMeta(_ stored: JSON) throws -> JSON {
            var writer = JSONWriter()
            writer.object { meta in
                for (key, value) in stored["meta"]?.members.map({ $0 }) ?? []
                where key != "versionId" && key != "lastUpdated" {
                    meta.member(key, value)
                }
            }
            return try JSON.parse(writer.bytes)
        }
    }

    let entries: [Entry]
    private let targets: [String: String]

    init(_ json: JSON) throws {
        var entries: [Entry] = []
        var targets: [String: String] = [:]
        guard json.string("resourceType") == "Bundle" else {
            self.entries = [
                Entry(
                    type: json.string("resourceType") ?? "", id: json.string("id") ?? "",
                    json: json)
            ]
            self.targets = targets
            return
        }
        let bundle = try FHIRBundle(json)
        for entry in bundle.entries {
            guard let json = entry.resource, let type = json.string("resourceType"),
                let id = json.string("id")
            else { continue }
            entries.append(
                Entry(
                    type: type, id: id, json: json,
                    isConditional: entry.request?.ifNoneExist != nil))
            if let url = entry.fullURL { targets[url] = "\(type)/\(id)" }
        }
        self.entries = entries
        self.targets = targets
    }

    /// The entries by the search that finds each.
    var names: [String: String] {
        var names: [String: String] = [:]
        for entry in entries {
            for identifier in entry.json["identifier"]?.elements.map({ $0 }) ?? [] {
                let system = identifier.string("system") ?? ""
                let value = identifier.string("value") ?? ""
                names["\(entry.type)?identifier=\(system)|\(value)"] = entry.name
            }
        }
        return names
    }

    /// The resource with its references resolved and an empty meta where it had none.
    func resolved(_ entry: Entry, _ named: [String: String]) throws -> [UInt8] {
        var writer = JSONWriter()
        writer.object { meta in
            for (key, value) in entry.json["meta"]?.members.map({ $0 }) ?? []
            where key != "versionId" && key != "lastUpdated" {
                meta.member(key, value)
            }
        }
        let targets = targets
        return entry.json.rewritten(
            stamp: ResourceStamp(meta: try JSON.parse(writer.bytes)),
            references: { targets[$0] ?? named[$0] })
    }
}
