import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite struct `Rows of the search index` {
    private static let tables = [
        "search_resource", "search_tag", "search_link", "search_range", "search_quantity",
    ]

    private func rows(_ test: TestStore) throws -> [String: [String]] {
        let raw = try test.rawConnection()
        var all: [String: [String]] = [:]
        for table in Self.tables {
            let statement = try raw.prepare("SELECT * FROM \(table)")
            defer { statement.reset() }
            var lines: [String] = []
            while try statement.step() {
                lines.append(
                    (0..<statement.columnCount).map { "\(statement.value($0))" }
                        .joined(separator: "|"))
            }
            all[table] = lines.sorted()
        }
        let texts = try raw.prepare("SELECT parameter, chart, origin FROM search_text")
        defer { texts.reset() }
        while try texts.step() {
            all["search_text", default: []].append(
                "\(texts.int(0))|\(texts.int(1))|\(texts.int(2))")
        }
        all["search_text"]?.sort()
        return all
    }

    private func filled(_ seed: UInt64) async throws -> TestStore {
        let test = try TestStore()
        for json in try SearchCorpus(seed: seed).resources { try await test.store.put(json) }
        return test
    }

    /// Marks the index as made by other rules, so that the next start makes it anew.
    private func age(_ test: TestStore) throws {
        let raw = try test.rawConnection()
        try raw.execute("UPDATE search_state SET rules_version = 0")
    }

    private func rebuild(_ test: TestStore) async throws {
        let grant = try Callers.machine.grant(.administer, area: .system, "Index")
        try await test.store.rebuildSearchIndex(grant)
    }

    @Test func `updates and deletions leave the rows that a rebuild makes`() async throws {
        let test = try await filled(21)
        let other = try SearchCorpus(seed: 22).resources
        for (number, json) in other.enumerated() {
            // Where the same id is another patient's record now, the store refuses.
            _ = try? await test.store.put(json)
            guard number % 5 == 0, let type = json.string("resourceType"), type != "Patient",
                let id = json.string("id")
            else { continue }
            try await test.store.delete(type, id)
            if number % 10 == 0 { try await test.store.put(json) }
        }
        let kept = try rows(test)
        test.close()
        try age(test)
        try test.reopen()
        try await rebuild(test)
        #expect(try rows(test) == kept)
        #expect((kept["search_tag"]?.count ?? 0) > 200)
    }

    @Test func `a deletion leaves nothing behind`() async throws {
        let test = try await filled(23)
        for json in try SearchCorpus(seed: 23).resources {
            try await test.store.delete(json.string("resourceType") ?? "", json.string("id") ?? "")
        }
        #expect(try rows(test).values.allSatisfy { $0.isEmpty })
    }

    @Test func `searches are refused with the reason until a rebuild is done`() async throws {
        let test = try await filled(24)
        let before = try await test.store.found("Observation", count: 1_000)
        test.close()
        try age(test)
        try test.reopen()
        #expect(test.store.searchIndexPart == 0)
        await #expect(throws: Problem(.transient, "")) {
            try await test.store.found("Observation")
        }
        #expect(try await test.store.read("Patient", "p1").version == 1)
        try await test.store.put(SampleResources.observation("fresh", of: "p1"))
        try await rebuild(test)
        #expect(test.store.searchIndexPart == 1)
        #expect(
            try await test.store.found("Observation", count: 1_000).sorted()
                == (before + ["fresh"]).sorted())
    }

    @Test func `a rebuild that is cut off goes on where it was, and writes go on meanwhile`()
        async throws
    {
        let test = try await filled(25)
        try await test.store.putAll(
            (0..<2_450).map { try SampleResources.observation("m\($0)", of: "p1") })
        let kept = try rows(test)
        test.close()
        try age(test)
        try test.reopen()
        let grant = try Callers.machine.grant(.administer, area: .system, "Index")
        // Cut off and started anew after each transaction.
        for round in 0..<10 where test.store.searchIndexPart < 1 {
            try await test.store.rebuildSearchIndex(grant, batchesMax: 1)
            try await test.store.put(SampleResources.observation("m\(round)", of: "p1"))
            try await test.store.put(SampleResources.observation("m\(2_440 + round)", of: "p1"))
            try await test.store.delete("Observation", "m\(1_200 + round)")
            try await test.store.put(SampleResources.observation("m\(1_200 + round)", of: "p1"))
            test.close()
            try test.reopen()
        }
        let made = try rows(test)
        #expect(made["search_tag"] == kept["search_tag"])
        #expect(made["search_link"] == kept["search_link"])
        #expect(made["search_text"] == kept["search_text"])
        #expect(made["search_resource"]?.count == kept["search_resource"]?.count)
    }

    @Test func `a database from before the index gets one`() async throws {
        let test = try await filled(26)
        let kept = try rows(test)
        test.close()
        let raw = try test.rawConnection()
        for table in Self.tables + [
            "search_text", "search_state", "search_parameter", "search_patient",
        ] {
            try raw.execute("DROP TABLE \(table)")
        }
        try raw.execute("DELETE FROM schema_step WHERE name = 'search'")
        raw.close()
        try test.reopen()
        try await rebuild(test)
        let made = try rows(test)
        for table in Self.tables + ["search_text"] {
            #expect(made[table]?.count == kept[table]?.count, "\(table)")
        }
    }
}
