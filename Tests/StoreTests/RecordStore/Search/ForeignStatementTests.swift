import AccessControl
import FHIRModel
import FHIRSearch
import Glibc
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

/// Whatever is searched for, SQLite gets the program's own statements and no others (SECURITY S38).
@Suite struct `Foreign statements` {
    /// What a search may turn to SQL where somebody forgot to bind.
    private static let spice = [
        "'", "\"", "') OR 1=1 --", "; DROP TABLE resource_version; --",
        "' UNION SELECT sealed_key "
            + "FROM data_key --", "(SELECT hex(sealed_body) FROM resource_version)", "%", "_", "*",
        "\u{0}", "x' || load_extension('/tmp/x') || '", "1; ATTACH '/tmp/x' AS y", "0x41", "-1",
        "CASE WHEN 1=1 THEN id ELSE version END", "[id]", "`id`", "?1", ":a", "\\", "\u{2019}",
        "ge2020", "9223372036854775808", "1e400", ",", "|", "$", "a,b", "http://x|y",
    ]
    private static let names = [
        "_sort", "_include", "_revinclude", "_filter", "_id", "_lastUpdated", "_list", "_tag",
        "_elements", "_summary", "_count", "_total", "_type", "_profile", "_source", "_content",
        "name", "family:exact", "birthdate", "identifier", "identifier:of-type", "gender:not",
        "code", "code:text", "code:in", "date", "value-quantity", "code-value-quantity", "status",
        "subject:Patient.name", "patient.identifier", "subject:identifier", "patient:missing",
        "_has:Observation:patient:code", "general-practitioner.name", "based-on", "probability",
    ]
    private static let values = [
        "a", "Begay", "p1,p2", "2020-01-01", "eq5.4|http://unitsofmeasure.org|kg", "-date,code",
        "Observation:patient", "Observation:*", "*", "name eq \"Ann\" or not (gender eq male)",
        "http://loinc.org|29463-7$gt5", "true", "Patient/p1", "final", "accurate", "count",
    ]
    private static let types = ["Patient", "Observation", "RiskAssessment", "Provenance", "List"]

    /// Searches of one run; the whole number of the design is asked for by the environment.
    private static var count: Int {
        getenv("FUZZED_SEARCHES").flatMap { Int(String(cString: $0)) } ?? 4_000
    }

    private struct Search: Sendable {
        let type: String?
        let parameters: [(name: String, value: String)]
        let cursor: String?
    }

    private static func search(_ random: inout SeededRandom) -> Search {
        let parameters = (0...random.below(3)).map { _ in
            (name: mixed(random.pick(names), &random), value: mixed(random.pick(values), &random))
        }
        let cursor = random.isChance(percent: 5) ? mixed("00ff", &random) : nil
        return Search(
            type: random.isChance(percent: 95) ? random.pick(types) : nil, parameters: parameters,
            cursor: cursor)
    }

    private static func mixed(_ text: String, _ random: inout SeededRandom) -> String {
        guard random.isChance(percent: 60) else { return text }
        let part = random.pick(spice)
        switch random.below(4) {
        case 0: return part
        case 1: return text + part
        case 2: return part + text
        default:
            let place = text.index(text.startIndex, offsetBy: random.below(text.count + 1))
            return text[..<place] + part + text[place...]
        }
    }

    private func clinic() async throws -> TestStore {
        let test = try TestStore()
        for id in ["p1", "p2"] {
            try await test.store.put(SampleResources.patient(id, given: "Ann"))
            try await test.store.put(
                SampleResources.observation("o-\(id)", of: id, at: "2026-01-01"))
        }
        return test
    }

    @Test func `fuzzed searches prepare no statement that is not the program's`() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("Foreign statements: \(Self.count) searches from seed \(seed)")
        var random = SeededRandom(seed: seed)
        let test = try await clinic()
        let store = test.store
        let before = StatementLog.statements(of: test.data.database)
        let parser = SearchParser(nowMs: FixedClock.mondayMs, offersText: true)
        var ran = 0
        for _ in 0..<(Self.count / 50) {
            let searches = (0..<50).map { _ in Self.search(&random) }
            ran += await withTaskGroup(of: Int.self) { group in
                for one in searches {
                    group.addTask { await Self.run(one, parser, store) }
                }
                return await group.reduce(0, +)
            }
        }
        let fresh = StatementLog.statements(of: test.data.database).filter { sql, origin in
            before[sql] != origin && origin != .literal
        }
        print("Foreign statements: \(ran) of \(Self.count) reached the store")
        #expect(fresh.isEmpty)
        #expect(ran > Self.count / 20)
        let count = try await store.found("Observation").count
        #expect(count == 2)
    }

    /// 1 where the search reached the store.
    private static func run(
        _ search: Search, _ parser: SearchParser, _ store: RecordStore
    ) async -> Int {
        do {
            let query = try parser.query(type: search.type, parameters: search.parameters)
            let grants = try Callers.machine.searchGrants(search.type ?? "Patient")
            _ = try await store.search(grants, query, cursor: search.cursor)
            return 1
        } catch is SearchError {
            return 0
        } catch {
            return 1
        }
    }
}
